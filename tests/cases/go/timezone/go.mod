module example.com/meet

go 1.22
