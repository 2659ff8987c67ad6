-- asked by billing, ticket 88412
SELECT e.id, e.admit_ts, b.balance
FROM encounter e JOIN billing b ON b.enc_id = e.id
WHERE e.patient_name = '⟦name:Quintero, Milagros⟧'
  AND e.birth_date = DATE '⟦dob:1955-02-11⟧'   -- she gave 2/11/55 on the phone
  AND e.mrn IN ('⟦mrn:H0044182⟧', '⟦mrn:H0098817⟧');
UPDATE person SET ssn = '⟦ssn:094-36-6928⟧', medicare_no = '⟦health_plan_id:6P14Y71PP21⟧' WHERE person_id = 20017;
UPDATE address SET line1 = '⟦address:4 Rue Chartres⟧', zip = '⟦zip:70116⟧' WHERE person_id = 20017 AND type = 'HOME';
DELETE FROM audit_log WHERE created < '2025-01-01' LIMIT 50000;
