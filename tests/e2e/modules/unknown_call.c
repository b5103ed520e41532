// SPDX-License-Identifier: MIT
/* Hooks a system call whose name is misspelt. */
#include <portal/hook.h>

static int never(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	return 0;
}

static int load(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "opennat",
		.fn = never,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "unknown_call",
	.load = load,
};
