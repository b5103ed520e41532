/* SPDX-License-Identifier: MIT */
/*
 * The guest kernel's system call tables, numbers to names and back, as the guest itself told them
 * at hello. Immutable once loaded, shared by counted references. Knows no hooks.
 */
#ifndef HOOKS_NAMES_H
#define HOOKS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "portal/event.h"
#include "portal/session.h"

#define NAMES_MAX_CALLS 4096u /* numbers a table may have */
#define NAMES_MAX_LEN	63u   /* bytes of a name */

struct names;

/**
 * syscall_names_load() - ask the guest for its tables; may suspend
 * @session: a session with the guest
 * @hello: which ABIs it has
 * @ret_names: both tables, one reference
 *
 * Return: 0; -EPROTO: what came is not a table; session_call()'s errors; -ENOMEM.
 */
must_check int syscall_names_load(struct session *session, const struct hello *hello,
				  struct names **ret_names);

/** syscall_names_get() - one more reference. Any thread. Return: @names, which may be NULL. */
struct names *syscall_names_get(struct names *names);

/** syscall_names_put() - one reference less; the last frees. NULL is fine. Any thread. */
void syscall_names_put(struct names *names);

/**
 * syscall_names_find() - number of @name in the native or the compat table. Return: PORTAL_NR_NONE:
 * in none.
 */
uint32_t syscall_names_find(const struct names *names, bool compat, const char *name);

/**
 * syscall_names_of() - name of number @nr. Return: NULL: the table has no such call. Lives as long
 * as
 * @names.
 */
const char *syscall_names_of(const struct names *names, bool compat, uint32_t nr);

/**
 * syscall_names_nearest() - the name most like @name, for messages. Return: NULL: none is similar.
 */
const char *syscall_names_nearest(const struct names *names, const char *name);

#endif
