module example.com/bar

go 1.22
