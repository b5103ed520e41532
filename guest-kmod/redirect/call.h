/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The system call that the current task makes, by its table and number. Nothing of it is passed on
 * from where a call is redirected to the wrapper: what runs in between, such as the trampoline of a
 * BPF program, keeps no register but those of the function's arguments.
 */
#ifndef GUEST_REDIRECT_CALL_H
#define GUEST_REDIRECT_CALL_H

#include "redirect/redirect.h"

/**
 * call_bind() - set what the system call tables hold
 * @tables: SYSCALL_NR_TABLES of them; copied
 *
 * Context: before any other function of this file.
 */
void call_bind(const struct redirect_calls *tables);

/**
 * call_open() - set the wrapper
 * @wrapper: receives the calls
 */
void call_open(redirect_fn *wrapper);

/**
 * call_current() - find the current call in its table
 * @ret_nr: its number, below the length of the table
 *
 * Context: in a system call; does not sleep.
 * Return: its table; NULL: the number is in no table, as in a call by x86's vsyscall page.
 */
const struct redirect_calls *call_current(u32 *ret_nr);

/**
 * call_function() - get the function of the current call
 *
 * Context: as call_current().
 * Return: its address, 0 if there is none.
 */
unsigned long call_function(void);

/**
 * call_redirected() - run the wrapper for the current call
 *
 * Entered instead of the call's function, with any arguments, and with a reference on the module.
 *
 * Context: in a system call whose call_function() is not 0; may sleep.
 * Return: the result of the call.
 */
long call_redirected(void);

#endif /* GUEST_REDIRECT_CALL_H */
