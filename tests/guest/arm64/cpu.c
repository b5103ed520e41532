/* SPDX-License-Identifier: MIT */
/* What both CPUs do after start.S, exceptions, power-off and reset. */
#include "cpu.h"

#include "devtree.h"
#include "guest.h"
#include "psci.h"
#include "smp.h"

void (*volatile on_interrupt)(void);

void power_off(void)
{
	psci(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		cpu_relax();
}

void power_reset(void)
{
	psci(PSCI_SYSTEM_RESET, 0, 0, 0);
	for (;;)
		cpu_relax();
}

void guest_exception(uint64_t syndrome, uint64_t at, uint64_t address)
{
	check(false, "no exception");
	print_number("syndrome", syndrome);
	print_number("at", at);
	print_number("address", address);
	power_off();
}

void guest_interrupt(void)
{
	if (on_interrupt)
		on_interrupt();
	else
		guest_exception(UINT64_MAX, 0, 0);
}

void guest_start(unsigned int cpu, const uint8_t *given)
{
	if (cpu == 0) {
		devtree_set(given);
		guest_main();
		power_off();
	}
	smp_second();
	for (;;)
		cpu_sleep();
}
