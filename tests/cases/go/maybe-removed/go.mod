module example.com/speaker

go 1.22
