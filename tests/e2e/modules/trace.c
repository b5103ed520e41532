// SPDX-License-Identifier: MIT
/*
 * Writes a report of trace records, opens of paths below /nodir/: "time lost tid result length
 * path".
 */
#include <portal/hook.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static FILE *report;
static uint64_t slow_us;

static int record(struct portal_ctx *ctx, void *data)
{
	static char path[4096];
	ssize_t n = portal_read_str(ctx, portal_arg(ctx, 1), path, sizeof(path));

	(void)data;
	if (n < 0)
		return (int)n;
	fprintf(report, "%llu %u %d %lld %zd %s\n", (unsigned long long)portal_time(ctx),
		portal_lost(ctx), portal_tid(ctx), (long long)portal_ret(ctx), n, path);
	if (slow_us > 0)
		usleep((useconds_t)slow_us);
	return 0;
}

static int load(struct portal_module *mod)
{
	static const struct portal_fetch fetch[] = {
		{ .what = PORTAL_FETCH_STR, .arg = 1, .max = 4096 },
	};
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_RETURN,
		.name = "openat",
		.flags = PORTAL_HOOK_TRACE |
			 (portal_option(mod, "block") ? PORTAL_HOOK_TRACE_BLOCK : 0),
		.arg[1] = { .cmp = PORTAL_MATCH_STR_PREFIX, .str = "/nodir/" },
		.fetch = fetch,
		.nr_fetch = 1,
		.fn = record,
	};
	uint64_t ring;
	int ret;

	report = fopen(portal_option(mod, "report"), "we");
	if (!report)
		return -1;
	portal_option_u64(mod, "slow", &slow_us);
	ret = portal_option_u64(mod, "ring", &ring);
	if (ret == 0)
		ret = portal_trace_ring_size(mod, (uint32_t)ring);
	return ret < 0 ? ret : portal_hook_syscall(mod, &hook, NULL);
}

static void unload(struct portal_module *mod)
{
	(void)mod;
	fclose(report);
}

static const struct portal_option options[] = {
	{ .key = "report", .fallback = "report", .help = "file" },
	{ .key = "ring", .fallback = "0x40000", .help = "bytes" },
	{ .key = "slow", .fallback = "0", .help = "duration of a callback in microseconds" },
	{ .key = "block", .help = "wait for space instead of losing records" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "trace", .options = options, .load = load, .unload = unload,
};
