/* SPDX-License-Identifier: MIT */
#include "doorbell.h"

#include "portal.h"

static uint64_t call(uint64_t nr, uint64_t rbx, uint64_t rcx, uint64_t rdx)
{
	__asm__ volatile("vmmcall" : "+a"(nr) : "b"(rbx), "c"(rcx), "d"(rdx) : "memory");
	return nr;
}

/* with the instruction of the other vendor */
static uint64_t call_other(uint64_t nr, uint64_t rbx, uint64_t rcx, uint64_t rdx)
{
	__asm__ volatile("vmcall" : "+a"(nr) : "b"(rbx), "c"(rcx), "d"(rdx) : "memory");
	return nr;
}

bool doorbell_call(uint64_t gpa, uint32_t index, uint32_t kind)
{
	(void)index;
	return call(PORTAL_DOORBELL_NR, gpa, 1, (uint64_t)PORTAL_DOORBELL_TAG << 32 | kind) == 0;
}

/* KVM itself answers calls with an unaligned page, and calls from CPL 3 */
static void user_call(void)
{
	user_done(call(PORTAL_DOORBELL_NR, gpa_of(&pool[0]), 1,
		       (uint64_t)PORTAL_DOORBELL_TAG << 32 | PORTAL_CALL_HELLO));
}

static void user_call_other(void)
{
	user_done(call_other(PORTAL_DOORBELL_NR, gpa_of(&pool[0]), 1,
			     (uint64_t)PORTAL_DOORBELL_TAG << 32 | PORTAL_CALL_HELLO));
}

void doorbell_no_calls(void)
{
	const uint64_t hello = (uint64_t)PORTAL_DOORBELL_TAG << 32 | PORTAL_CALL_HELLO;
	uint64_t page = gpa_of(&pool[0]);

	check(call(PORTAL_DOORBELL_NR, page + 8, 1, hello) != 0, "a page that is not aligned");
	check(call(PORTAL_DOORBELL_NR, page, 1, PORTAL_CALL_HELLO) != 0, "a call without the tag");
	check(call(PORTAL_DOORBELL_NR, page, 0, hello) != 0, "a call for no page");
	check(call(PORTAL_DOORBELL_NR + 1, page, 1, hello) != 0, "another hypercall");
	check(user_run(user_call) != 0 && user_run(user_call_other) != 0, "a call from CPL 3");
}
