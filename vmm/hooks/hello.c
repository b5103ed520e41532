/* SPDX-License-Identifier: MIT */
#include "hooks/hello.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "hooks/guest_sync.h"
#include "hooks/module.h"
#include "portal/ops/operation.h"

static int report_unknown(const struct portal_hook *hook, const struct syscall_names *names,
			  const struct hello *hello)
{
	const char *nearest = syscall_names_nearest(names, hook->name);

	log_error("%s: the guest's kernel %s has no system call '%s'%s%s%s",
		  hook->module->desc->name, hello->release, hook->name,
		  nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
	return -ENOENT;
}

static int connect_names(struct registry *registry, struct syscall_names *names,
			 const struct hello *hello)
{
	struct portal_hook *unknown = NULL;
	struct syscall_names *kept = syscall_names_get(names);
	int ret = registry_connect(registry, names, hello, &unknown);

	if (ret < 0)
		ret = report_unknown(unknown, kept, hello);
	hook_put(unknown);
	syscall_names_put(kept);
	return ret;
}

/* Hooks work without it. */
static void report_features(const struct hello *hello)
{
	if (!(hello->features & PORTAL_FEATURE_ENDS))
		log_warn("on the guest's kernel %s, system calls that a signal ends have no return "
			 "event",
			 hello->release);
}

static void report_broken(const struct hello *hello, int err)
{
	if (err != -ECANCELED)
		log_error("the guest module %s gave an unexpected answer: %s",
			  hello->module_version, strerror(-err));
}

static int install(struct registry *registry, struct session *session, const struct hello *hello)
{
	struct portal_hook *refused = NULL;
	char reason[HOOK_REFUSAL_SIZE];
	int ret = guest_sync_changes(registry, session, &refused);

	if (ret < 0 && session_is_over(session))
		report_broken(hello, ret);
	else if (ret < 0 && refused)
		log_error("%s: the guest cannot hook %s: %s", refused->module->desc->name,
			  hook_call_name(refused), hook_refusal(refused, ret, reason));
	hook_put(refused);
	return ret;
}

static int set_up_guest(struct registry *registry, struct session *session,
			const struct hello *hello)
{
	struct syscall_names *names;
	int ret = op_welcome(session, hello->features & PORTAL_FEATURES);

	if (ret == 0)
		ret = syscall_names_load(session, hello, &names);
	if (ret < 0) {
		report_broken(hello, ret);
		return ret;
	}
	report_features(hello);
	ret = connect_names(registry, names, hello);
	return ret < 0 ? ret : install(registry, session, hello);
}

int hello_serve(struct registry *registry, struct session *session, const struct hello *hello)
{
	int ret = set_up_guest(registry, session, hello);

	if (ret == -ECANCELED)
		return 0;
	if (ret == 0)
		log_debug("guest kernel %s, guest module %s: %zu hooks installed", hello->release,
			  hello->module_version, registry_count(registry, NULL));
	return ret;
}
