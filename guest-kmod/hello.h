/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hello: the module introduces itself, and knows how that went. It owns the word about the portal's
 * state that user space can read; it does not know the device.
 */
#ifndef GUEST_HELLO_H
#define GUEST_HELLO_H

/**
 * hello_say() - introduce the module to the host and let it install its hooks
 *
 * Returns when all hooks are in. That nobody answers, or that the host wants another version, is
 * said in the kernel's log and leaves the module idle; it is no error.
 *
 * Context: may sleep; the pool is open.
 */
void hello_say(void);

/**
 * hello_say_bye() - tell the host that no page is used after this
 *
 * Context: may sleep; the pool is closed and still there.
 */
void hello_say_bye(void);

/**
 * hello_state_text() - how things are, for user space to read
 *
 * Return: "no device" before there was one, "no host" when nobody answered, "not welcome" when the
 * host speaks another version, "ready" when its hooks are in, "down" after bye.
 */
const char *hello_state_text(void);

#endif /* GUEST_HELLO_H */
