// SPDX-License-Identifier: MIT
/*
 * Reads the path that "sleepers" opens, which it may wait for, and then adds a hook on getppid() in
 * the same session. A hook on getsid() shows that other sessions go on.
 */
#include <portal/hook.h>

static struct portal_module *module;

static int on_getppid(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	return 0;
}

static const struct portal_syscall_hook later = {
	PORTAL_SYSCALL_HOOK_INIT,
	.when = PORTAL_ON_ENTER,
	.name = "getppid",
	.fn = on_getppid,
};

static int on_openat(struct portal_ctx *ctx, void *data)
{
	char path[64];
	ssize_t n;

	(void)data;
	portal_log(ctx, PORTAL_INFO, "openat: begins");
	n = portal_read_str(ctx, portal_arg(ctx, 1), path, sizeof(path));
	portal_log(ctx, PORTAL_INFO, "openat: read %zd", n);
	portal_log(ctx, PORTAL_INFO, "openat: added %d", portal_hook_syscall(module, &later, NULL));
	return 0;
}

static int on_getsid(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_log(ctx, PORTAL_INFO, "getsid");
	return 0;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hooks[] = {
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat",
		  .comm = "sleepers", .fn = on_openat },
		{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "getsid",
		  .fn = on_getsid },
	};
	int err = portal_hook_syscall(mod, &hooks[0], NULL);

	module = mod;
	return err < 0 ? err : portal_hook_syscall(mod, &hooks[1], NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "hotplug",
	.load = load,
};
