import greet

greet.serve()
