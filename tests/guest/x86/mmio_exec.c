/* SPDX-License-Identifier: MIT */
/* Instructions fetched from where no memory is: KVM can neither run nor emulate them. */
#include "guest.h"

void guest_main(void)
{
	check(true, "about to leave memory");
	((void (*)(void))(uintptr_t)MMIO_HOLE)();
}
