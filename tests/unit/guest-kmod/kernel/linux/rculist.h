/* SPDX-License-Identifier: MIT */
/* Lists with readers. A removed entry keeps its link, for readers that are at it. */
#ifndef FAKE_LINUX_RCULIST_H
#define FAKE_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/srcu.h>

#define hlist_add_head_rcu(node, head) hlist_add_head(node, head)
#define list_add_tail_rcu(entry, head) list_add_tail(entry, head)

static inline void hlist_del_rcu(struct hlist_node *node)
{
	struct hlist_node *next = node->next;

	hlist_del(node);
	node->next = next;
}

static inline void list_del_rcu(struct list_head *entry)
{
	struct list_head *next = entry->next;

	list_del(entry);
	entry->next = next;
}

#define hlist_for_each_entry_srcu(entry, head, member, held) \
	hlist_for_each_entry(entry, head, member)
#define list_for_each_entry_srcu(entry, head, member, held) list_for_each_entry(entry, head, member)

#endif
