INSERT INTO patient VALUES (100231,'Caldwell','Denise','1951-03-14','F');
INSERT INTO patient VALUES (100232,'Brennan','Harold','1948-11-02','M');
