// SPDX-License-Identifier: MIT
/* A hook on getppid() whose callback always fails. */
#include <errno.h>

#include <portal/hook.h>

static int fail(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_skip(ctx, 4711); /* staged by a callback that fails: must not take effect */
	return -EIO;
}

static int load(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "getppid",
		.fn = fail,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "failing",
	.load = load,
};
