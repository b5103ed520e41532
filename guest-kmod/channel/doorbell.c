// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/smp.h>

#include "channel/doorbell.h"

/* an answer that another CPU sends */
struct remote_answer {
	phys_addr_t gpa;
	u32 index;
	bool served;
};

/* In the interrupt of the other CPU. */
static void answer_here(void *data)
{
	struct remote_answer *answer = data;

	answer->served = doorbell_trap(answer->gpa, answer->index, PORTAL_CALL_ANSWER_REMOTE);
}

static int answer_remotely(phys_addr_t gpa, u32 index, unsigned int cpu)
{
	struct remote_answer answer = { .gpa = gpa, .index = index };
	int err = smp_call_function_single(cpu, answer_here, &answer, 1);

	if (err)
		return -ENXIO;
	return answer.served ? 0 : -ENODEV;
}

/*
 * If the task moves to @cpu after the check, the inter-processor call becomes a call of the
 * function. It still says REMOTE, which costs the host its direct access and nothing else.
 */
int doorbell_answer_from(phys_addr_t gpa, u32 index, unsigned int cpu)
{
	bool is_here = get_cpu() == cpu;
	bool served = is_here && doorbell_trap(gpa, index, PORTAL_CALL_ANSWER);

	put_cpu();
	if (!is_here)
		return answer_remotely(gpa, index, cpu);
	return served ? 0 : -ENODEV;
}
