/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The backend of redirection, which makes calls of a function continue in call_redirected().
 * ftrace.c changes the function's entry, table.c the entries of the system call tables; Kbuild
 * selects the one that works with the kernel. redirect.c counts the users of each function, and
 * adds it to the backend once and removes it once.
 */
#ifndef GUEST_REDIRECT_BACKEND_H
#define GUEST_REDIRECT_BACKEND_H

#include <linux/types.h>

#include "redirect/redirect.h"

/**
 * redirect_backend_bind() - set what the kernel's system call tables hold
 * @calls: SYSCALL_NR_TABLES of them
 * @lookup: finds the kernel's symbols
 *
 * Context: may sleep; before any other function of the backend, and again before redirect_open().
 * Return: as redirect_bind().
 */
int __must_check redirect_backend_bind(const struct redirect_calls *calls,
				       compat_lookup_fn *lookup);

/**
 * redirect_backend_knows() - check whether a function can be redirected
 * @function: its address, not 0
 *
 * Context: may sleep.
 */
bool redirect_backend_knows(unsigned long function);

/**
 * redirect_backend_add() - redirect functions; on an error, none of them
 * @functions: addresses of functions that are not redirected yet, without duplicates; overwritten
 * @nr: number of addresses, may be 0
 * @ret_refused: as that of redirect_get()
 *
 * Context: may sleep; serialized by the lock of redirect_get().
 * Return: 0; the errors of redirect_get().
 */
int __must_check redirect_backend_add(unsigned long *functions, unsigned int nr,
				      unsigned long *ret_refused);

/**
 * redirect_backend_remove() - end the redirection of functions
 * @functions: addresses of functions that are redirected, without duplicates; overwritten
 * @nr: number of addresses, may be 0
 *
 * Context: as redirect_backend_add().
 */
void redirect_backend_remove(unsigned long *functions, unsigned int nr);

/**
 * redirect_backend_remove_all() - end all redirections at once
 *
 * No call goes to the wrapper after this.
 *
 * Context: as redirect_backend_add().
 */
void redirect_backend_remove_all(void);

/**
 * redirect_backend_free() - free what is kept between redirections; no other function may follow
 */
void redirect_backend_free(void);

#endif /* GUEST_REDIRECT_BACKEND_H */
