INSERT INTO `patient_data` (`id`, `title`, `fname`, `lname`, `mname`, `DOB`, `street`, `postal_code`, `city`, `state`, `ss`, `phone_home`, `sex`, `pid`, `pubpid`) VALUES
(1, 'Mrs.', 'Denise', 'Caldwell', 'R', '1951-03-14', '418 Hawthorne Ave', '97214', 'Portland', 'OR', '219-09-9998', '503-302-7788', 'Female', 88209, 'A0012345');
INSERT INTO `person_name` (`person_name_id`, `preferred`, `person_id`, `given_name`, `family_name`, `creator`, `date_created`) VALUES (17, 1, 88213, 'Harold', 'Brennan', 1, '2024-05-14 10:22:31');
