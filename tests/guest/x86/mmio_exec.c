/* SPDX-License-Identifier: MIT */
/* Executes code at an address without memory, which KVM can neither run nor emulate. */
#include "guest.h"

void guest_main(void)
{
	check(true, "about to jump to an address without memory");
	((void (*)(void))(uintptr_t)MMIO_HOLE)();
}
