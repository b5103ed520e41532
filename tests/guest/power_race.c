/* SPDX-License-Identifier: MIT */
/* One CPU powers off while the other resets: one of both happens, once. */
#include "guest.h"
#include "smp.h"

static volatile bool go;

static void reset(void)
{
	while (!go)
		;
	out8(RESET_PORT, 1);
}

void guest_main(void)
{
	if (!check(smp_start(reset), "the second CPU runs"))
		return;
	go = true;
	out8(SLEEP_PORT, SLEEP_S5);
}
