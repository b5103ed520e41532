/* SPDX-License-Identifier: MIT */
/*
 * The smallest useful module: one hook that logs a line when a process calls uname.
 *
 *	portal-vmm ... --hook hello.so
 *	portal-vmm ... --hook hello.so,greeting=ahoy
 */
#include <portal/hook.h>

static int greet(struct portal_ctx *ctx, void *data)
{
	const char *greeting = data;

	portal_log(ctx, PORTAL_INFO, "%s from %s, process %d", greeting, portal_comm(ctx),
		   portal_pid(ctx));
	return 0;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_RETURN,
		.name = "uname",
		.fn = greet,
		.data = (void *)(uintptr_t)portal_option(mod, "greeting"),
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

static const struct portal_option options[] = {
	{ .key = "greeting", .fallback = "hello", .help = "greeting to log" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "hello",
	.version = "1",	    .help = "logs a greeting when a process calls uname",
	.options = options, .load = load,
};
