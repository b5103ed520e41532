/* SPDX-License-Identifier: MIT */
#include "hooks/hook_bits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(PORTAL_MAX_HOOKS == 64, "a set of bits fits a uint64_t");

/* a system call that has hooks of its own */
struct bits_call {
	struct bits_call *next;
	uint64_t used;
	char name[];
};

/* FNV-1a */
static uint32_t hash(const char *name)
{
	uint32_t value = 2166136261u;

	for (; *name; name++)
		value = (value ^ (uint8_t)*name) * 16777619u;
	return value;
}

/* Find the pointer to the call's entry, or to the end of its bucket. */
static struct bits_call **find(struct hook_bits *bits, const char *name)
{
	struct bits_call **at = &bits->bucket[hash(name) % HOOK_BITS_NR_BUCKETS];

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

static struct bits_call *call_create(const char *name)
{
	size_t len = strlen(name);
	struct bits_call *call = malloc(sizeof(*call) + len + 1);

	if (!call)
		return NULL;
	call->next = NULL;
	call->used = 0;
	memcpy(call->name, name, len + 1);
	return call;
}

void hook_bits_done(struct hook_bits *bits)
{
	for (size_t i = 0; i < HOOK_BITS_NR_BUCKETS; i++) {
		while (bits->bucket[i]) {
			struct bits_call *call = bits->bucket[i];

			bits->bucket[i] = call->next;
			free(call);
		}
	}
}

static uint64_t used_anywhere(const struct hook_bits *bits)
{
	uint64_t used = 0;

	for (uint32_t bit = 0; bit < PORTAL_MAX_HOOKS; bit++)
		if (bits->nr_users[bit] > 0)
			used |= 1ull << bit;
	return used;
}

/* Find the first bit from @from on, wrapping, that is not in @used. @used has a free bit. */
static uint32_t first_free(uint64_t used, uint32_t from)
{
	while (used & 1ull << from)
		from = (from + 1) % PORTAL_MAX_HOOKS;
	return from;
}

static void take(struct hook_bits *bits, uint64_t used, uint64_t *set, uint32_t *ret_bit)
{
	uint32_t bit = first_free(used, bits->next);

	*set |= 1ull << bit;
	bits->nr_users[bit]++;
	bits->next = (bit + 1) % PORTAL_MAX_HOOKS;
	*ret_bit = bit;
}

static int take_on_every_call(struct hook_bits *bits, uint32_t *ret_bit)
{
	uint64_t used = used_anywhere(bits);

	if (used == UINT64_MAX)
		return -ENOSPC;
	take(bits, used, &bits->every_call, ret_bit);
	return 0;
}

int hook_bits_take(struct hook_bits *bits, const char *name, uint32_t *ret_bit)
{
	struct bits_call **at;
	uint64_t used;

	if (!name)
		return take_on_every_call(bits, ret_bit);
	at = find(bits, name);
	used = bits->every_call | (*at ? (*at)->used : 0);
	if (used == UINT64_MAX)
		return -ENOSPC;
	if (!*at)
		*at = call_create(name);
	if (!*at)
		return -ENOMEM;
	take(bits, used, &(*at)->used, ret_bit);
	return 0;
}

void hook_bits_free(struct hook_bits *bits, const char *name, uint32_t bit)
{
	struct bits_call **at, *call;

	bits->nr_users[bit]--;
	if (!name) {
		bits->every_call &= ~(1ull << bit);
		return;
	}
	at = find(bits, name);
	call = *at;
	call->used &= ~(1ull << bit);
	if (call->used)
		return;
	*at = call->next;
	free(call);
}
