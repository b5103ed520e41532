/* SPDX-License-Identifier: MIT */
/*
 * The hook module of the benchmark. By a hook on prctl(), the guest switches between the
 * configurations of programs/bench_configs.h while it runs.
 */
#include <errno.h>
#include <portal/hook.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bench.h"
#include "bench_configs.h"
#include "path.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * a record of 4,000 characters takes 4,600 bytes; the thread is woken when a quarter of the ring is
 * full
 */
#define BENCH_RING_SIZE (1u << 20)

/* prefix and length of the paths of bench_buffers.c */
#define BUFFER_PREFIX "/tmp/bench/state-"
#define BUFFER_LEN    63

/* system calls that no program of the benchmark makes */
static const char *const others[] = {
	"acct",
	"add_key",
	"adjtimex",
	"capget",
	"capset",
	"chroot",
	"clock_adjtime",
	"clock_settime",
	"copy_file_range",
	"creat",
	"delete_module",
	"epoll_pwait2",
	"fadvise64",
	"fallocate",
	"fanotify_init",
	"fanotify_mark",
	"fdatasync",
	"fgetxattr",
	"finit_module",
	"flistxattr",
	"flock",
	"fremovexattr",
	"fsconfig",
	"fsetxattr",
	"fsmount",
	"fsopen",
	"fspick",
	"fsync",
	"futimesat",
	"get_mempolicy",
	"get_robust_list",
	"getitimer",
	"getpriority",
	"getresgid",
	"getresuid",
	"getxattr",
	"init_module",
	"inotify_add_watch",
	"inotify_init",
	"inotify_init1",
	"inotify_rm_watch",
	"io_cancel",
	"io_destroy",
	"io_getevents",
	"io_setup",
	"io_submit",
	"io_uring_enter",
	"io_uring_register",
	"io_uring_setup",
	"ioprio_get",
	"ioprio_set",
	"kcmp",
	"keyctl",
	"lchown",
	"lgetxattr",
	"link",
	"linkat",
	"listxattr",
	"llistxattr",
	"lremovexattr",
	"lsetxattr",
	"mbind",
	"membarrier",
	"memfd_create",
	"migrate_pages",
	"mincore",
	"mknod",
	"mknodat",
	"mlock",
	"mlock2",
	"mlockall",
	"mount_setattr",
	"move_mount",
	"move_pages",
	"mq_getsetattr",
	"mq_notify",
	"mq_open",
	"mq_timedreceive",
	"mq_timedsend",
	"mq_unlink",
	"msgctl",
	"msgget",
	"msgrcv",
	"msgsnd",
	"munlock",
	"munlockall",
	"name_to_handle_at",
	"open_by_handle_at",
	"open_tree",
	"perf_event_open",
	"personality",
	"pivot_root",
	"pkey_alloc",
	"pkey_free",
	"pkey_mprotect",
	"preadv",
	"preadv2",
	"process_madvise",
	"pwritev",
	"pwritev2",
};

_Static_assert(ARRAY_SIZE(others) == 100, "BENCH_OTHERS_100 has 100 hooks");

static struct state {
	struct portal_hook *hooks[ARRAY_SIZE(others)];
	size_t nr_hooks;
	_Atomic uint64_t right;	   /* the trace thread counts, too */
	struct path_reader traced; /* used by the trace thread, while there are trace hooks */
} state;

static int on_nothing(struct portal_ctx *ctx, void *data)
{
	(void)ctx, (void)data;
	return 0;
}

static int on_decide(struct portal_ctx *ctx, void *data)
{
	char path[BENCH_PATH_SIZE];

	(void)data;
	if (portal_read_bytes(ctx, portal_arg(ctx, 1), path, sizeof(path)) != (ssize_t)sizeof(path))
		return 0;
	if (memcmp(path, BENCH_PATH, sizeof(path)) != 0)
		return 0;
	state.right++;
	portal_skip(ctx, -EPERM);
	return 1;
}

static int on_buffers(struct portal_ctx *ctx, void *data)
{
	char path[2 * BENCH_PATH_SIZE];

	(void)data;
	if (portal_read_str(ctx, portal_arg(ctx, 1), path, sizeof(path)) != BUFFER_LEN)
		return 0;
	if (strncmp(path, BUFFER_PREFIX, strlen(BUFFER_PREFIX)) == 0)
		state.right++;
	return 0;
}

static int on_one(struct portal_ctx *ctx, void *data)
{
	char path[256];

	(void)data;
	if (portal_read_str(ctx, portal_arg(ctx, 1), path, sizeof(path)) > 0)
		state.right++;
	return 0;
}

