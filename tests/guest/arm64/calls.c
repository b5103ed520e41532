/* SPDX-License-Identifier: MIT */
/*
 * HVC and SMC with function numbers inside and outside the range of the doorbell, from EL1 and EL0.
 */
#include "devtree.h"
#include "portal.h"
#include "psci.h"

#define STRIDE	    0x00100007ull
#define PSCI_MASK   0xbfff0000ull
#define PSCI_COMMON 0x84000000ull

static const uint64_t bases[] = { PORTAL_DOORBELL_HVC64, PORTAL_DOORBELL_HVC32 };

static bool is_ours(uint64_t nr)
{
	return nr - bases[0] < PORTAL_DOORBELL_NR_HVC || nr - bases[1] < PORTAL_DOORBELL_NR_HVC;
}

/* Return: @nr is served without a hello; counts it if it is a number of the doorbell */
static bool served(uint64_t nr)
{
	uint64_t result = smccc_hvc(nr, gpa_of(&pool[0]), 0, 0);

	if (is_ours((uint32_t)nr) && devtree_doorbell() == 0) {
		nr_calls++;
		nr_refused++;
	}
	return result == nr;
}

static void whole_range(void)
{
	static const uint32_t indices[] = { 0, 1, NR_POOL_PAGES, 0x7ff,
					    PORTAL_DOORBELL_INDEX_MASK };
	bool truth = false;

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		for (uint64_t kind = 0; kind < 16; kind++) {
			for (size_t j = 0; j < ARRAY_SIZE(indices); j++)
				truth |= served(bases[i] + (kind << 12) + indices[j]);
		}
	}
	check(!truth, "no number of the doorbell is served before hello");
}

/* a function number has 32 bits; higher bits are ignored */
static void above_32_bits(void)
{
	check(!served(1ull << 32 | bases[0]) && !served(UINT64_MAX << 32 | bases[1]),
	      "nor is one with more than 32 bits");
}

/* KVM answers these. The numbers of PSCI are left out, because some end the VM. */
static void outside(void)
{
	bool truth = false;

	for (uint64_t nr = 0; nr < 1ull << 32; nr += STRIDE) {
		if ((nr & PSCI_MASK) != PSCI_COMMON && !is_ours(nr))
			truth |= smccc_smc(nr, 0, 0, 0) == nr || smccc_hvc(nr, 0, 0, 0) == nr;
	}
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
		truth |= served(bases[i] - 1) || served(bases[i] + PORTAL_DOORBELL_NR_HVC);
	check(!truth, "no other number is served");
}

static void by_smc(void)
{
	bool truth = false;

	for (size_t i = 0; i < ARRAY_SIZE(bases); i++) {
		for (uint64_t kind = 0; kind < 16; kind++)
			truth |= smccc_smc(bases[i] + (kind << 12), 0, 0, 0) != SMCCC_NOT_SUPPORTED;
	}
	check(!truth, "no number is served by SMC");
}

static void user_hello(void)
{
	user_done(
		smccc_hvc(PORTAL_DOORBELL_HVC64 | PORTAL_CALL_HELLO << 12, gpa_of(&pool[0]), 0, 0));
}

static void user_off(void)
{
	user_done((uint64_t)psci(PSCI_SYSTEM_OFF, 0, 0, 0));
}

static void user_reset(void)
{
	user_done(smccc_smc(PSCI_SYSTEM_RESET, 0, 0, 0));
}

static void from_user(void)
{
	portal_hello();
	check(user_run(user_hello) == UINT64_MAX, "a call from EL0 is undefined");
	check(user_run(user_off) == UINT64_MAX && user_run(user_reset) == UINT64_MAX,
	      "calls from EL0 that would end the VM are undefined");
	check(portal_operation(0) == (uint32_t)PORTAL_OPEN_HELLO, "no call from EL0 is served");
}

void guest_main(void)
{
	whole_range();
	above_32_bits();
	outside();
	by_smc();
	from_user();
	check(portal_greet("", 0, NULL), "hello is served at the end");
	print_number("calls", nr_calls);
	print_number("refused", nr_refused);
}
