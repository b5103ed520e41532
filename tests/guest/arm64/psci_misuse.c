/* SPDX-License-Identifier: MIT */
/*
 * Switches on CPUs that do not exist, that are on already, or at an address without memory; and
 * makes invalid calls of PSCI.
 */
#include "psci.h"

#include "cpu.h"
#include "guest.h"
#include "smp.h"

#define NR_ROUNDS 20
#define SPINS	  100000000
#define IS_OFF	  1

static volatile bool has_run;

static void run_once(void)
{
	has_run = true;
	psci(PSCI_CPU_OFF, 0, 0, 0);
	check(false, "a CPU that is off stays off");
}

static bool is_off(void)
{
	for (unsigned int i = 0; i < SPINS; i++) {
		if (psci(PSCI_AFFINITY_INFO, SECOND_CPU, 0, 0) == IS_OFF)
			return true;
	}
	return false;
}

static void on_and_off(void)
{
	bool truth = true;

	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		has_run = false;
		truth &= smp_start(run_once) && is_off() && has_run;
	}
	check(truth, "a CPU is switched on and off many times");
}

static void absent(void)
{
	static const uint64_t cpus[] = {
		ABSENT_CPU, 0xff, 1 << 8, 1 << 16, 1ull << 32, UINT64_MAX
	};
	bool truth = true;

	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++) {
		truth &= psci(PSCI_CPU_ON, cpus[i], gpa_of(second_start), 0) == PSCI_INVALID;
		truth &= psci(PSCI_AFFINITY_INFO, cpus[i], 0, 0) == PSCI_INVALID;
	}
	check(truth, "CPUs that do not exist are not switched on");
	check(psci(PSCI_CPU_ON, 0, gpa_of(second_start), 0) == PSCI_ALREADY_ON,
	      "the calling CPU is not switched on again");
	check(psci(PSCI_AFFINITY_INFO, 0, 4, 0) == PSCI_INVALID &&
		      psci(PSCI_AFFINITY_INFO, 0, UINT64_MAX, 0) == PSCI_INVALID,
	      "levels that do not exist have no state");
}

static void nonsense(void)
{
	bool truth = true;

	for (uint32_t nr = 0; nr < 0x1000; nr++)
		truth &= psci(PSCI_FEATURES, nr * 0x100001u, UINT64_MAX, 0) == PSCI_NOT_SUPPORTED;
	check(truth, "features that do not exist are not supported");
	for (uint32_t nr = PSCI_COMMON_END; nr < PSCI_COMMON_END + 0x20; nr++)
		truth &= psci(nr, 0, 0, 0) == PSCI_NOT_SUPPORTED;
	check(truth, "functions that do not exist are not supported");
	check(psci(PSCI_SYSTEM_RESET2, 1, 0, 0) < 0, "a reset of an unknown kind is refused");
	check(psci(PSCI_SYSTEM_SUSPEND, 0, 0, 0) < 0, "system suspend is refused");
	check(psci(PSCI_MIGRATE, SECOND_CPU, 0, 0) < 0, "migration is refused");
}

/*
 * The CPU takes aborts forever, because its vector table is not in memory either. No other CPU is
 * affected.
 */
static void lost(void)
{
	check(psci(PSCI_CPU_ON, SECOND_CPU, PA_NO_MEMORY, 0) == 0,
	      "a CPU can be started at an address without memory");
	check(psci(PSCI_CPU_ON, SECOND_CPU, gpa_of(second_start), 0) == PSCI_ALREADY_ON,
	      "that CPU is on and cannot be started again");
}

void guest_main(void)
{
	absent();
	nonsense();
	on_and_off();
	lost();
}
