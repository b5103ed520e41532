// SPDX-License-Identifier: MIT
/* Hooks wait4() of PID 1, which waits there most of the time. */
#include <portal/hook.h>

static int say(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_log(ctx, PORTAL_INFO, "process %d waits", portal_pid(ctx));
	return 0;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "wait4",
		.pid = 1,
		.fn = say,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "pid1",
	.load = load,
};
