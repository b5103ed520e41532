/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a function's entry is made to go on in the wrapper: what redirect.c, which counts the users
 * of functions, asks of ftrace.c or kprobe.c. Kbuild picks the one that works on
 * the kernel. A backend knows no users: it is told of a function once, and of its end once.
 */
#ifndef GUEST_REDIRECT_BACKEND_H
#define GUEST_REDIRECT_BACKEND_H

#include <linux/module.h>
#include <linux/types.h>

#include "redirect/redirect.h"

/* set before the first function is added */
extern redirect_fn *redirect_wrapper;

/**
 * redirect_admit() - does this call go to the wrapper
 * @caller: where the function returns to
 *
 * Calls from the module are meant for the function itself. A module that is on its way out takes no
 * new guests.
 *
 * Context: any, also where nothing may be traced or probed.
 * Return: true with a reference on the module.
 */
static __always_inline bool redirect_admit(unsigned long caller)
{
	return !within_module(caller, THIS_MODULE) && try_module_get(THIS_MODULE);
}

/**
 * redirect_backend_knows() - is this a function whose entry can be taken
 * @function: its address, not 0
 *
 * Context: may sleep.
 */
bool redirect_backend_knows(unsigned long function);

/**
 * redirect_backend_add() - take the entries of functions; all of them or none
 * @functions: addresses of functions that are not taken yet, each once; overwritten
 * @nr: any number
 *
 * Context: may sleep; the same lock as redirect_get().
 * Return: 0; the errors of redirect_get().
 */
int __must_check redirect_backend_add(unsigned long *functions, unsigned int nr);

/**
 * redirect_backend_remove() - give entries back
 * @functions: addresses of functions that are taken, each once; overwritten
 * @nr: any number
 *
 * Context: as redirect_backend_add().
 */
void redirect_backend_remove(unsigned long *functions, unsigned int nr);

/**
 * redirect_backend_remove_all() - give all entries back at once, whatever is taken
 *
 * Context: as redirect_backend_add(). No call goes to the wrapper after it.
 */
void redirect_backend_remove_all(void);

/**
 * redirect_backend_free() - free what is kept between uses; the last call of all
 */
void redirect_backend_free(void);

#endif /* GUEST_REDIRECT_BACKEND_H */
