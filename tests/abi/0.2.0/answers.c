/* SPDX-License-Identifier: MIT */
/*
 * A hook module that stands for a device: it declares what it reads, defers what it writes, and
 * replaces a result or skips the call. tests/abi/test_abi.c describes what it has to do.
 */
#include <portal/hook.h>
#include <string.h>

#define REQUEST	 0x89f1u
#define REGISTER 0x34u
#define POINTER	 16 /* offset of the pointer to the register, behind the interface's name */

/* the register goes to value[0], the answer to value[1] */
static int on_ioctl(struct portal_ctx *ctx, void *data)
{
	uint64_t request = portal_arg(ctx, 2), value, answer;
	char interface[17];
	uint32_t reg;

	(void)data;
	if (portal_read_str(ctx, request, interface, sizeof(interface)) < 0)
		return 0;
	if (strcmp(interface, portal_option(portal_ctx_module(ctx), "interface")) != 0)
		return 0;
	if (portal_read_ptr(ctx, request + POINTER, &value) < 0)
		return 0;
	if (portal_read_int(ctx, value, &reg) < 0 || reg != REGISTER)
		return 0;
	if (portal_option_u64(portal_ctx_module(ctx), "answer", &answer) < 0)
		return -1;
	if (portal_write_int(ctx, value + 4, (uint32_t)answer) < 0)
		return 0;
	return portal_set_ret(ctx, 0) < 0 ? -2 : 1;
}

static void on_error(struct portal_ctx *ctx, uint64_t addr, int err, void *data)
{
	portal_log(ctx, PORTAL_WARN, "%s: %#llx: %d", (const char *)data, (unsigned long long)addr,
		   err);
}

static int on_getppid(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_skip(ctx, 4711) < 0 ? -1 : 1;
}

static int load(struct portal_module *mod)
{
	static const struct portal_fetch fetch[] = {
		{ .what = PORTAL_FETCH_STR, .arg = 2, .max = 16 },
		{ .what = PORTAL_FETCH_PTR_MEM, .arg = 2, .offset = POINTER, .max = 4 },
	};
	static char text[] = "not written";
	const struct portal_syscall_hook ioctl_hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_RETURN,
		.name = "ioctl",
		.flags = PORTAL_HOOK_DEFER_WRITES,
		.arg[1] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = REQUEST },
		.ret = { .cmp = PORTAL_MATCH_ERROR },
		.fetch = fetch,
		.nr_fetch = 2,
		.fn = on_ioctl,
		.on_error = on_error,
		.data = text,
	};
	const struct portal_syscall_hook getppid_hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "sys_getppid",
		.comm = "probe",	  .fn = on_getppid,
	};
	int ret = portal_hook_syscall(mod, &ioctl_hook, NULL);

	return ret < 0 ? ret : portal_hook_syscall(mod, &getppid_hook, NULL);
}

static const struct portal_option options[] = {
	{ .key = "interface", .fallback = "eth0", .help = "the interface to answer for" },
	{ .key = "answer", .fallback = "0x73", .help = "the answer" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "answers", .version = "0.2.0", .help = "answers for a device",
	.options = options, .load = load,
};
