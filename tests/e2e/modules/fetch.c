// SPDX-License-Identifier: MIT
/*
 * Reads the arguments of system calls, with declarations (declare=yes) or without, and writes all
 * results to a report that must be the same in both cases. It has a line for each read, "CALL
 * COMPAT WHAT N "BYTES"", without addresses.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <portal/hook.h>

#define NR(a) (uint32_t)(sizeof(a) / sizeof((a)[0]))

#define TRANSFER_SIZE 40 /* used by the fixture `buffers` */
#define SWITCH_READ   0x89f1
#define IFR_DATA      16
#define NR_PARTS      16 /* parts of one text; together they do not fit in one page */
#define PART_SIZE     512
#define PART_STRIDE   600
#define LONG_TEXT     4000 /* does not fit in a page with an event */
#define FITTING_TEXT  3000

static FILE *report;

static void say(struct portal_ctx *ctx, const char *what, ssize_t n, const char *bytes, size_t len)
{
	fprintf(report, "%s %d %s %zd \"", portal_syscall_name(ctx), portal_is_compat(ctx), what,
		n);
	for (size_t i = 0; n >= 0 && i < len; i++)
		fputc(bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '.', report);
	fputs("\"\n", report);
}

static void read_bytes(struct portal_ctx *ctx, const char *what, uint64_t addr, size_t len)
{
	char buf[PART_SIZE];
	ssize_t n = portal_read_bytes(ctx, addr, buf, len);

	say(ctx, what, n, buf, n > 0 ? (size_t)n : 0);
}

static void read_str(struct portal_ctx *ctx, const char *what, uint64_t addr, size_t size)
{
	char buf[LONG_TEXT];
	ssize_t n = portal_read_str(ctx, addr, buf, size);

	say(ctx, what, n, buf, n < 0 ? 0 : strlen(buf));
}

static void fd_name(struct portal_ctx *ctx, int fd)
{
	char buf[64];
	ssize_t n = portal_fd_name(ctx, fd, buf, sizeof(buf));

	say(ctx, "fd_name", n, buf, n < 0 ? 0 : strlen(buf));
}

/* ---- three hooks on write, with different declarations ---- */

static const struct portal_fetch of_write[] = {
	{ .what = PORTAL_FETCH_MEM,
	  .arg = 1,
	  .max = 64,
	  .flags = PORTAL_FETCH_F_LEN_IS_ARG,
	  .len_arg = 2 },
};

static int on_write(struct portal_ctx *ctx, void *data)
{
	(void)data;
	read_bytes(ctx, "all", portal_arg(ctx, 1), portal_arg(ctx, 2));
	return 0;
}

static const struct portal_fetch of_write_head[] = {
	{ .what = PORTAL_FETCH_MEM, .arg = 1, .max = 8 },
	{ .what = PORTAL_FETCH_FD_NAME, .arg = 0, .max = 64 },
};

static int on_write_head(struct portal_ctx *ctx, void *data)
{
	(void)data;
	read_bytes(ctx, "head", portal_arg(ctx, 1), 8);
	fd_name(ctx, (int)portal_arg(ctx, 0));
	return 0;
}

/* declares nothing, but can use what the other hooks declared */
static int on_write_undeclared(struct portal_ctx *ctx, void *data)
{
	(void)data;
	read_bytes(ctx, "undeclared", portal_arg(ctx, 1), 4);
	return 0;
}

/* ---- a string, a file name, program arguments; a buffer at the return ---- */

static const struct portal_fetch of_openat[] = {
	{ .what = PORTAL_FETCH_FD_NAME, .arg = 0, .max = 64 },
	{ .what = PORTAL_FETCH_STR, .arg = 1, .max = 64 },
	{ .what = PORTAL_FETCH_ARGS, .max = 64 },
};

static int on_openat(struct portal_ctx *ctx, void *data)
{
	char args[64];
	ssize_t n;

	(void)data;
	read_str(ctx, "path", portal_arg(ctx, 1), 64);
	fd_name(ctx, (int)portal_arg(ctx, 0));
	n = portal_proc_args(ctx, args, sizeof(args));
	say(ctx, "args", n, args, n > 0 ? (size_t)n : 0);
	return 0;
}

static int on_read(struct portal_ctx *ctx, void *data)
{
	(void)data;
	read_bytes(ctx, "all", portal_arg(ctx, 1), portal_arg(ctx, 2));
	return 0;
}

/* ---- memory behind a pointer ---- */

static const struct portal_fetch of_ioctl[] = {
	{ .what = PORTAL_FETCH_STR, .arg = 2, .max = 16 },
	{ .what = PORTAL_FETCH_PTR_MEM, .arg = 2, .offset = IFR_DATA, .max = 8 },
	{ .what = PORTAL_FETCH_PTR_STR, .arg = 2, .offset = IFR_DATA, .inner_offset = 1, .max = 8 },
};

static int on_ioctl(struct portal_ctx *ctx, void *data)
{
	uint64_t ifreq = portal_arg(ctx, 2), reg;

	(void)data;
	read_str(ctx, "interface", ifreq, 17);
	if (portal_read_ptr(ctx, ifreq + IFR_DATA, &reg) < 0)
		return -EIO;
	read_bytes(ctx, "target", reg, 8);
	read_str(ctx, "string", reg + 1, 8);
	say(ctx, "write", portal_write_bytes(ctx, reg + 4, "wxyz", 4), "", 0);
	read_bytes(ctx, "written", reg, 8);
	return 0;
}

