/* SPDX-License-Identifier: MIT */
/*
 * The guest kernel's system call tables, from number to name and back, as the guest module reports
 * them at hello. Immutable once loaded, reference counted. Knows no hooks.
 */
#ifndef HOOKS_SYSCALL_NAMES_H
#define HOOKS_SYSCALL_NAMES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "portal/hello.h"
#include "portal/session.h"

#define NAMES_MAX_CALLS 4096u /* maximum number of entries of a table */
#define NAMES_MAX_LEN	63u   /* maximum length of a name, in bytes */
#define NAMES_NR_NONE	UINT32_MAX

/**
 * struct names_table - system calls of one ABI
 * @text: names with their NULs, in order of their numbers
 * @len: bytes of @text
 * @offset: offset in @text of each number's name
 * @nr: number of entries
 * @abi: PORTAL_ABI_*
 */
struct names_table {
	char *text;
	size_t len;
	uint32_t *offset;
	uint32_t nr;
	uint32_t abi;
};

/**
 * struct syscall_names - the tables of a guest
 * @refs: reference count
 * @table: native and compat
 */
struct syscall_names {
	atomic_uint refs;
	struct names_table table[2];
};

/**
 * syscall_names_load() - read the tables from the guest; may suspend
 * @session: a session with the guest
 * @hello: the hello, which contains the guest's ABIs
 * @ret_names: both tables, with one reference
 *
 * Return: 0; -EPROTO: a malformed table; session_call()'s errors; -ENOMEM.
 */
must_check int syscall_names_load(struct session *session, const struct hello *hello,
				  struct syscall_names **ret_names);

/** syscall_names_get() - take a reference. Context: any thread. Return: @names, may be NULL. */
static inline struct syscall_names *syscall_names_get(struct syscall_names *names)
{
	if (names)
		atomic_fetch_add_explicit(&names->refs, 1, memory_order_relaxed);
	return names;
}

/* for syscall_names_put() only */
void syscall_names_free(struct syscall_names *names);

/** syscall_names_put() - drop a reference; the last one frees. @names may be NULL. Any thread. */
static inline void syscall_names_put(struct syscall_names *names)
{
	if (names && atomic_fetch_sub_explicit(&names->refs, 1, memory_order_acq_rel) == 1)
		syscall_names_free(names);
}

/**
 * syscall_names_find() - find the number of @name in the native or the compat table
 *
 * Return: the number; NAMES_NR_NONE: not in this table.
 */
uint32_t syscall_names_find(const struct syscall_names *names, bool compat, const char *name);

/**
 * syscall_names_of() - get the name of number @nr
 *
 * Return: the name, valid as long as @names; NULL: the table has no such system call.
 */
const char *syscall_names_of(const struct syscall_names *names, bool compat, uint32_t nr);

/**
 * syscall_names_of_call() - get the name of a system call of either table
 * @names: the tables; may be NULL
 * @call: PORTAL_ABI_* << 32 | number, any value
 *
 * Return: as syscall_names_of().
 */
const char *syscall_names_of_call(const struct syscall_names *names, uint64_t call);

/**
 * syscall_names_nearest() - find the name most similar to @name, for messages
 *
 * Return: the name; NULL: no name is similar.
 */
const char *syscall_names_nearest(const struct syscall_names *names, const char *name);

#endif
