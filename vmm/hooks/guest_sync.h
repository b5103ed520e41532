/* SPDX-License-Identifier: MIT */
/*
 * Telling the guest what has changed in the registry: one operation a change, through whatever
 * session is at hand. A session gives the registry's lock up while it waits, so that several may
 * tell different changes at once.
 */
#ifndef HOOKS_SYNC_H
#define HOOKS_SYNC_H

#include "hooks/registry.h"

/**
 * guest_sync_changes() - tell the guest all changes that no other session is telling it; may
 * suspend
 * @registry: the registry
 * @session: a session with the guest
 * @ret_refused: for an error of the guest, the hook it refused, a reference; NULL when not of
 * interest
 *
 * Return: 0; the first error: the guest's for a hook, -ECANCELED or -EPROTO when the session is
 * over.
 */
must_check int guest_sync_changes(struct registry *registry, struct session *session,
				  struct portal_hook **ret_refused);

/**
 * guest_sync_hook() - install one new hook now; may suspend
 * @registry: the registry
 * @hook: added, and not told to the guest
 * @session: a session with the guest
 *
 * Return: 0, also when another session did it; the guest's error, -ECANCELED or -EPROTO: the hook
 * is removed.
 */
must_check int guest_sync_hook(struct registry *registry, struct portal_hook *hook,
			       struct session *session);

/**
 * guest_sync_rule() - install one new rule now; may suspend
 * @registry: the registry
 * @hook: its hook
 * @id: added, and not told to the guest
 * @session: a session with the guest
 *
 * Return: 0, also when it has to wait for another session or for its hook; the guest's error,
 * -ECANCELED or -EPROTO: the rule is removed.
 */
must_check int guest_sync_rule(struct registry *registry, struct portal_hook *hook, uint64_t id,
			       struct session *session);

#endif
