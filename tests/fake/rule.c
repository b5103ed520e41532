/* SPDX-License-Identifier: MIT */
#include "fake/rule.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define HITS_MASK ((1ull << PORTAL_RULE_HITS_BITS) - 1)

/* ---- checks, written from the comments of wire.h ---- */

static bool is_width(uint32_t width)
{
	return width == 1 || width == 2 || width == 4 || width == 8;
}

static bool is_place(const struct portal_wire_place *place, bool is_cond, uint32_t when)
{
	uint32_t what = le32toh(place->what);

	if (le32toh(place->arg) >= PORTAL_NR_ARGS)
		return false;
	switch (what) {
	case PORTAL_PLACE_MEM:
	case PORTAL_PLACE_PTR_MEM:
		return true;
	case PORTAL_PLACE_ARG:
	case PORTAL_PLACE_HITS:
		return is_cond;
	case PORTAL_PLACE_RET:
		return is_cond && when == PORTAL_WHEN_RETURN;
	default:
		return false;
	}
}

static bool is_part(uint32_t off, uint32_t len, const struct portal_wire_rule *head)
{
	return (uint64_t)off + len <= le32toh(head->bytes_size);
}

static bool is_cond_valid(const struct portal_wire_rule *head,
			  const struct portal_wire_rule_cond *cond)
{
	uint32_t cmp = le32toh(cond->match.cmp), what = le32toh(cond->place.what);
	bool is_result = cmp == PORTAL_CMP_SUCCESS || cmp == PORTAL_CMP_ERROR;

	if (!is_place(&cond->place, true, le32toh(head->when)))
		return false;
	if (cmp == PORTAL_CMP_ANY || cmp > PORTAL_CMP_MAX || cond->match.reserved != 0)
		return false;
	if (le32toh(cond->match.flags) & ~PORTAL_CMP_F_UNSIGNED)
		return false;
	if (cond->match.width != 0 && !is_width(le32toh(cond->match.width)))
		return false;
	if (is_result)
		return what == PORTAL_PLACE_RET;
	if (cmp < PORTAL_CMP_STR_EQ)
		return true;
	return what != PORTAL_PLACE_RET && what != PORTAL_PLACE_HITS &&
	       is_part(le32toh(cond->match.str_off), le32toh(cond->match.str_len), head);
}

static bool is_store_valid(const struct portal_wire_rule *head,
			   const struct portal_wire_rule_store *store, bool has_bytes)
{
	uint32_t flags = le32toh(store->flags), len = le32toh(store->len);

	if (!is_place(&store->place, false, 0) || store->reserved != 0)
		return false;
	if (flags & ~PORTAL_STORE_F_HITS)
		return false;
	if (flags & PORTAL_STORE_F_HITS)
		return store->off == 0 && is_width(len);
	return !has_bytes || (len > 0 && is_part(le32toh(store->off), len, head));
}

static bool is_key_valid(const struct portal_wire_rule *head)
{
	static const struct portal_wire_place none;

	if (head->nr_rows == 0)
		return head->key_width == 0 && memcmp(&head->key, &none, sizeof(none)) == 0;
	return is_width(le32toh(head->key_width)) && is_place(&head->key, true, 0) &&
	       le32toh(head->key.what) != PORTAL_PLACE_HITS;
}

static bool is_head_valid(const struct portal_wire_rule *head)
{
	uint32_t when = le32toh(head->when), flags = le32toh(head->flags);
	bool is_entry = when == PORTAL_WHEN_ENTER;

	if (!is_entry && when != PORTAL_WHEN_RETURN)
		return false;
	if (flags & ~(is_entry ? PORTAL_VERDICT_SKIP : PORTAL_VERDICT_RET))
		return false;
	if (le32toh(head->arg_mask) >> (is_entry ? PORTAL_NR_ARGS : 0))
		return false;
	return le32toh(head->slot) < PORTAL_MAX_RULES && head->generation != 0 &&
	       le32toh(head->generation) < PORTAL_RULE_GENERATIONS && head->reserved == 0 &&
	       le32toh(head->nr_conds) <= PORTAL_MAX_RULE_CONDS &&
	       le32toh(head->nr_stores) <= PORTAL_MAX_RULE_STORES &&
	       le32toh(head->nr_rows) <= PORTAL_MAX_RULE_ROWS;
}

static bool are_parts_valid(const struct fake_rule *rule)
{
	const struct portal_wire_rule *head = &rule->head;
	uint32_t nr_rows = le32toh(head->nr_rows);

	for (uint32_t i = 0; i < le32toh(head->nr_conds); i++)
		if (!is_cond_valid(head, &rule->cond[i]))
			return false;
	for (uint32_t i = 0; i < le32toh(head->nr_stores); i++)
		if (!is_store_valid(head, &rule->store[i], i > 0 || nr_rows == 0))
			return false;
	for (uint32_t i = 0; i < nr_rows; i++) {
		const struct portal_wire_rule_row *row = &rule->row[i];

		if (!is_part(le32toh(row->off), le32toh(row->len), head))
			return false;
		if (row->len != 0 && head->nr_stores == 0)
			return false;
	}
	return is_key_valid(head);
}

