/* SPDX-License-Identifier: MIT */
/* SDK functions for rules. Documented in portal/hook.h. */
#include <errno.h>
#include <portal/hook.h>

#include "hooks/event.h"
#include "hooks/guest_sync.h"
#include "hooks/module.h"
#include "hooks/registry.h"

/* Install now, in a callback of the module that may suspend; otherwise in the next session. */
static int announce(struct portal_hook *hook, uint64_t id)
{
	struct registry *registry = hook->module->registry;
	struct session *session = event_session(hook->module);

	if (session)
		return guest_sync_rule(registry, hook, id, session);
	if (!event_has_session())
		registry_wake(registry);
	return 0;
}

int portal_rule_add(struct portal_hook *hook, const struct portal_rule *desc, uint64_t *ret_id)
{
	struct installed_rule *rule;
	uint64_t id;
	int ret = rule_create(hook, desc, &rule);

	if (ret < 0)
		return ret;
	ret = registry_add_rule(hook->module->registry, hook, rule, &id);
	if (ret < 0) {
		rule_put(rule);
		return ret;
	}
	ret = announce(hook, id);
	if (ret == 0)
		*ret_id = id;
	return ret;
}

int portal_rule_revoke(struct portal_hook *hook, uint64_t id, uint64_t *ret_hits)
{
	uint64_t hits;
	int ret = registry_revoke_rule(hook->module->registry, hook, id, &hits);

	if (ret == 0 && ret_hits)
		*ret_hits = hits;
	return ret;
}

int portal_rule_hits(struct portal_hook *hook, uint64_t id, uint64_t *ret_hits)
{
	return registry_rule_hits(hook->module->registry, hook, id, ret_hits);
}
