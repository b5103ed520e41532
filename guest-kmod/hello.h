/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hello: the guest module identifies itself to the host and registers its pages. It owns the state
 * that user space can read; it does not know the device.
 */
#ifndef GUEST_HELLO_H
#define GUEST_HELLO_H

/**
 * hello_send() - send hello and let the host install its hooks
 *
 * Returns when all hooks are installed. If no host answers, or the host has another version, it
 * logs that and the guest module stays idle; this is not an error.
 *
 * Context: may sleep; the pool is open. Fails if the task is being killed.
 */
void hello_send(void);

/**
 * hello_send_bye() - let the host end its use of this kernel's memory
 *
 * When it returns the host has cancelled the sessions that were open, and touches neither the pool
 * nor trace rings or rule slots any more. Does nothing after another bye.
 *
 * Context: may sleep; the pool is closed and not yet destroyed.
 */
void hello_send_bye(void);

/**
 * hello_state_text() - describe the state for user space
 *
 * Return: "no device": none has been probed; "no host": hello was not answered; "not welcome": the
 * host has another version; "ready": the hooks are installed; "down": after bye.
 */
const char *hello_state_text(void);

#endif /* GUEST_HELLO_H */
