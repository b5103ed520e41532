/* SPDX-License-Identifier: MIT */
/* The conversation that follows the guest's hello. Source: docs/protocol.md section 3. */
#ifndef HOOKS_HELLO_H
#define HOOKS_HELLO_H

#include "base/cleanup.h"
#include "hooks/registry.h"
#include "portal/event.h"
#include "portal/session.h"

/**
 * hello_serve() - welcome the guest, learn its system calls, install every hook; may suspend
 * @registry: all hooks
 * @session: the hello's session
 * @hello: what it said
 *
 * Return: 0, also when the session ended before its time; negative errno: a hook cannot be
 * installed or the guest does not answer as it should, and the log says what and why.
 */
must_check int hello_serve(struct registry *registry, struct session *session,
			   const struct hello *hello);

#endif
