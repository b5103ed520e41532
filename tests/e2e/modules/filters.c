// SPDX-License-Identifier: MIT
/*
 * A hook for each kind of filter, on system calls that a test makes: numbers on
 * sched_get_priority_max(N), strings on truncate(STRING, N). Each callback logs the label of its
 * filter and N.
 */
#include <string.h>

#include <portal/hook.h>

#define LONG_SIZE 3600 /* a hook and its strings must fit in one page */

static char long_text[LONG_SIZE + 1];

struct filter {
	const char *label;
	struct portal_match match;
};

static const struct filter numbers[] = {
	{ "eq", { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = 5 } },
	{ "ne", { .cmp = PORTAL_MATCH_NE, .width = 4, .value = 5 } },
	{ "gt", { .cmp = PORTAL_MATCH_GT, .width = 4, .value = 5 } },
	{ "ge", { .cmp = PORTAL_MATCH_GE, .width = 4, .value = 5 } },
	{ "lt", { .cmp = PORTAL_MATCH_LT, .width = 4, .value = 5 } },
	{ "le", { .cmp = PORTAL_MATCH_LE, .width = 4, .value = 5 } },
	{ "ugt",
	  { .cmp = PORTAL_MATCH_GT, .width = 4, .value = 5, .flags = PORTAL_MATCH_UNSIGNED } },
	{ "range", { .cmp = PORTAL_MATCH_RANGE, .width = 4, .value = 3, .limit = 7 } },
	{ "set", { .cmp = PORTAL_MATCH_BITS_SET, .width = 4, .value = 6 } },
	{ "clear", { .cmp = PORTAL_MATCH_BITS_CLEAR, .width = 4, .value = 6 } },
	{ "byte", { .cmp = PORTAL_MATCH_EQ, .width = 1, .value = 5 } },
	{ "long", { .cmp = PORTAL_MATCH_EQ, .value = (uint64_t)-1 } },
	{ .label = NULL },
};

static const struct filter results[] = {
	{ "success", { .cmp = PORTAL_MATCH_SUCCESS } },
	{ "error", { .cmp = PORTAL_MATCH_ERROR } },
	{ "ninetynine", { .cmp = PORTAL_MATCH_EQ, .value = 99 } },
	{ .label = NULL },
};

static const struct filter strings[] = {
	{ "str_eq", { .cmp = PORTAL_MATCH_STR_EQ, .str = "/tmp/needle" } },
	{ "str_prefix", { .cmp = PORTAL_MATCH_STR_PREFIX, .str = "/tmp/" } },
	{ "str_suffix", { .cmp = PORTAL_MATCH_STR_SUFFIX, .str = "-tail" } },
	{ "str_contains", { .cmp = PORTAL_MATCH_STR_CONTAINS, .str = "needle" } },
	{ "str_long", { .cmp = PORTAL_MATCH_STR_EQ, .str = long_text } },
	{ .label = NULL },
};

/* argument 0 or 1 is the number by which the test identifies a call */
static int say_arg0(struct portal_ctx *ctx, void *data)
{
	portal_log(ctx, PORTAL_INFO, "%s number=%d", (const char *)data, (int)portal_arg(ctx, 0));
	return 0;
}

static int say_arg1(struct portal_ctx *ctx, void *data)
{
	portal_log(ctx, PORTAL_INFO, "%s string=%d", (const char *)data, (int)portal_arg(ctx, 1));
	return 0;
}

static int never(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_log(ctx, PORTAL_INFO, "a call that does not match ran a callback");
	return 0;
}

static int add_all(struct portal_module *mod, const struct filter *filters, bool on_result,
		   struct portal_syscall_hook hook)
{
	int err = 0;

	for (const struct filter *filter = filters; filter->label && err == 0; filter++) {
		if (on_result)
			hook.ret = filter->match;
		else
			hook.arg[0] = filter->match;
		hook.data = (void *)(uintptr_t)filter->label;
		err = portal_hook_syscall(mod, &hook, NULL);
	}
	return err;
}

static int load(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "sched_get_priority_max",
		.comm = "syscall_any",	  .fn = say_arg0,
	};
	int err = add_all(mod, numbers, false, hook);

	hook.when = PORTAL_ON_RETURN;
	if (err == 0)
		err = add_all(mod, results, true, hook);
	hook.when = PORTAL_ON_ENTER;
	hook.name = "truncate";
	hook.fn = say_arg1;
	memset(long_text, 'a', LONG_SIZE);
	if (err == 0)
		err = add_all(mod, strings, false, hook);
	hook.name = "sched_get_priority_min";
	hook.fn = never;
	hook.arg[0] = (struct portal_match){ .cmp = PORTAL_MATCH_EQ, .value = 4711 };
	return err < 0 ? err : portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "filters",
	.load = load,
};
