/* SPDX-License-Identifier: MIT */
/*
 * Sends changes of the registry to the guest, one operation for each, in any open session. The
 * registry's lock is released while a session waits, so that several sessions may send different
 * changes at the same time.
 */
#ifndef HOOKS_GUEST_SYNC_H
#define HOOKS_GUEST_SYNC_H

#include "hooks/registry.h"

/**
 * guest_sync_changes() - send all changes that no other session is sending; may suspend
 * @registry: the registry
 * @session: a session with the guest
 * @ret_refused: for an error of the guest, a reference to the hook that it refused; may be NULL
 *
 * Return: 0; the first error: the guest's errno for a hook, or -ECANCELED or -EPROTO when the
 * session is over.
 */
must_check int guest_sync_changes(struct registry *registry, struct session *session,
				  struct portal_hook **ret_refused);

/**
 * guest_sync_hook() - install one new hook now; may suspend
 * @registry: the registry
 * @hook: in the registry and not yet in the guest
 * @session: a session with the guest
 *
 * Return: 0, also when another session installs it; the guest's error, -ECANCELED or -EPROTO: the
 * hook is removed.
 */
must_check int guest_sync_hook(struct registry *registry, struct portal_hook *hook,
			       struct session *session);

/**
 * guest_sync_rule() - install one new rule now; may suspend
 * @registry: the registry
 * @hook: its hook
 * @id: id of the rule, which is in the registry and not yet in the guest
 * @session: a session with the guest
 *
 * Return: 0, also when it has to wait for another session or for its hook; the guest's error,
 * -ECANCELED or -EPROTO: the rule is removed.
 */
must_check int guest_sync_rule(struct registry *registry, struct portal_hook *hook, uint64_t id,
			       struct session *session);

#endif
