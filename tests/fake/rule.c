/* SPDX-License-Identifier: MIT */
#include "fake/rule.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

/* a rule that is being evaluated: a copy, so that no lock is held while memory is accessed */
struct trial {
	struct fake_task *task;
	const struct portal_wire_syscall *call;
	struct fake_rule rule;
	uint64_t store_addr[PORTAL_MAX_RULE_STORES];
};

/* ---- installing and removing ---- */

static struct fake_rule *find(struct fake_guest *guest, uint64_t slot)
{
	for (size_t i = 0; i < guest->nr_rules; i++)
		if (le32toh(guest->rules[i].head.slot) == slot)
			return &guest->rules[i];
	return NULL;
}

static const struct fake_hook *find_hook(const struct fake_guest *guest, uint32_t id)
{
	for (size_t i = 0; i < guest->nr_hooks; i++)
		if (le32toh(guest->hooks[i].wire.id) == id)
			return &guest->hooks[i];
	return NULL;
}

static void remove_at(struct fake_guest *guest, size_t at)
{
	memmove(&guest->rules[at], &guest->rules[at + 1],
		(--guest->nr_rules - at) * sizeof(guest->rules[0]));
}

static int64_t add(struct fake_guest *guest, const uint8_t *data, size_t size)
{
	struct fake_rule rule = { 0 };
	const struct fake_hook *hook;
	size_t at = sizeof(rule.head), conds, stores;

	memcpy(&rule.head, data, sizeof(rule.head));
	conds = le32toh(rule.head.nr_conds) * sizeof(rule.cond[0]);
	stores = le32toh(rule.head.nr_stores) * sizeof(rule.store[0]);
	if (!guest->rules_open || conds > sizeof(rule.cond) || stores > sizeof(rule.store))
		return -EINVAL;
	if (at + conds + stores + le32toh(rule.head.bytes_size) != size)
		return -EINVAL;
	memcpy(rule.cond, data + at, conds);
	memcpy(rule.store, data + at + conds, stores);
	memcpy(rule.bytes, data + at + conds + stores, le32toh(rule.head.bytes_size));
	hook = find_hook(guest, le32toh(rule.head.hook));
	if (!hook)
		return -ENOENT;
	if (!(hook->wire.when & rule.head.when) || le32toh(rule.head.slot) >= PORTAL_MAX_RULES)
		return -EINVAL;
	if (find(guest, le32toh(rule.head.slot)))
		return -EEXIST;
	if (guest->nr_rules == FAKE_MAX_RULES)
		return -ENOMEM;
	guest->rules[guest->nr_rules++] = rule;
	return 0;
}

int64_t fake_rule_add(struct fake_guest *guest, const uint8_t *data, size_t size)
{
	int64_t ret = guest->refuse_rule;

	pthread_mutex_lock(&guest->lock);
	if (ret == 0)
		ret = add(guest, data, size);
	pthread_mutex_unlock(&guest->lock);
	return ret;
}

int64_t fake_rule_del(struct fake_guest *guest, uint64_t slot)
{
	struct fake_rule *rule;

	pthread_mutex_lock(&guest->lock);
	rule = find(guest, slot);
	if (rule)
		remove_at(guest, (size_t)(rule - guest->rules));
	pthread_mutex_unlock(&guest->lock);
	return rule ? 0 : -ENOENT;
}

void fake_rule_del_hook(struct fake_guest *guest, uint32_t id)
{
	for (size_t i = guest->nr_rules; i > 0; i--)
		if (le32toh(guest->rules[i - 1].head.hook) == id)
			remove_at(guest, i - 1);
}

/* ---- evaluating ---- */

static bool load(struct fake_task *task, uint64_t addr, size_t width, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (fake_copy_from(task, &value, addr, width) != width)
		return false;
	*ret_value = le64toh(value);
	return true;
}

static bool locate(const struct trial *trial, const struct portal_wire_place *place,
		   uint64_t *ret_addr)
{
	*ret_addr = le64toh(trial->call->args[le32toh(place->arg)]) + le64toh(place->offset);
	if (le32toh(place->what) != PORTAL_PLACE_PTR_MEM)
		return true;
	if (!load(trial->task, *ret_addr, trial->task->compat ? 4 : 8, ret_addr))
		return false;
	*ret_addr += le64toh(place->inner_offset);
	return true;
}

/* Extends a number of @width bytes to 128 bits, where signed and unsigned compare alike. */
static __int128 widen(uint64_t value, size_t width, uint32_t flags)
{
	unsigned int unused = 64 - 8 * (unsigned int)width;

	if (flags & PORTAL_CMP_F_UNSIGNED)
		return value << unused >> unused;
	return (int64_t)(value << unused) >> unused;
}

