CREATE TABLE tea (id int);
