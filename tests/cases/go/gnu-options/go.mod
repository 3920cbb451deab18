module example.com/days

go 1.22
