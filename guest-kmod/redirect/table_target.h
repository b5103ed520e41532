/* SPDX-License-Identifier: GPL-2.0-only */
/* What the code in the system call tables calls of the backend. */
#ifndef GUEST_REDIRECT_TABLE_TARGET_H
#define GUEST_REDIRECT_TABLE_TARGET_H

/**
 * redirect_table_target() - decide where the current system call continues
 *
 * Called by the code behind arch_table_entry(), which then jumps there with the registers and the
 * stack that it was entered with.
 *
 * Context: in a system call, before its function; does not sleep.
 * Return: address of a function that takes what a system call function takes.
 */
unsigned long redirect_table_target(void);

#endif /* GUEST_REDIRECT_TABLE_TARGET_H */