/* ---- declarations that do not fit ---- */

static struct portal_fetch of_truncate[NR_PARTS]; /* set by load() */

static int on_truncate(struct portal_ctx *ctx, void *data)
{
	(void)data;
	for (uint64_t i = 0; i < NR_PARTS; i++)
		read_bytes(ctx, "part", portal_arg(ctx, 0) + i * PART_STRIDE, PART_SIZE);
	return 0;
}

static const struct portal_fetch of_chdir[] = {
	{ .what = PORTAL_FETCH_STR, .arg = 0, .max = LONG_TEXT },
};

static int on_chdir(struct portal_ctx *ctx, void *data)
{
	(void)data;
	read_str(ctx, "long", portal_arg(ctx, 0), LONG_TEXT);
	return 0;
}

static const struct portal_fetch of_swapoff[] = {
	{ .what = PORTAL_FETCH_STR, .arg = 0, .max = FITTING_TEXT },
};

static int on_swapoff(struct portal_ctx *ctx, void *data)
{
	(void)data;
	read_str(ctx, "fitting", portal_arg(ctx, 0), FITTING_TEXT);
	return 0;
}

/* the environment cannot be declared */
static int on_getpgid(struct portal_ctx *ctx, void *data)
{
	char env[PART_SIZE];
	ssize_t n = portal_proc_env(ctx, env, sizeof(env));

	(void)data;
	say(ctx, "env", n, env, n > 0 ? (size_t)n : 0);
	return 0;
}

/* ---- the module ---- */

static const struct portal_syscall_hook hooks[] = {
	{
		.name = "write",
		.comm = "buffers",
		.arg[2] = { .cmp = PORTAL_MATCH_EQ, .value = TRANSFER_SIZE },
		.fn = on_write,
		.fetch = of_write,
		.nr_fetch = NR(of_write),
	},
	{
		.name = "write",
		.comm = "buffers",
		.arg[2] = { .cmp = PORTAL_MATCH_EQ, .value = TRANSFER_SIZE },
		.fn = on_write_head,
		.fetch = of_write_head,
		.nr_fetch = NR(of_write_head),
	},
	{
		.name = "write",
		.comm = "buffers",
		.arg[2] = { .cmp = PORTAL_MATCH_EQ, .value = TRANSFER_SIZE },
		.fn = on_write_undeclared,
	},
	{
		.name = "openat",
		.comm = "buffers",
		.fn = on_openat,
		.fetch = of_openat,
		.nr_fetch = NR(of_openat),
	},
	{
		.name = "read",
		.comm = "reader",
		.arg[2] = { .cmp = PORTAL_MATCH_EQ, .value = TRANSFER_SIZE },
		.fn = on_read,
		.when = PORTAL_ON_RETURN,
		.fetch = of_write,
		.nr_fetch = NR(of_write),
	},
	{
		.name = "ioctl",
		.arg[1] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = SWITCH_READ },
		.fn = on_ioctl,
		.fetch = of_ioctl,
		.nr_fetch = NR(of_ioctl),
	},
	{
		.name = "truncate",
		.comm = "syscall_any",
		.fn = on_truncate,
		.fetch = of_truncate,
		.nr_fetch = NR(of_truncate),
	},
	{
		.name = "chdir",
		.comm = "syscall_any",
		.fn = on_chdir,
		.fetch = of_chdir,
		.nr_fetch = NR(of_chdir),
	},
	{
		.name = "swapoff",
		.comm = "syscall_any",
		.fn = on_swapoff,
		.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
		.fetch = of_swapoff,
		.nr_fetch = NR(of_swapoff),
	},
	{
		.name = "getpgid",
		.comm = "syscall_any",
		.fn = on_getpgid,
	},
};

static int register_hooks(struct portal_module *mod, bool declare)
{
	int err = 0;

	for (uint32_t i = 0; i < NR_PARTS; i++)
		of_truncate[i] = (struct portal_fetch){ .what = PORTAL_FETCH_MEM,
							.arg = 0,
							.offset = (int64_t)i * PART_STRIDE,
							.max = PART_SIZE };
	for (uint32_t i = 0; i < NR(hooks) && err == 0; i++) {
		struct portal_syscall_hook hook = hooks[i];

		hook.size = sizeof(hook);
		hook.when = hook.when ? hook.when : PORTAL_ON_ENTER;
		hook.nr_fetch = declare ? hook.nr_fetch : 0;
		err = portal_hook_syscall(mod, &hook, NULL);
	}
	return err;
}

static int load(struct portal_module *mod)
{
	const char *path = portal_option(mod, "report");

	if (path)
		report = fopen(path, "we");
	if (!report)
		return -EINVAL;
	return register_hooks(mod, strcmp(portal_option(mod, "declare"), "yes") == 0);
}

static void unload(struct portal_module *mod)
{
	(void)mod;
	fclose(report);
}

static const struct portal_option options[] = {
	{ .key = "declare", .fallback = "yes", .help = "no: read without declarations" },
	{ .key = "report", .help = "file for the results" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "fetch", .options = options, .load = load, .unload = unload,
};
