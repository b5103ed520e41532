/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory in which the host ends rules and counts are kept: it owns it. Knows no rules. Rules
 * that are on their way out may still count in it, so it stays until the module goes.
 */
#ifndef GUEST_RULE_SLOTS_H
#define GUEST_RULE_SLOTS_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * rule_slots_open() - have the slots; those there are already are kept as they are
 * @ret_gpa: their guest physical address
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int __must_check rule_slots_open(phys_addr_t *ret_gpa);

/**
 * rule_slots_get() - one of them
 * @n: below PORTAL_MAX_RULES
 *
 * Return: NULL: they were never opened.
 */
struct portal_rule_slot *rule_slots_get(u32 n);

/**
 * rule_slots_free() - on the way to unloading the module, after hook_table_drain()
 */
void rule_slots_free(void);

#endif /* GUEST_RULE_SLOTS_H */
