/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes guest memory: when a read() has returned data, logs the contents of the buffer,
 * replaces them by another text, and reads a number after it.
 *
 * It changes what programs read, so restrict it to one program:
 *
 *	portal-vmm ... --hook memory_access.so,comm=cat
 */
#include <portal/hook.h>

static const char replacement[] = "Modified content";

static int on_read(struct portal_ctx *ctx, void *data)
{
	uint64_t buf = portal_arg(ctx, 1);
	char content[128];
	uint32_t value;
	ssize_t n;

	(void)data;
	n = portal_read_str(ctx, buf, content, sizeof(content));
	if (n < 0)
		return (int)n;
	portal_log(ctx, PORTAL_INFO, "Read buffer content: %s%s", content,
		   (size_t)n >= sizeof(content) ? "..." : "");

	n = portal_write_str(ctx, buf, replacement);
	if (n < 0)
		return (int)n;

	n = portal_read_int(ctx, buf + 16, &value);
	if (n < 0)
		return (int)n;
	portal_log(ctx, PORTAL_INFO, "Integer value: 0x%x", value);
	return 0;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_RETURN,
		.name = "read",
		.comm = portal_option(mod, "comm"),
		/* the buffer is large enough for the text and the number, and data was read */
		.arg[2] = { .cmp = PORTAL_MATCH_GE, .flags = PORTAL_MATCH_UNSIGNED, .value = 20 },
		.ret = { .cmp = PORTAL_MATCH_GT, .value = 0 },
		.fn = on_read,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

static const struct portal_option options[] = {
	{ .key = "comm", .help = "only tasks with this name (default: all tasks)" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "memory_access",
	.version = "1",
	.help = "logs and replaces the data that read() returns in buffers of at least 20 bytes",
	.options = options,
	.load = load,
};
