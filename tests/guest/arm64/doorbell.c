/* SPDX-License-Identifier: MIT */
#include "doorbell.h"

#include "devtree.h"
#include "portal.h"
#include "smccc.h"

static uint64_t number(uint32_t index, uint32_t kind)
{
	return PORTAL_DOORBELL_HVC64 | kind << PORTAL_DOORBELL_KIND_SHIFT | index;
}

static uint64_t word_at(uint64_t window, uint32_t index, uint32_t kind)
{
	return window + (kind << PORTAL_DOORBELL_KIND_SHIFT | index << PORTAL_DOORBELL_MMIO_SHIFT);
}

/* with the address of the page in X1 */
static uint32_t read_word(uint64_t at, uint64_t gpa)
{
	register uint64_t page __asm__("x1") = gpa;
	uint32_t result;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(result) : "r"(at), "r"(page) : "memory");
	return result;
}

bool doorbell_call(uint64_t gpa, uint32_t index, uint32_t kind)
{
	uint64_t window = devtree_doorbell();

	if (window)
		return read_word(word_at(window, index, kind), gpa) == 0;
	return smccc_hvc(number(index, kind), gpa, 0, 0) == number(index, kind);
}

/* from EL0, none of these exits to the VMM */
static void user_call(void)
{
	user_done(smccc_hvc(number(0, PORTAL_CALL_HELLO), gpa_of(&pool[0]), 0, 0));
}

static void user_secure_call(void)
{
	user_done(smccc_smc(number(0, PORTAL_CALL_HELLO), gpa_of(&pool[0]), 0, 0));
}

static void user_read(void)
{
	user_done(read_word(word_at(ARM64_DOORBELL_BASE, 0, PORTAL_CALL_HELLO), gpa_of(&pool[0])));
}

static uint64_t fast_call(uint64_t nr)
{
	return smccc_hvc(nr, gpa_of(&pool[0]), 0, 0);
}

/* KVM itself answers numbers next to the doorbell's, and calls with the wrong instruction */
void doorbell_no_calls(void)
{
	const uint64_t hello = number(0, PORTAL_CALL_HELLO), page = gpa_of(&pool[0]);

	check(fast_call(number(0, 0) - 1) == SMCCC_NOT_SUPPORTED &&
		      fast_call(number(0, 16)) == SMCCC_NOT_SUPPORTED,
	      "a number next to the doorbell's");
	check(fast_call(hello & ~(1ull << 31)) == SMCCC_NOT_SUPPORTED, "a call that is not fast");
	check(fast_call(hello - (1 << 24)) == SMCCC_NOT_SUPPORTED, "a call of another service");
	check(smccc_smc(hello, page, 0, 0) == SMCCC_NOT_SUPPORTED, "a call by SMC");
	check(user_run(user_call) == UINT64_MAX && user_run(user_secure_call) == UINT64_MAX &&
		      user_run(user_read) == UINT64_MAX,
	      "a call from EL0");
}
