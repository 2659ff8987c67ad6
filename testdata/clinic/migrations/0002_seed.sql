-- Reference data
INSERT INTO clinic (code, name, region) VALUES ('AUS', 'Harborview Austin', 'south'), ('CLT', 'Harborview Charlotte', 'east');
INSERT INTO printer (part_no, revision) VALUES ('719-84-6148', 3);

-- Somebody wanted to see the list page with rows in it.
INSERT INTO patient (mrn, first_name, last_name, date_of_birth, ssn, phone)
VALUES
    ('00871530', 'Priscilla', 'Okafor', '1983-06-19', '427-61-8850', '503-771-2964'),
    ('00871547', 'Clifford', 'Nakamura', '1940-10-08', '519-70-3348', '971-340-6618');

INSERT INTO patient (mrn, first_name, last_name, date_of_birth) VALUES ('00000000', 'Test', 'Patient', '1900-01-01');

COPY patient_contact (mrn, contact_name, relationship, phone) FROM stdin;
00871530	Norma Delacroix	mother	503-771-2981
\.

COPY unit (code, label, position) FROM stdin;
ICU	Intensive care	1
NEO	Neonatology	2
\.
