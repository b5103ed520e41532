/* SPDX-License-Identifier: MIT */
/* a module whose load() fails after it has registered a hook */
#include <errno.h>
#include <portal/hook.h>

static int nothing(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	return 0;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = nothing,
	};
	int ret = portal_hook_syscall(mod, &hook, NULL);

	return ret < 0 ? ret : -EADDRINUSE;
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "refuses",
	.load = load,
};