/* Splits the payload into the parts of @rule. Return: it is well-formed. */
static bool read_rule(const uint8_t *data, size_t size, struct fake_rule *rule)
{
	size_t at = sizeof(rule->head), conds, stores, rows;

	memcpy(&rule->head, data, sizeof(rule->head));
	if (!is_head_valid(&rule->head))
		return false;
	conds = le32toh(rule->head.nr_conds) * sizeof(rule->cond[0]);
	stores = le32toh(rule->head.nr_stores) * sizeof(rule->store[0]);
	rows = le32toh(rule->head.nr_rows) * sizeof(rule->row[0]);
	if (at + conds + stores + rows + le32toh(rule->head.bytes_size) != size)
		return false;
	memcpy(rule->cond, data + at, conds);
	memcpy(rule->store, data + at + conds, stores);
	memcpy(rule->row, data + at + conds + stores, rows);
	memcpy(rule->bytes, data + at + conds + stores + rows, le32toh(rule->head.bytes_size));
	return are_parts_valid(rule);
}

/* ---- installing and removing ---- */

static struct fake_rule *find(struct fake_guest *guest, uint64_t slot)
{
	for (size_t i = 0; i < guest->nr_rules; i++)
		if (le32toh(guest->rules[i].head.slot) == slot)
			return &guest->rules[i];
	return NULL;
}

static void remove_at(struct fake_guest *guest, size_t at)
{
	memmove(&guest->rules[at], &guest->rules[at + 1],
		(--guest->nr_rules - at) * sizeof(guest->rules[0]));
}

static int64_t add(struct fake_guest *guest, const struct fake_rule *rule)
{
	const struct fake_hook *hook = fake_hook_find(guest, le32toh(rule->head.hook));

	if (!guest->rules_open)
		return -EINVAL;
	if (!hook)
		return -ENOENT;
	if (le32toh(hook->wire.flags) & (PORTAL_HOOK_F_OBSERVE | PORTAL_HOOK_F_TRACE) ||
	    !(hook->wire.when & rule->head.when))
		return -EINVAL;
	if (find(guest, le32toh(rule->head.slot)))
		return -EEXIST;
	if (guest->nr_rules == FAKE_MAX_RULES)
		return -ENOMEM;
	guest->rules[guest->nr_rules++] = *rule;
	return 0;
}

