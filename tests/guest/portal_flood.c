/* SPDX-License-Identifier: MIT */
/* A hundred thousand rings without a pause: most refused, some served. */
#include "portal.h"

#define NR_RINGS 100000

void guest_main(void)
{
	static const uint32_t kinds[] = { PORTAL_CALL_ANSWER, 7, 0 };
	bool refused = true, served = true;

	check(portal_greet("", 0, NULL), "hello is served");
	for (unsigned int i = 0; i < NR_RINGS; i++) {
		if (i % 8 == 0) {
			portal_event(i / 8 % NR_POOL_PAGES, PORTAL_EVENT_SYSCALL_ENTER);
			served &= portal_call_page(i / 8 % NR_POOL_PAGES, PORTAL_CALL_EVENT);
		} else {
			refused &= !portal_call_page(0, kinds[i % ARRAY_SIZE(kinds)]);
		}
	}
	check(served, "every event in the flood is served");
	check(refused, "everything else is refused");
	check(portal_greet("", 0, NULL), "hello is served after the flood");
	print_number("rings", nr_rings);
	print_number("refused", nr_refused);
}
