/* SPDX-License-Identifier: MIT */
/* The CPU runs in a loop that never exits to the VMM. */
#include "guest.h"

void guest_main(void)
{
	print("awake\n");
	for (;;)
		;
}
