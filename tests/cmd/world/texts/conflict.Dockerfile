<<<<<<< HEAD
FROM golang:1.22
=======
FROM golang:1.23
>>>>>>> theirs
CMD ["a"]
