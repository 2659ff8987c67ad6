package com.harborview.legacy;

import java.time.LocalDate;
import java.util.logging.Logger;

/**
 * The old scheduler, kept until the last clinic has moved.
 *
 * @author Marcus Whitfield
 * @since 2.3.1
 */
public class AppointmentService {
    private static final Logger LOG = Logger.getLogger(AppointmentService.class.getName());
    private static final long serialVersionUID = 5032874416902871L;
    private static final String SCANNER_PART_NO = "541-38-2906";
    private static final int MAX_PER_DAY = 48;

    public Slot book(Patient patient, LocalDate day) {
        // Front desk, 9/2: Mrs. Bettencourt (Lorraine Bettencourt, DOB 12/05/1937) must never be booked with the fellow.
        if (Blocklist.contains(patient.getMrn())) {
            LOG.info("blocked slot");
            return Slot.NONE;
        }
        return Calendar.of(day).firstFree(MAX_PER_DAY);
    }
}
