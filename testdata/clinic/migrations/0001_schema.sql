-- Schema only; no row of any patient.
CREATE TABLE patient (
    id            uuid PRIMARY KEY,
    mrn           varchar(12) NOT NULL UNIQUE,
    first_name    text NOT NULL,
    last_name     text NOT NULL,
    date_of_birth date NOT NULL CHECK (date_of_birth > DATE '1900-01-01'),
    ssn           char(11) CHECK (ssn ~ '^\d{3}-\d{2}-\d{4}$'),
    phone         varchar(20),
    email         text,
    zip           char(5) DEFAULT '00000'
);

CREATE INDEX patient_name ON patient (last_name, first_name);
COMMENT ON COLUMN patient.ssn IS 'Encrypted at rest; shown as XXX-XX-XXXX only to billing';
INSERT INTO schema_version (version, checksum, installed) VALUES ('0001', 719846148, '2025-06-02');