/* no record may be lost: a task waits if there is no space, and that is part of the measurement */
static int on_trace(struct portal_ctx *ctx, void *data)
{
	char text[PATH_LEN_MAX + 2];
	ssize_t len = portal_read_str(ctx, portal_arg(ctx, 1), text, sizeof(text));

	(void)data;
	if (len > 0)
		path_read(&state.traced, text, (size_t)len);
	state.right = state.traced.nr_right;
	return 0;
}

static const struct portal_fetch fetch_64[] = {
	{ .what = PORTAL_FETCH_MEM, .arg = 1, .max = BENCH_PATH_SIZE },
};

static const struct portal_fetch fetch_path[] = {
	{ .what = PORTAL_FETCH_STR, .arg = 1, .max = 256 },
};

/* the maximum length of a path */
static const struct portal_fetch fetch_whole_path[] = {
	{ .what = PORTAL_FETCH_STR, .arg = 1, .max = 4096 },
};

#define FETCH(list) .fetch = list, .nr_fetch = ARRAY_SIZE(list)

/* configurations with one hook; the prefix is one character longer than the measured path */
static const struct portal_syscall_hook single[BENCH_NR_CONFIGS] = {
	[BENCH_MISS_SCALAR] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat",
				.arg[0] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = 12345 },
				.fn = on_nothing },
	[BENCH_MISS_COMM] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat",
			      .comm = "another-task", .fn = on_nothing },
	[BENCH_MISS_PREFIX] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat",
				.arg[1] = { .cmp = PORTAL_MATCH_STR_PREFIX, .str = BENCH_PATH "x" },
				.fn = on_nothing },
	[BENCH_EMPTY] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "getppid",
			  .fn = on_nothing },
	[BENCH_DECIDE] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat",
			   .comm = "bench_calls", FETCH(fetch_64), .fn = on_decide },
	[BENCH_BUFFERS] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat",
			    .comm = "bench_buffers", FETCH(fetch_path), .fn = on_buffers },
	[BENCH_ONE] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat",
			FETCH(fetch_path), .fn = on_one },
	[BENCH_TRACE] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "openat",
			  .comm = "bench_calls",
			  .flags = PORTAL_HOOK_TRACE | PORTAL_HOOK_TRACE_BLOCK,
			  FETCH(fetch_whole_path), .fn = on_trace },
	[BENCH_TRACE_EVERY] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = NULL,
				.flags = PORTAL_HOOK_TRACE | PORTAL_HOOK_TRACE_BLOCK,
				.fn = on_nothing },
	/* the callback gives no answer, which the program would report as an error */
	[BENCH_RULE] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "ioctl",
			 .arg[1] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = BENCH_REG_RULE },
			 .fn = on_nothing },
	[BENCH_EVERY] = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = NULL,
			  .fn = on_nothing },
};

static int add(struct portal_module *mod, const struct portal_syscall_hook *hook)
{
	int err = portal_hook_syscall(mod, hook, &state.hooks[state.nr_hooks]);

	if (err == 0)
		state.nr_hooks++;
	return err;
}

static int add_others(struct portal_module *mod, size_t nr)
{
	struct portal_syscall_hook hook = { PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER,
					    .fn = on_nothing };
	int err = 0;

	for (size_t i = 0; i < nr && err == 0; i++) {
		hook.name = others[i];
		err = add(mod, &hook);
	}
	return err;
}

/* the same rule as in the example raeth.c */
static int add_rule(struct portal_module *mod)
{
	const struct portal_rule_cond conds[] = {
		{ .place = { .what = PORTAL_RULE_MEM, .arg = 2 },
		  .match = { .cmp = PORTAL_MATCH_STR_EQ, .str = BENCH_INTERFACE } },
		{ .place = { .what = PORTAL_RULE_PTR_MEM, .arg = 2, .offset = 16 },
		  .match = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = BENCH_REG } },
	};
	const struct portal_rule_store store = {
		.place = { .what = PORTAL_RULE_PTR_MEM, .arg = 2, .offset = 16, .inner_offset = 4 },
		.value = BENCH_REG_VALUE,
		.len = 4,
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT, .when = PORTAL_ON_RETURN, .flags = PORTAL_RULE_SET_RET,
		.ret = 0,	  .conds = conds,	    .nr_conds = ARRAY_SIZE(conds),
		.stores = &store, .nr_stores = 1,
	};
	uint64_t id;
	int err = add(mod, &single[BENCH_RULE]);

	return err < 0 ? err : portal_rule_add(state.hooks[0], &rule, &id);
}

