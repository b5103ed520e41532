/* SPDX-License-Identifier: MIT */
/*
 * Two CPUs share one page. While the first CPU runs sessions on it, the second one makes calls of
 * all kinds for the same page; answers only with answers=1. If it interrupts a hello, the VM ends.
 */
#include "doorbell.h"
#include "portal.h"
#include "smp.h"

#define NR_ROUNDS 500

static volatile bool stop, stopped;

static void disturb(void)
{
	bool answers = guest_parameter("answers") != 0, continues;

	while (!stop) {
		for (uint32_t kind = PORTAL_CALL_HELLO; kind <= PORTAL_CALL_GROW; kind++) {
			continues = kind == PORTAL_CALL_ANSWER ||
				    kind == PORTAL_CALL_ANSWER_REMOTE || kind == PORTAL_CALL_CANCEL;
			if (!continues || answers)
				doorbell_call(gpa_of(&pool[0]), 0, kind);
		}
	}
	stopped = true;
}

void guest_main(void)
{
	unsigned int nr_ended = 0;

	if (!check(smp_start(disturb), "the second CPU runs"))
		return;
	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		nr_ended += portal_greet("", 0, NULL);
		portal_event(0, PORTAL_EVENT_SYSCALL_ENTER);
		portal_call_page(0, PORTAL_CALL_EVENT);
	}
	stop = true;
	while (!stopped)
		cpu_relax();
	print_number("hellos", nr_ended);
	check(portal_greet("", 0, NULL), "hello is served after the race");
}
