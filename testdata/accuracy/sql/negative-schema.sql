CREATE TABLE patient (
  patient_id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  first_name   text NOT NULL, last_name text NOT NULL,
  dob          date CHECK (dob > '1900-01-01'),
  ssn          char(11) CHECK (ssn ~ '^\d{3}-\d{2}-\d{4}$'),
  phone        text DEFAULT '000-000-0000',
  created_at   timestamptz DEFAULT '2020-01-01 00:00:00+00'
);
COMMENT ON COLUMN patient.ssn IS 'e.g. ⟦?ssn:123-45-6789⟧';
INSERT INTO visit_type (code, label) VALUES ('NP', 'New patient'), ('FU', 'Follow-up'), ('MW', 'Medicare wellness');
INSERT INTO state (abbr, name) VALUES ('VA','Virginia'), ('GA','Georgia'), ('WA','Washington');
INSERT INTO schema_version VALUES ('20251104120533', 'add_mrn_index', 'f3a1');