static int set_config(struct portal_module *mod, uint64_t config)
{
	while (state.nr_hooks > 0)
		portal_unhook(state.hooks[--state.nr_hooks]);
	state.right = 0;
	state.traced = (struct path_reader){ 0 };
	switch (config) {
	case BENCH_NONE:
		return 0;
	case BENCH_OTHERS_1:
		return add_others(mod, 1);
	case BENCH_OTHERS_10:
		return add_others(mod, 10);
	case BENCH_OTHERS_100:
		return add_others(mod, 100);
	case BENCH_RULE:
		return add_rule(mod);
	default:
		return config < BENCH_NR_CONFIGS ? add(mod, &single[config]) : -EINVAL;
	}
}

/* ---- present memory ---- */

#define NR_SMALL 1000 /* number of accesses of 64 bytes that are timed together */

static uint8_t *bulk_from, *bulk_to;

static ssize_t readv_self(void *to, const void *from, size_t len)
{
	struct iovec local = { .iov_base = to, .iov_len = len };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)from, .iov_len = len };

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
}

/* Return: number of bytes that were copied. */
static ssize_t access_once(struct portal_ctx *ctx, enum bench_access access, uint64_t addr)
{
	switch (access) {
	case BENCH_READ_64:
		return portal_read_bytes(ctx, addr, bulk_to, BENCH_PATH_SIZE);
	case BENCH_READV_64:
		return readv_self(bulk_to, bulk_from, BENCH_PATH_SIZE);
	case BENCH_BULK_READ:
		return portal_read_bytes(ctx, addr, bulk_to, BENCH_BULK_SIZE);
	case BENCH_BULK_WRITE:
		return portal_write_bytes(ctx, addr, bulk_from, BENCH_BULK_SIZE);
	case BENCH_BULK_MEMCPY:
		memcpy(bulk_to, bulk_from, BENCH_BULK_SIZE);
		return BENCH_BULK_SIZE;
	case BENCH_BULK_READV:
		return readv_self(bulk_to, bulk_from, BENCH_BULK_SIZE);
	default:
		return -1;
	}
}

static bool is_right(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != BENCH_BULK_BYTE)
			return false;
	return true;
}

/* Return: nanoseconds; -EIO. */
static int64_t time_access(struct portal_ctx *ctx, enum bench_access access, uint64_t addr)
{
	bool is_small = access == BENCH_READ_64 || access == BENCH_READV_64;
	ssize_t wanted = is_small ? BENCH_PATH_SIZE : BENCH_BULK_SIZE;
	unsigned int nr = is_small ? NR_SMALL : 1;
	uint64_t start;

	if (!bulk_from)
		bulk_from = malloc(BENCH_BULK_SIZE);
	if (!bulk_to)
		bulk_to = malloc(BENCH_BULK_SIZE);
	if (!bulk_from || !bulk_to)
		return -ENOMEM;
	memset(bulk_from, BENCH_BULK_BYTE, BENCH_BULK_SIZE);
	memset(bulk_to, access == BENCH_BULK_WRITE ? BENCH_BULK_BYTE : 0, BENCH_BULK_SIZE);
	start = bench_now_ns();
	for (unsigned int i = 0; i < nr; i++)
		if (access_once(ctx, access, addr) != wanted)
			return -EIO;
	start = bench_now_ns() - start;
	return is_right(bulk_to, (size_t)wanted) ? (int64_t)(start / nr) : -EIO;
}

static int on_prctl(struct portal_ctx *ctx, void *data)
{
	(void)data;
	switch (portal_arg(ctx, 1)) {
	case BENCH_SET:
		portal_skip(ctx, set_config(portal_ctx_module(ctx), portal_arg(ctx, 2)));
		return 1;
	case BENCH_COUNT:
		portal_skip(ctx, (int64_t)state.right);
		return 1;
	case BENCH_DIRECT:
		portal_skip(ctx, time_access(ctx, (enum bench_access)portal_arg(ctx, 2),
					     portal_arg(ctx, 3)));
		return 1;
	default:
		return 0;
	}
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "prctl",
		.arg[0] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = BENCH_CONTROL },
		.fn = on_prctl,
	};
	int err = portal_trace_ring_size(mod, BENCH_RING_SIZE);

	return err < 0 ? err : portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "bench",
	.help = "the configurations that scripts/bench measures",
	.load = load,
};
