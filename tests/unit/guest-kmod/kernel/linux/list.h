/* SPDX-License-Identifier: MIT */
/* Circular lists with a head, and lists that end with NULL. */
#ifndef FAKE_LINUX_LIST_H
#define FAKE_LINUX_LIST_H

#include <stddef.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)     \
	{                        \
		&(name), &(name) \
	}

#define list_first_entry(head, type, member) \
	((type *)(void *)((char *)(head)->next - offsetof(type, member)))

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline void list_add(struct list_head *entry, struct list_head *after)
{
	entry->prev = after;
	entry->next = after->next;
	after->next->prev = entry;
	after->next = entry;
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	list_add(entry, head->prev);
}

/* The links become NULL, so that a later use crashes. */
static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = NULL;
	entry->prev = NULL;
}

#define list_entry_of(at, entry, member) \
	((__typeof__(entry))(void *)((char *)(at)-offsetof(__typeof__(*(entry)), member)))

#define list_for_each_entry(entry, head, member)                                               \
	for ((entry) = list_entry_of((head)->next, entry, member); &(entry)->member != (head); \
	     (entry) = list_entry_of((entry)->member.next, entry, member))

#define list_for_each_entry_safe(entry, after, head, member)              \
	for ((entry) = list_entry_of((head)->next, entry, member),        \
	    (after) = list_entry_of((entry)->member.next, entry, member); \
	     &(entry)->member != (head);                                  \
	     (entry) = (after), (after) = list_entry_of((entry)->member.next, entry, member))

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define HLIST_HEAD(name) struct hlist_head name

#define hlist_entry_of(at, entry, member) ((at) ? list_entry_of(at, entry, member) : NULL)

#define hlist_for_each_entry(entry, head, member)                             \
	for ((entry) = hlist_entry_of((head)->first, entry, member); (entry); \
	     (entry) = hlist_entry_of((entry)->member.next, entry, member))

#define hlist_for_each_entry_safe(entry, after, head, member)        \
	for ((entry) = hlist_entry_of((head)->first, entry, member); \
	     (entry) && ((after) = (entry)->member.next, 1);         \
	     (entry) = hlist_entry_of((after), entry, member))

static inline int hlist_empty(const struct hlist_head *head)
{
	return !head->first;
}

static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	node->next = head->first;
	node->pprev = &head->first;
	if (node->next)
		node->next->pprev = &node->next;
	head->first = node;
}

static inline void hlist_del(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
	node->next = NULL;
}

#endif
