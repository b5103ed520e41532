/* SPDX-License-Identifier: MIT */
#include "smp.h"

#include "cpu.h"
#include "guest.h"
#include "psci.h"

#define ARRIVAL_SPINS 100000000

static void (*volatile second_entry)(void);
static volatile bool has_arrived;

bool smp_start(void (*entry)(void))
{
	second_entry = entry;
	has_arrived = false;
	if (psci(PSCI_CPU_ON, SECOND_CPU, gpa_of(second_start), 0) != 0)
		return false;
	for (unsigned int i = 0; i < ARRIVAL_SPINS && !has_arrived; i++)
		cpu_relax();
	return has_arrived;
}

void smp_second(void)
{
	has_arrived = true;
	second_entry();
}
