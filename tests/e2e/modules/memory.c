// SPDX-License-Identifier: MIT
/*
 * Accesses a task's memory before the kernel does: reads 40 bytes that are written, and the path
 * that is opened. After a read(), writes 40 bytes to its buffer, whatever the result was. Logs the
 * results of the SDK.
 */
#include <string.h>

#include <portal/hook.h>

#define SIZE 40

static int on_write(struct portal_ctx *ctx, void *data)
{
	char buf[SIZE];
	ssize_t n = portal_read_bytes(ctx, portal_arg(ctx, 1), buf, sizeof(buf));

	(void)data;
	portal_log(ctx, PORTAL_INFO, "write: read_bytes %zd \"%.*s\"", n, n > 0 ? (int)n : 0, buf);
	return 0;
}

static int on_openat(struct portal_ctx *ctx, void *data)
{
	char path[256];
	ssize_t n = portal_read_str(ctx, portal_arg(ctx, 1), path, sizeof(path));

	(void)data;
	portal_log(ctx, PORTAL_INFO, "openat: read_str %zd \"%s\"", n, n >= 0 ? path : "");
	return 0;
}

static int on_read(struct portal_ctx *ctx, void *data)
{
	char buf[SIZE];
	ssize_t n;

	(void)data;
	memset(buf, 'w', sizeof(buf));
	n = portal_write_bytes(ctx, portal_arg(ctx, 1), buf, sizeof(buf));
	portal_log(ctx, PORTAL_INFO, "read: write_bytes %zd", n);
	return 0;
}

static int load(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,	    .when = PORTAL_ON_ENTER, .name = "openat",
		.comm = portal_option(mod, "comm"), .fn = on_openat,
	};
	int err = portal_hook_syscall(mod, &hook, NULL);

	hook.arg[2] = (struct portal_match){ .cmp = PORTAL_MATCH_EQ, .value = SIZE };
	hook.name = "write";
	hook.fn = on_write;
	if (err == 0)
		err = portal_hook_syscall(mod, &hook, NULL);
	hook.when = PORTAL_ON_RETURN;
	hook.name = "read";
	hook.fn = on_read;
	return err < 0 ? err : portal_hook_syscall(mod, &hook, NULL);
}

static const struct portal_option options[] = {
	{ .key = "comm", .fallback = "buffers", .help = "name of the task" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "memory",
	.options = options,
	.load = load,
};
