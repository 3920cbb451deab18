insert into task (title) values ('water the plants'), ('feed the cat');
