/* SPDX-License-Identifier: MIT */
/* A CPU that never leaves the guest by itself. */
#include "guest.h"

void guest_main(void)
{
	print("awake\n");
	for (;;)
		;
}
