/* SPDX-License-Identifier: MIT */
/* Lists with readers. Each load of a link by a reader is a step, and so is each change. */
#ifndef INTERLEAVE_LINUX_RCULIST_H
#define INTERLEAVE_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/srcu.h>

#include "schedule.h"

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	schedule_step(true, &head->first, &schedule_any, NULL, NULL);
	hlist_add_head(node, head);
}

/*
 * The entry keeps its link, for readers that are at it. It is handed to call_srcu() in the same
 * step, which is in conflict with the beginning of a reader for that reason.
 */
static inline void hlist_del_rcu(struct hlist_node *node)
{
	struct hlist_node *next;

	schedule_step(true, node->pprev, &node->next, &srcu_point, &schedule_any);
	next = node->next;
	hlist_del(node);
	node->next = next;
}

static inline struct hlist_node *rcu_load(struct hlist_node **link)
{
	schedule_step(false, link, NULL, NULL, NULL);
	return *link;
}

#define hlist_for_each_entry_srcu(entry, head, member, held)                    \
	for ((entry) = hlist_entry_of(rcu_load(&(head)->first), entry, member); \
	     (void)(held), (entry);                                             \
	     (entry) = hlist_entry_of(rcu_load(&(entry)->member.next), entry, member))

/* rules, which no test here has */
#define list_add_tail_rcu(entry, head)			    list_add_tail(entry, head)
#define list_del_rcu(entry)				    list_del(entry)
#define list_for_each_entry_srcu(entry, head, member, held) list_for_each_entry(entry, head, member)

#endif
