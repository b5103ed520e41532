/* SPDX-License-Identifier: MIT */
/*
 * Logs every openat: time, task, path and result. The guest module writes the events into a trace
 * ring, so that they cost no exit.
 *
 *	portal-vmm ... --hook trace_open.so
 *	portal-vmm ... --hook trace_open.so,comm=httpd,file=/tmp/opened
 */
#include <errno.h>
#include <portal/hook.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096

/* @file: NULL: log to standard error. @lost: events lost on all vCPUs */
struct logger {
	FILE *file;
	unsigned long long lost;
};

static void write_line(struct portal_ctx *ctx, const struct logger *logger, const char *path)
{
	unsigned long long us = portal_time(ctx) / 1000;
	long long ret = (long long)portal_ret(ctx);

	if (logger->file)
		fprintf(logger->file, "%llu.%06llu %s %d %s %lld\n", us / 1000000, us % 1000000,
			portal_comm(ctx), portal_tid(ctx), path, ret);
	else
		portal_log(ctx, PORTAL_INFO, "%llu.%06llu %s %lld", us / 1000000, us % 1000000,
			   path, ret);
}

static int on_openat(struct portal_ctx *ctx, void *data)
{
	struct logger *logger = data;
	char path[PATH_SIZE];
	ssize_t n = portal_read_str(ctx, portal_arg(ctx, 1), path, sizeof(path));

	logger->lost += portal_lost(ctx);
	if (n < 0)
		snprintf(path, sizeof(path), "(%s)", strerror((int)-n));
	write_line(ctx, logger, path);
	return 0;
}

static int open_file(struct portal_module *mod, struct logger *logger)
{
	const char *name = portal_option(mod, "file");

	if (!name)
		return 0;
	logger->file = fopen(name, "we");
	if (logger->file)
		return 0;
	portal_mod_log(mod, PORTAL_ERROR, "file=%s: %s", name, strerror(errno));
	return -EINVAL;
}

static int hook_openat(struct portal_module *mod, struct logger *logger)
{
	static const struct portal_fetch fetch[] = {
		{ .what = PORTAL_FETCH_STR, .arg = 1, .max = PATH_SIZE },
	};
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_RETURN,
		.name = "openat",
		.comm = portal_option(mod, "comm"),
		.flags = PORTAL_HOOK_TRACE,
		.fetch = fetch,
		.nr_fetch = 1,
		.fn = on_openat,
		.data = logger,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

static void done(struct logger *logger)
{
	if (logger->file)
		fclose(logger->file);
	free(logger);
}

static int load(struct portal_module *mod)
{
	struct logger *logger = calloc(1, sizeof(*logger));
	int ret;

	if (!logger)
		return -ENOMEM;
	portal_set_data(mod, logger);
	ret = open_file(mod, logger);
	if (ret == 0)
		ret = hook_openat(mod, logger);
	/* unload() is not called when load() fails */
	if (ret < 0)
		done(logger);
	return ret;
}

static void unload(struct portal_module *mod)
{
	struct logger *logger = portal_data(mod);

	if (logger->lost > 0)
		portal_mod_log(mod, PORTAL_WARN, "%llu events were lost", logger->lost);
	done(logger);
}

static const struct portal_option options[] = {
	{ .key = "comm", .help = "only tasks with this name (default: all tasks)" },
	{ .key = "file", .help = "file to write to (default: portal-vmm's log)" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "trace_open",
	.version = "1",	    .help = "logs every openat, without an exit",
	.options = options, .load = load,
	.unload = unload,
};
