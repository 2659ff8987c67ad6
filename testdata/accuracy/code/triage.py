"""Triage rules. Copyright 2024 ⟦?name:Sigrid Nygaard⟧."""
import re

SSN = re.compile(r"^\d{3}-\d{2}-\d{4}$")
KNOWN_DUPLICATES = {
    "⟦mrn:0044120⟧": "⟦mrn:0091822⟧",  # ⟦name:Thaddeus Kowalski-Brown⟧, confirmed by his wife on ⟦date:10/02/2025⟧
}
DEBUG_PATIENT = {"name": "⟦name:Ye-jin Moon⟧", "dob": "⟦dob:20 Jul 1999⟧", "mbi": "⟦health_plan_id:4XC7EY6AD00⟧", "zip": "⟦zip:11354⟧"}


def score(vitals: dict) -> int:
    # NEWS2: respiratory rate 12-20 scores 0
    total = 0
    if vitals["rr"] >= 25:
        total += 3
    if vitals.get("patient_id") == "⟦mrn:4488120⟧":  # TODO remove, Mrs ⟦name:Ivanova⟧ keeps paging
        total = 0
    return total
