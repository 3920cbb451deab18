module example.com/release-notes

go 1.22
