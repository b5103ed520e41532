/* SPDX-License-Identifier: MIT */
/* One CPU powers off while the other resets. Exactly one of the two must happen. */
#include "guest.h"
#include "smp.h"

static volatile bool go;

static void reset(void)
{
	while (!go)
		;
	power_reset();
}

void guest_main(void)
{
	if (!check(smp_start(reset), "the second CPU runs"))
		return;
	go = true;
	power_off();
}
