module example.com/word

go 1.22
