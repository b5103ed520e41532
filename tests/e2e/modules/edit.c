// SPDX-License-Identifier: MIT
/* Every kind of verdict, each on a call of its own; and a witness of an interrupted read(). */
#include <errno.h>

#include <portal/hook.h>

#define RESTART_READ_SIZE 15 /* regs_check's buffer */

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

/* skips, and adds one to the result that its own skip has made */
static int skip_and_add(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return portal_is_return(ctx) ? portal_set_ret(ctx, portal_ret(ctx) + 1)
				     : portal_skip(ctx, 5);
}

static int witness(struct portal_ctx *ctx, void *data)
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

static int add_witness(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
		.name = "read",
		.arg[2] = { .cmp = PORTAL_MATCH_EQ, .value = RESTART_READ_SIZE },
		.fn = witness,
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
	return err < 0 ? err : add_witness(mod);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "edit",
	.load = load,
};
