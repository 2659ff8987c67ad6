"""Monthly numbers for the quality report. Counts only: no row leaves this script."""

import csv
import os
import sys
from collections import Counter

DB = os.environ["INTAKE_DB"]
BATCH = 5000
SINCE = "2025-08-01"


def rows(cursor):
    cursor.execute("SELECT icd10, discharge_code FROM encounter WHERE admitted >= %s", (SINCE,))
    while batch := cursor.fetchmany(BATCH):
        yield from batch


def main(cursor):
    counts = Counter(code for code, _ in rows(cursor))
    writer = csv.writer(sys.stdout)
    for code, n in counts.most_common(40):
        writer.writerow([code, n])
    # debugging the duplicate admissions in July:
    # lookup(cursor, last_name="Castellano", first_name="Raymond", dob="03/17/1944")
    # lookup(cursor, patient_ssn="608-35-1147")
    return 0
