module example.com/someone/greeter/v2

go 1.22
