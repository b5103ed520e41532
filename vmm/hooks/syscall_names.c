/* SPDX-License-Identifier: MIT */
#include "hooks/syscall_names.h"

#include <errno.h>
#include <portal/wire.h>
#include <stdlib.h>
#include <string.h>

#include "portal/ops/operation.h"

static bool is_name(const char *name, size_t len)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return len <= NAMES_MAX_LEN && strspn(name, allowed) == len;
}

static int grow(struct names_table *table, size_t len, uint32_t nr)
{
	char *text = realloc(table->text, table->len + len);
	uint32_t *offset;

	if (!text)
		return -ENOMEM;
	table->text = text;
	offset = realloc(table->offset, ((size_t)table->nr + nr) * sizeof(*offset));
	if (!offset)
		return -ENOMEM;
	table->offset = offset;
	return 0;
}

static uint32_t count_names(const char *block, size_t len)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < len; i++)
		nr += block[i] == '\0';
	return nr;
}

/* op_syscall_names() has checked that @block ends with a NUL. */
static int append(struct names_table *table, const char *block, size_t len)
{
	uint32_t nr = count_names(block, len);
	int ret;

	if (nr == 0)
		return 0;
	if (nr > NAMES_MAX_CALLS - table->nr)
		return -EPROTO;
	ret = grow(table, len, nr);
	if (ret < 0)
		return ret;
	memcpy(table->text + table->len, block, len);
	for (size_t at = 0; at < len; at += strlen(block + at) + 1) {
		if (!is_name(block + at, strlen(block + at)))
			return -EPROTO;
		table->offset[table->nr++] = (uint32_t)(table->len + at);
	}
	table->len += len;
	return 0;
}

static int load_table(struct session *session, uint32_t abi, struct names_table *table)
{
	char block[PORTAL_DATA_SIZE];
	uint32_t next = 0;
	size_t len;
	int ret;

	table->abi = abi;
	do {
		ret = op_syscall_names(session, abi, next, block, &len, &next);
		if (ret < 0)
			return ret;
		ret = append(table, block, len);
		if (ret == 0 && next != 0 && next != table->nr)
			ret = -EPROTO;
		if (ret == -EPROTO)
			return session_fail(session);
	} while (ret == 0 && next != 0);
	return ret;
}

int syscall_names_load(struct session *session, const struct hello *hello,
		       struct syscall_names **ret_names)
{
	struct syscall_names *names = calloc(1, sizeof(*names));
	int ret;

	if (!names)
		return -ENOMEM;
	atomic_init(&names->refs, 1);
	ret = load_table(session, hello->abi, &names->table[0]);
	if (ret == 0 && hello->compat_abi != PORTAL_ABI_NONE)
		ret = load_table(session, hello->compat_abi, &names->table[1]);
	if (ret < 0) {
		syscall_names_put(names);
		return ret;
	}
	*ret_names = names;
	return 0;
}

void syscall_names_free(struct syscall_names *names)
{
	for (size_t i = 0; i < 2; i++) {
		free(names->table[i].text);
		free(names->table[i].offset);
	}
	free(names);
}

const char *syscall_names_of(const struct syscall_names *names, bool compat, uint32_t nr)
{
	const struct names_table *table = &names->table[compat];
	const char *name = nr < table->nr ? table->text + table->offset[nr] : "";

	return *name ? name : NULL;
}

const char *syscall_names_of_call(const struct syscall_names *names, uint64_t call)
{
	for (int compat = 0; names && compat < 2; compat++)
		if (names->table[compat].abi == call >> 32)
			return syscall_names_of(names, compat, (uint32_t)call);
	return NULL;
}

uint32_t syscall_names_find(const struct syscall_names *names, bool compat, const char *name)
{
	const struct names_table *table = &names->table[compat];

	if (*name == '\0')
		return NAMES_NR_NONE;
	for (uint32_t nr = 0; nr < table->nr; nr++)
		if (strcmp(table->text + table->offset[nr], name) == 0)
			return nr;
	return NAMES_NR_NONE;
}

/* Levenshtein distance of @a and @b, both at most NAMES_MAX_LEN bytes long. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[NAMES_MAX_LEN + 1];
	size_t len = strlen(b);

	for (size_t j = 0; j <= len; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 0; a[i]; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i + 1;
		for (size_t j = 0; j < len; j++) {
			unsigned int best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[j + 1] = best;
		}
	}
	return row[len];
}

const char *syscall_names_nearest(const struct syscall_names *names, const char *name)
{
	unsigned int least = (unsigned int)strlen(name) / 2 + 1;
	const char *nearest = NULL;

	if (strlen(name) > NAMES_MAX_LEN)
		return NULL;
	for (int compat = 0; compat < 2; compat++) {
		for (uint32_t nr = 0; nr < names->table[compat].nr; nr++) {
			const char *candidate = syscall_names_of(names, compat, nr);
			unsigned int away = candidate ? distance(name, candidate) : least;

			if (away < least) {
				least = away;
				nearest = candidate;
			}
		}
	}
	return nearest;
}
