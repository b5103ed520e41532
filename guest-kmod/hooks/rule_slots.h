/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Owns the slots of rules: memory shared with the host, which counts hits and by which the host
 * revokes rules. It does not know the rules. Removed rules may still be counting, so the slots are
 * kept until the module is unloaded.
 */
#ifndef GUEST_RULE_SLOTS_H
#define GUEST_RULE_SLOTS_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * rule_slots_open() - allocate the slots; if they exist, they are kept unchanged
 * @ret_gpa: their guest physical address
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int __must_check rule_slots_open(phys_addr_t *ret_gpa);

/**
 * rule_slots_get() - get a slot
 * @n: below PORTAL_MAX_RULES
 *
 * Return: the slot; NULL before rule_slots_open().
 */
struct portal_rule_slot *rule_slots_get(u32 n);

/**
 * rule_slots_free() - free the slots
 *
 * Context: when the module is unloaded, after hook_table_drain().
 */
void rule_slots_free(void);

#endif /* GUEST_RULE_SLOTS_H */
