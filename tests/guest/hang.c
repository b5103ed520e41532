/* SPDX-License-Identifier: MIT */
/* A CPU that sleeps for ever with interrupts off: only the VMM can end this. */
#include "guest.h"

void guest_main(void)
{
	print("asleep\n");
	for (;;)
		cpu_sleep();
}
