// SPDX-License-Identifier: MIT
/*
 * Every way to read and write user memory, for the program tagged, whose pointers have tags. Each
 * callback prints what it got.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <portal/hook.h>

#define TAG	  (0xffull << 56)
#define TEXT_SIZE 64
#define ANSWER	  77
#define NR(a)	  (uint32_t)(sizeof(a) / sizeof((a)[0]))

/* one read of a string at @addr */
static void say_str(struct portal_ctx *ctx, const char *how, uint64_t addr)
{
	char text[TEXT_SIZE] = "";
	ssize_t n = portal_read_str(ctx, addr, text, sizeof(text));

	portal_log(ctx, PORTAL_INFO, "%s %s %zd '%s'", portal_syscall_name(ctx), how, n,
		   n < 0 ? "" : text);
}

/* called where a string filter matches */
static int on_filtered(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_skip(ctx, ANSWER);
	return 1;
}

static int on_traced(struct portal_ctx *ctx, void *data)
{
	(void)data;
	say_str(ctx, "traced", portal_arg(ctx, 1));
	return 0;
}

/* nothing is declared */
static int on_chdir(struct portal_ctx *ctx, void *data)
{
	char bytes[TEXT_SIZE] = "";
	ssize_t n = portal_read_bytes(ctx, portal_arg(ctx, 0), bytes, 7);

	(void)data;
	say_str(ctx, "string", portal_arg(ctx, 0));
	portal_log(ctx, PORTAL_INFO, "chdir bytes %zd '%s'", n, n < 0 ? "" : bytes);
	return 0;
}

/* the text of the first iovec, declared */
static int on_writev(struct portal_ctx *ctx, void *data)
{
	uint64_t text = 0;
	int err = portal_read_ptr(ctx, portal_arg(ctx, 1), &text);

	(void)data;
	if (err < 0)
		portal_log(ctx, PORTAL_INFO, "writev pointer %d", err);
	else
		say_str(ctx, "declared", text);
	return 0;
}

/* the same by following pointers */
static int on_readv(struct portal_ctx *ctx, void *data)
{
	char text[TEXT_SIZE] = "";
	uint64_t iov[2];
	struct portal_step steps[] = {
		{ .addr = portal_arg(ctx, 1), .len = sizeof(iov), .buf = iov },
		{ .len = 7, .flags = PORTAL_STEP_F_BASED, .base = 0, .at = 0, .buf = text },
	};

	(void)data;
	portal_log(ctx, PORTAL_INFO, "readv steps %d '%s'", portal_read_vec(ctx, steps, NR(steps)),
		   text);
	return 0;
}

/* writes by the pointer without its tag, and reads what was declared by the pointer as it is */
static int on_uname(struct portal_ctx *ctx, void *data)
{
	uint64_t addr = portal_arg(ctx, 0);
	ssize_t with = portal_write_str(ctx, addr, "HOOKED");
	ssize_t without = portal_write_str(ctx, addr & ~TAG, "hooked");

	(void)data;
	portal_log(ctx, PORTAL_INFO, "uname write %zd %zd", with, without);
	say_str(ctx, "written", addr);
	return 0;
}

/* a staged write, read back by both pointers */
static int on_getcwd(struct portal_ctx *ctx, void *data)
{
	uint64_t addr = portal_arg(ctx, 0);

	(void)data;
	portal_write_str(ctx, addr, "/staged");
	say_str(ctx, "staged", addr);
	say_str(ctx, "untagged", (addr & ~TAG) + 1);
	return 0;
}

static void on_write_failed(struct portal_ctx *ctx, uint64_t addr, int err, void *data)
{
	(void)data;
	portal_log(ctx, PORTAL_INFO, "getcwd failed %#" PRIx64 " %d", addr >> 56, err);
}

static int on_truncate(struct portal_ctx *ctx, void *data)
{
	(void)data;
	portal_log(ctx, PORTAL_INFO, "truncate event");
	return 0;
}

static int add_rule(struct portal_hook *hook)
{
	const struct portal_rule_cond conds[] = {
		{ .place = { .what = PORTAL_RULE_MEM, .arg = 0, .offset = 1 },
		  .match = { .cmp = PORTAL_MATCH_STR_EQ, .str = "tagged/rule" } },
	};
	const struct portal_rule_store store = {
		.place = { .what = PORTAL_RULE_MEM, .arg = 0, .offset = 8 },
		.value = 0x454c5552, /* "RULE" */
		.len = 4,
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT, .when = PORTAL_ON_ENTER, .flags = PORTAL_RULE_SKIP,
		.ret = ANSWER,	  .conds = conds,	   .nr_conds = NR(conds),
		.stores = &store, .nr_stores = 1,
	};
	uint64_t id;

	return portal_rule_add(hook, &rule, &id);
}

static const struct portal_fetch of_traced[] = {
	{ .what = PORTAL_FETCH_STR, .arg = 1, .max = TEXT_SIZE },
};

static const struct portal_fetch of_writev[] = {
	{ .what = PORTAL_FETCH_PTR_STR, .arg = 1, .max = TEXT_SIZE },
};

static const struct portal_fetch of_uname[] = {
	{ .what = PORTAL_FETCH_MEM, .arg = 0, .max = TEXT_SIZE },
};

static const struct portal_syscall_hook hooks[] = {
	{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat",
	  .arg[1] = { .cmp = PORTAL_MATCH_STR_EQ, .str = "/tagged/filter" }, .fn = on_filtered },
	{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "openat",
	  .flags = PORTAL_HOOK_TRACE, .arg[1] = { .cmp = PORTAL_MATCH_STR_SUFFIX, .str = "/trace" },
	  .fetch = of_traced, .nr_fetch = NR(of_traced), .fn = on_traced },
	{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "chdir", .fn = on_chdir },
	{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "writev",
	  .arg[0] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = UINT32_MAX }, .fetch = of_writev,
	  .nr_fetch = NR(of_writev), .fn = on_writev },
	{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "readv",
	  .arg[0] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = UINT32_MAX }, .fn = on_readv },
	{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "uname", .fetch = of_uname,
	  .nr_fetch = NR(of_uname), .fn = on_uname },
	{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "getcwd",
	  .flags = PORTAL_HOOK_DEFER_WRITES, .fn = on_getcwd, .on_error = on_write_failed },
	{ PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "truncate",
	  .fn = on_truncate },
};

/* for the tasks of the program only */
static int load(struct portal_module *mod)
{
	static const char *const tasks[] = { "plain", "refused", "accepted" };
	struct portal_hook *handle;
	int err = 0;

	for (size_t task = 0; task < NR(tasks); task++) {
		for (size_t i = 0; i < NR(hooks) && err == 0; i++) {
			struct portal_syscall_hook hook = hooks[i];

			hook.comm = tasks[task];
			err = portal_hook_syscall(mod, &hook, &handle);
			if (err == 0 && hook.fn == on_truncate)
				err = add_rule(handle);
		}
	}
	return err;
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "tagged",
	.load = load,
};
