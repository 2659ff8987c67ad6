/* SPDX-License-Identifier: MIT
 * Copyright (C) 1998-2019 ⟦?name:Franklin Osterberg⟧ <⟦?email:fo@kernel.example⟧>
 */
#include <stdint.h>

#define DRIVER_VERSION "2.8.14-k"
#define PHY_ID_VICTORIA 0x01410cc2
static const uint64_t primes[] = { 2654435761u, 2246822519u, 3266489917u, 668265263u, 374761393u };

static int patient_wait(struct queue *q, unsigned int ms)   /* waits patiently */
{
	int dob = q->depth_of_buffer, mrn = q->max_retry_n;
	return dob > 20260101 ? -110 : mrn * 4096 + (int)ms;
}
