/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The backend of redirection, which makes a function's entry continue in the wrapper. ftrace.c and
 * kprobe.c implement it; Kbuild selects the one that works with the kernel. redirect.c counts the
 * users of each function, and adds it to the backend once and removes it once.
 */
#ifndef GUEST_REDIRECT_BACKEND_H
#define GUEST_REDIRECT_BACKEND_H

#include <linux/module.h>
#include <linux/types.h>

#include "redirect/redirect.h"

/* set before the first function is added */
extern redirect_fn *redirect_wrapper;

/**
 * redirect_admit() - decide whether a call is redirected to the wrapper
 * @caller: return address of the call
 *
 * Calls from the module run the function itself, and so do all calls once the module is being
 * unloaded.
 *
 * Context: any, also where nothing may be traced or probed.
 * Return: true if the call is redirected; it then holds a reference on the module.
 */
static __always_inline bool redirect_admit(unsigned long caller)
{
	return !within_module(caller, THIS_MODULE) && try_module_get(THIS_MODULE);
}

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
 *
 * Context: may sleep; serialized by the lock of redirect_get().
 * Return: 0; the errors of redirect_get().
 */
int __must_check redirect_backend_add(unsigned long *functions, unsigned int nr);

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