static bool number_holds(const struct portal_wire_match *match, uint64_t value, size_t width)
{
	uint32_t flags = le32toh(match->flags);
	__int128 x = widen(value, width, flags), y = widen(le64toh(match->value), width, flags);

	switch (le32toh(match->cmp)) {
	case PORTAL_CMP_EQ:
		return x == y;
	case PORTAL_CMP_NE:
		return x != y;
	case PORTAL_CMP_GT:
		return x > y;
	case PORTAL_CMP_GE:
		return x >= y;
	case PORTAL_CMP_LT:
		return x < y;
	case PORTAL_CMP_LE:
		return x <= y;
	case PORTAL_CMP_RANGE:
		return x >= y && x <= widen(le64toh(match->limit), width, flags);
	case PORTAL_CMP_SUCCESS:
		return (int64_t)value >= 0 || (int64_t)value < -4095;
	case PORTAL_CMP_ERROR:
		return (int64_t)value < 0 && (int64_t)value >= -4095;
	case PORTAL_CMP_BITS_SET:
		return (x & y) == y;
	default:
		return (x & y) == 0;
	}
}

/* Only EQ and PREFIX: the tests use no others. */
static bool string_holds(const struct trial *trial, const struct portal_wire_match *match,
			 uint64_t addr)
{
	size_t len = le32toh(match->str_len), want = len;
	uint8_t text[PORTAL_DATA_SIZE + 1];

	want += le32toh(match->cmp) == PORTAL_CMP_STR_EQ;
	if (fake_copy_from(trial->task, text, addr, want) != want)
		return false;
	return memcmp(text, trial->rule.bytes + le32toh(match->str_off), len) == 0 &&
	       (want == len || text[len] == '\0');
}

static bool cond_holds(const struct trial *trial, const struct portal_wire_rule_cond *cond)
{
	size_t natural = trial->task->compat ? 4 : 8;
	size_t width = le32toh(cond->match.width) ? le32toh(cond->match.width) : natural;
	bool is_string = le32toh(cond->match.cmp) >= PORTAL_CMP_STR_EQ;
	uint64_t value;

	switch (le32toh(cond->place.what)) {
	case PORTAL_PLACE_RET:
		value = le64toh(trial->call->ret);
		break;
	case PORTAL_PLACE_ARG:
		value = le64toh(trial->call->args[le32toh(cond->place.arg)]);
		break;
	default:
		if (!locate(trial, &cond->place, &value))
			return false;
		if (!is_string && !load(trial->task, value, width, &value))
			return false;
	}
	return is_string ? string_holds(trial, &cond->match, value)
			 : number_holds(&cond->match, value, width);
}

static bool all_hold(struct trial *trial)
{
	for (uint32_t i = 0; i < le32toh(trial->rule.head.nr_conds); i++)
		if (!cond_holds(trial, &trial->rule.cond[i]))
			return false;
	for (uint32_t i = 0; i < le32toh(trial->rule.head.nr_stores); i++)
		if (!locate(trial, &trial->rule.store[i].place, &trial->store_addr[i]))
			return false;
	return true;
}

/* Counts the call, if the slot still has the rule's generation. */
static bool count(struct fake_guest *guest, const struct portal_wire_rule *head)
{
	struct portal_rule_slot *slots = (struct portal_rule_slot *)(void *)guest->slots;
	uint64_t *word = (uint64_t *)&slots[le32toh(head->slot)].state;
	uint64_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST), next;

	do {
		if (le64toh(old) >> PORTAL_RULE_HITS_BITS != le32toh(head->generation))
			return false;
		next = htole64(le64toh(old) + 1);
	} while (!__atomic_compare_exchange_n(word, &old, next, false, __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	return true;
}

static bool do_stores(const struct trial *trial)
{
	for (uint32_t i = 0; i < le32toh(trial->rule.head.nr_stores); i++) {
		const struct portal_wire_rule_store *store = &trial->rule.store[i];
		size_t len = le32toh(store->len);

		if (fake_copy_to(trial->task, trial->store_addr[i],
				 trial->rule.bytes + le32toh(store->off), len) != len)
			return false;
	}
	return true;
}

/* Copies rule @n, if it belongs to the stage and to the only hook of the event. */
static bool candidate(struct fake_guest *guest, const struct portal_wire_syscall *call,
		      uint32_t when, size_t n, struct fake_rule *ret_rule)
{
	const struct fake_hook *hook;
	bool found = false;

	pthread_mutex_lock(&guest->lock);
	if (n < guest->nr_rules) {
		hook = find_hook(guest, le32toh(guest->rules[n].head.hook));
		*ret_rule = guest->rules[n];
		found = hook && le64toh(call->hooks) == 1ull << le32toh(hook->wire.bit) &&
			le32toh(ret_rule->head.when) == when;
	}
	pthread_mutex_unlock(&guest->lock);
	return found;
}

enum fake_rule_outcome fake_rule_try(struct fake_guest *guest, struct fake_task *task,
				     const struct portal_wire_syscall *call, uint32_t when,
				     struct portal_wire_rule *ret_rule)
{
	struct trial trial = { .task = task, .call = call };

	for (size_t n = 0; n < FAKE_MAX_RULES && !task->killed; n++) {
		if (!candidate(guest, call, when, n, &trial.rule) || !all_hold(&trial) ||
		    !count(guest, &trial.rule.head))
			continue;
		*ret_rule = trial.rule.head;
		return do_stores(&trial) ? FAKE_RULE_ANSWER : FAKE_RULE_FAILED;
	}
	return FAKE_RULE_NONE;
}
