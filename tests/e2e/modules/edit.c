// SPDX-License-Identifier: MIT
/* Every kind of verdict, each on a system call of its own; and a log of an interrupted read(). */
#include <errno.h>

#include <portal/hook.h>

#define RESTART_READ_SIZE 15 /* size of the buffer of regs_check */

static int skip(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_skip(ctx, 31337);
}

static int other_policy(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_set_arg(ctx, 0, 1);
}

static int deny(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_set_ret(ctx, -EACCES);
}

/* skip at the entry, and add one to the result of this skip at the return */
static int skip_and_add(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_is_return(ctx) ? portal_set_ret(ctx, portal_ret(ctx) + 1)
				     : portal_skip(ctx, 5);
}

static int log_read(struct portal_ctx *ctx, void *data)
{
	(void)data;
	if (portal_is_return(ctx))
		portal_log(ctx, PORTAL_INFO, "read returned %lld", (long long)portal_ret(ctx));
	else
		portal_log(ctx, PORTAL_INFO, "read entered");
	return 0;
}

static int add(struct portal_module *mod, const char *name, uint32_t when, portal_syscall_fn *fn)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = when,
		.name = name,
		.fn = fn,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

static int add_log_read(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
		.name = "read",
		.arg[2] = { .cmp = PORTAL_MATCH_EQ, .value = RESTART_READ_SIZE },
		.fn = log_read,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

static int load(struct portal_module *mod)
{
	int err = add(mod, "getpgid", PORTAL_ON_ENTER, skip);

	if (err == 0)
		err = add(mod, "sched_get_priority_max", PORTAL_ON_ENTER, other_policy);
	if (err == 0)
		err = add(mod, "sched_get_priority_min", PORTAL_ON_RETURN, deny);
	if (err == 0)
		err = add(mod, "getsid", PORTAL_ON_ENTER | PORTAL_ON_RETURN, skip_and_add);
	return err < 0 ? err : add_log_read(mod);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "edit",
	.load = load,
};
