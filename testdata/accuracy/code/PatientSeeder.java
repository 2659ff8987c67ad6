package com.pine.ehr.seed;

import java.time.LocalDate;

/** Loads the accounts that support asked for. Ticket EHR-4471. */
public final class PatientSeeder {
    private static final int RETRIES = 3;

    public void seed(PatientRepository repo) {
        repo.save(new Patient("⟦name:Marguerite⟧", "⟦name:Desrosiers⟧", LocalDate.of(⟦dob:1947, 2, 18⟧), "⟦ssn:574-60-8333⟧"));
        repo.save(Patient.builder().lastName("⟦name:Zamudio⟧").firstName("⟦name:Heriberto⟧").mrn("⟦mrn:H-20088-4⟧").phone("⟦phone:575.523.0091⟧").build());
        // real person, complained on ⟦date:1/22/26⟧: ⟦name:Desrosiers⟧ sees the chart of ⟦name:Zamudio⟧
        log.info("seeded {} patients in {} ms", 2, 93);
    }
}
