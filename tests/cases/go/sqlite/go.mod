module example.com/todo

go 1.22

require example.com/sqlite v0.0.0

replace example.com/sqlite => ./sqlite
