// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mutex.h>

#include "hooks/rule_slots.h"

#define SLOTS_ORDER get_order(PORTAL_MAX_RULES * sizeof(struct portal_rule_slot))

static DEFINE_MUTEX(slots_lock);
static struct portal_rule_slot *slots;

/* Contiguous, so that one address is enough. Zeroed, so that the VMM sees no old kernel data. */
int rule_slots_open(phys_addr_t *ret_gpa)
{
	mutex_lock(&slots_lock);
	if (!slots)
		WRITE_ONCE(slots, (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, SLOTS_ORDER));
	mutex_unlock(&slots_lock);
	if (!slots)
		return -ENOMEM;
	*ret_gpa = virt_to_phys(slots);
	return 0;
}

struct portal_rule_slot *rule_slots_get(u32 n)
{
	struct portal_rule_slot *first = READ_ONCE(slots);

	return first ? &first[n] : NULL;
}

void rule_slots_free(void)
{
	free_pages((unsigned long)slots, SLOTS_ORDER);
	slots = NULL;
}
