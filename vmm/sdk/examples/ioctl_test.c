/* SPDX-License-Identifier: MIT */
/*
 * Inspects a process in all ways, at the return of ioctl(fd, SIOCDEVPRIVATE, &ifreq): reads and
 * writes its memory, reads back what it wrote, and logs the name of the descriptor, the arguments,
 * the environment and the process id. The hook fails if it reads back something else.
 *
 *	portal-vmm ... --hook ioctl_test.so
 */
#include <errno.h>
#include <portal/hook.h>
#include <string.h>

#define SIOCDEVPRIVATE 0x89F0
#define IFNAMSIZ       16

static int show_memory(struct portal_ctx *ctx, uint64_t arg)
{
	char interface[IFNAMSIZ + 1];
	uint32_t number;
	ssize_t n = portal_read_str(ctx, arg, interface, sizeof(interface));

	if (n < 0)
		return (int)n;
	portal_log(ctx, PORTAL_INFO, "Interface: %s", interface);
	n = portal_read_int(ctx, arg + IFNAMSIZ, &number);
	if (n < 0)
		return (int)n;
	portal_log(ctx, PORTAL_INFO, "Data: 0x%x", number);
	return 0;
}

static int change_string(struct portal_ctx *ctx, uint64_t arg)
{
	static const char to_write[] = "test";
	char got[IFNAMSIZ + 1];
	ssize_t n = portal_write_str(ctx, arg, to_write);

	if (n < 0)
		return (int)n;
	n = portal_read_str(ctx, arg, got, sizeof(got));
	if (n < 0)
		return (int)n;
	if (strcmp(got, to_write) == 0)
		return 0;
	portal_log(ctx, PORTAL_ERROR, "Expected %s, got %s, r/w failed", to_write, got);
	return -EIO;
}

static int change_int(struct portal_ctx *ctx, uint64_t arg)
{
	const uint32_t to_write = 0x12345678;
	uint32_t got;
	int ret = portal_write_int(ctx, arg + IFNAMSIZ, to_write);

	if (ret == 0)
		ret = portal_read_int(ctx, arg + IFNAMSIZ, &got);
	if (ret < 0)
		return ret;
	if (got == to_write)
		return 0;
	portal_log(ctx, PORTAL_ERROR, "Expected 0x%x, got 0x%x, r/w failed", to_write, got);
	return -EIO;
}

/* Replace the NULs between @n bytes of strings by spaces. */
static const char *join(char *text, size_t size, ssize_t n)
{
	size_t len = (size_t)n < size ? (size_t)n : size - 1;

	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	return text;
}

static int show_process(struct portal_ctx *ctx)
{
	char text[1024];
	ssize_t n = portal_fd_name(ctx, (int)portal_arg(ctx, 0), text, sizeof(text));

	if (n == -ECANCELED)
		return (int)n;
	portal_log(ctx, PORTAL_INFO, "FD: %s", n < 0 ? "[???]" : text);
	n = portal_proc_args(ctx, text, sizeof(text));
	if (n < 0)
		return (int)n;
	portal_log(ctx, PORTAL_INFO, "Found process: %s", join(text, sizeof(text), n));
	n = portal_proc_env(ctx, text, sizeof(text));
	if (n < 0)
		return (int)n;
	portal_log(ctx, PORTAL_INFO, "Found env: %s", join(text, sizeof(text), n));
	portal_log(ctx, PORTAL_INFO, "Found pid: %d", portal_pid(ctx));
	return 0;
}

static int syscall_test(struct portal_ctx *ctx, void *data)
{
	uint64_t arg = portal_arg(ctx, 2);
	int ret = show_memory(ctx, arg);

	(void)data;
	if (ret == 0)
		ret = change_string(ctx, arg);
	if (ret == 0)
		ret = change_int(ctx, arg);
	return ret == 0 ? show_process(ctx) : ret;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_RETURN,
		.name = "ioctl",
		.arg[1] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = SIOCDEVPRIVATE },
		.fn = syscall_test,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "ioctl_test",
	.version = "1",
	.help = "inspects a process that calls ioctl(SIOCDEVPRIVATE) in all ways",
	.load = load,
};
