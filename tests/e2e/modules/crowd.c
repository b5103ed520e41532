// SPDX-License-Identifier: MIT
/*
 * Hooks on what the threads of "fault_crowd" do: openat(), whose path is missing, and ioctl(),
 * which brings it. By its options: "read": a hook on openat() that reads the path in its session;
 * "required": this hook is required; "trace": trace hooks on both, which declare the path.
 */
#include <portal/hook.h>

#define COMM "fault_crowd"

static int on_openat(struct portal_ctx *ctx, void *data)
{
	char path[64];

	(void)data;
	return portal_read_str(ctx, portal_arg(ctx, 1), path, sizeof(path)) < 0 ? -1 : 0;
}

static int on_ioctl(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	return 0;
}

static int add_hooks(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat", .comm = COMM,
		.fn = on_openat,
	};
	int err;

	if (portal_option(mod, "required"))
		hook.flags = PORTAL_HOOK_REQUIRED;
	err = portal_hook_syscall(mod, &hook, NULL);
	hook.name = "ioctl";
	hook.flags = 0;
	hook.fn = on_ioctl;
	return err < 0 ? err : portal_hook_syscall(mod, &hook, NULL);
}

static int add_trace_hooks(struct portal_module *mod)
{
	static const struct portal_fetch path[] = {
		{ .what = PORTAL_FETCH_STR, .arg = 1, .max = 64 },
	};
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "openat",
		.comm = COMM,
		.fn = on_openat,
		.flags = PORTAL_HOOK_TRACE,
		.fetch = path,
		.nr_fetch = 1,
	};
	int err = portal_hook_syscall(mod, &hook, NULL);

	hook.name = "ioctl";
	hook.nr_fetch = 0;
	hook.fn = on_ioctl;
	return err < 0 ? err : portal_hook_syscall(mod, &hook, NULL);
}

static int load(struct portal_module *mod)
{
	int err = portal_option(mod, "trace") ? add_trace_hooks(mod) : 0;

	return err == 0 && portal_option(mod, "read") ? add_hooks(mod) : err;
}

static const struct portal_option options[] = {
	{ .key = "read", .help = "1: read the path in the session" },
	{ .key = "required", .help = "1: the hook that reads is required" },
	{ .key = "trace", .help = "1: trace hooks" },
	{ 0 },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "crowd",
	.options = options,
	.load = load,
};
