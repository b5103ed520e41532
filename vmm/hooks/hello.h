/* SPDX-License-Identifier: MIT */
/* The operations of the hello session. Source: docs/protocol.md section 3. */
#ifndef HOOKS_HELLO_H
#define HOOKS_HELLO_H

#include "base/cleanup.h"
#include "hooks/registry.h"
#include "portal/event.h"
#include "portal/session.h"

/**
 * hello_serve() - accept the guest module, read its system call tables, install all hooks
 * @registry: all hooks
 * @session: the session that the hello opened
 * @hello: the parsed hello
 *
 * May suspend.
 *
 * Return: 0, also when the session was cancelled; negative errno: a hook cannot be installed or the
 * guest module gave an unexpected answer. The error has been logged.
 */
must_check int hello_serve(struct registry *registry, struct session *session,
			   const struct hello *hello);

#endif
