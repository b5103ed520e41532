/* SPDX-License-Identifier: MIT */
/* The CPU sleeps forever with interrupts off: only the VMM can end the VM. */
#include "guest.h"

void guest_main(void)
{
	print("asleep\n");
	for (;;)
		cpu_sleep();
}
