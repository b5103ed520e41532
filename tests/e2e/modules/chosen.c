// SPDX-License-Identifier: MIT
/* Logs every system call of one task: a hook without a name, with a comm filter. */
#include <portal/hook.h>

static int say(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_log(ctx, PORTAL_INFO, "%s of %s", portal_syscall_name(ctx), portal_comm(ctx));
	return 0;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.comm = "chosen",
		.fn = say,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "chosen",
	.load = load,
};
