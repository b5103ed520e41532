/* SPDX-License-Identifier: MIT */
/* A hundred thousand calls in a row: most are refused, some are served. */
#include "portal.h"

#define NR_CALLS 100000

void guest_main(void)
{
	static const uint32_t kinds[] = { PORTAL_CALL_ANSWER, PORTAL_CALL_ANSWER_REMOTE,
					  PORTAL_CALL_CANCEL, PORTAL_CALL_GROW + 1, 0 };
	bool refused = true, served = true;

	check(portal_greet("", 0, NULL), "hello is served");
	for (unsigned int i = 0; i < NR_CALLS; i++) {
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
	print_number("calls", nr_calls);
	print_number("refused", nr_refused);
}