int64_t fake_rule_add(struct fake_guest *guest, const uint8_t *data, size_t size)
{
	struct fake_rule rule = { 0 };
	int64_t ret = guest->refuse_rule;

	if (ret == 0 && !read_rule(data, size, &rule))
		ret = -EINVAL;
	pthread_mutex_lock(&guest->lock);
	if (ret == 0)
		ret = add(guest, &rule);
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

/* a rule that is being evaluated: a copy, so that no lock is held while memory is accessed */
struct trial {
	struct fake_task *task;
	const struct portal_wire_syscall *call;
	struct fake_rule rule;
	const struct portal_wire_rule_row *row; /* NULL: the rule has no rows */
	uint64_t hits;				/* calls that it has taken before */
	uint64_t store_addr[PORTAL_MAX_RULE_STORES];
};

static bool locate(const struct trial *trial, const struct portal_wire_place *place,
		   uint64_t *ret_addr)
{
	*ret_addr = le64toh(trial->call->args[le32toh(place->arg)]) + le64toh(place->offset);
	if (le32toh(place->what) != PORTAL_PLACE_PTR_MEM)
		return true;
	if (!fake_load(trial->task, *ret_addr, fake_pointer_size(trial->task), ret_addr))
		return false;
	*ret_addr += le64toh(place->inner_offset);
	return true;
}

/* Get the number at a place. Return: false: a fault. */
static bool number_at(const struct trial *trial, const struct portal_wire_place *place,
		      size_t width, uint64_t *ret_value)
{
	uint64_t addr;

	switch (le32toh(place->what)) {
	case PORTAL_PLACE_RET:
		*ret_value = le64toh(trial->call->ret);
		return true;
	case PORTAL_PLACE_ARG:
		*ret_value = le64toh(trial->call->args[le32toh(place->arg)]);
		return true;
	case PORTAL_PLACE_HITS:
		*ret_value = trial->hits;
		return true;
	default:
		return locate(trial, place, &addr) &&
		       fake_load(trial->task, addr, width, ret_value);
	}
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
	if (fake_program_from(trial->task, text, addr, want) != want)
		return false;
	return memcmp(text, trial->rule.bytes + le32toh(match->str_off), len) == 0 &&
	       (want == len || text[len] == '\0');
}

static bool cond_holds(const struct trial *trial, const struct portal_wire_rule_cond *cond)
{
	size_t width = le32toh(cond->match.width);
	uint64_t value;

	if (width == 0)
		width = fake_pointer_size(trial->task);
	if (le32toh(cond->match.cmp) < PORTAL_CMP_STR_EQ)
		return number_at(trial, &cond->place, width, &value) &&
		       number_holds(&cond->match, value, width);
	if (le32toh(cond->place.what) == PORTAL_PLACE_ARG)
		value = le64toh(trial->call->args[le32toh(cond->place.arg)]);
	else if (!locate(trial, &cond->place, &value))
		return false;
	return string_holds(trial, &cond->match, value);
}

/* Return: the rule has no rows, or one that the key selects. */
static bool find_row(struct trial *trial)
{
	const struct portal_wire_rule *head = &trial->rule.head;
	size_t width = le32toh(head->key_width);
	uint64_t key;

	trial->row = NULL;
	if (head->nr_rows == 0)
		return true;
	if (!number_at(trial, &head->key, width, &key))
		return false;
	for (uint32_t i = 0; i < le32toh(head->nr_rows) && !trial->row; i++)
		if (widen(le64toh(trial->rule.row[i].value), width, PORTAL_CMP_F_UNSIGNED) ==
		    widen(key, width, PORTAL_CMP_F_UNSIGNED))
			trial->row = &trial->rule.row[i];
	return trial->row;
}

static bool all_hold(struct trial *trial)
{
	for (uint32_t i = 0; i < le32toh(trial->rule.head.nr_conds); i++)
		if (!cond_holds(trial, &trial->rule.cond[i]))
			return false;
	if (!find_row(trial))
		return false;
	for (uint32_t i = 0; i < le32toh(trial->rule.head.nr_stores); i++)
		if (!locate(trial, &trial->rule.store[i].place, &trial->store_addr[i]))
			return false;
	return true;
}

/*
 * Evaluates the rule and counts the call. When another call was counted meanwhile, the rule is
 * evaluated again, because it may depend on the number.
 */
static bool takes(struct fake_guest *guest, struct trial *trial)
{
	struct portal_rule_slot *slots = (struct portal_rule_slot *)(void *)guest->slots;
	uint64_t *word = (uint64_t *)&slots[le32toh(trial->rule.head.slot)].state;

	for (;;) {
		uint64_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST), next;

		trial->hits = le64toh(old) & HITS_MASK;
		if (le64toh(old) >> PORTAL_RULE_HITS_BITS != le32toh(trial->rule.head.generation) ||
		    trial->hits == HITS_MASK || !all_hold(trial))
			return false;
		next = htole64(le64toh(old) + 1);
		if (__atomic_compare_exchange_n(word, &old, next, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST))
			return true;
	}
}

static bool do_store(const struct trial *trial, uint32_t i)
{
	const struct portal_wire_rule_store *store = &trial->rule.store[i];
	const uint8_t *bytes = trial->rule.bytes + le32toh(store->off);
	size_t len = le32toh(store->len);
	uint8_t number[8];

	if (le32toh(store->flags) & PORTAL_STORE_F_HITS) {
		fake_store_number(trial->task, trial->hits + 1, number, len);
		bytes = number;
	} else if (i == 0 && trial->row) {
		bytes = trial->rule.bytes + le32toh(trial->row->off);
		len = le32toh(trial->row->len);
	}
	return fake_program_to(trial->task, trial->store_addr[i], bytes, len) == len;
}

static bool do_stores(const struct trial *trial)
{
	for (uint32_t i = 0; i < le32toh(trial->rule.head.nr_stores); i++)
		if (!do_store(trial, i))
			return false;
	return true;
}

/* Copies rule @n, if it belongs to the stage and to the hook. */
static bool candidate(struct fake_guest *guest, uint32_t hook, uint32_t when, size_t n,
		      struct fake_rule *ret_rule)
{
	bool found = false;

	pthread_mutex_lock(&guest->lock);
	if (n < guest->nr_rules) {
		*ret_rule = guest->rules[n];
		found = le32toh(ret_rule->head.hook) == hook &&
			le32toh(ret_rule->head.when) == when;
	}
	pthread_mutex_unlock(&guest->lock);
	return found;
}

enum fake_rule_outcome fake_rule_try(struct fake_guest *guest, struct fake_task *task,
				     const struct portal_wire_syscall *call, uint32_t hook,
				     uint32_t when, struct portal_wire_rule *ret_rule)
{
	struct trial trial = { .task = task, .call = call };

	for (size_t n = 0; n < FAKE_MAX_RULES && !task->killed; n++) {
		if (!candidate(guest, hook, when, n, &trial.rule) || !takes(guest, &trial))
			continue;
		*ret_rule = trial.rule.head;
		if (trial.row)
			ret_rule->ret = trial.row->ret;
		return do_stores(&trial) ? FAKE_RULE_ANSWER : FAKE_RULE_FAILED;
	}
	return FAKE_RULE_NONE;
}
