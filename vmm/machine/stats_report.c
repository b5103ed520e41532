/* SPDX-License-Identifier: MIT */
#include "machine/stats_report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/log.h"

#define REPORT_MODE 0666 /* less the umask */

/* where lines go: a file, or the log when it is NULL */
struct stats_out {
	FILE *file;
};

static void line(const struct stats_out *report, const char *group, const char *name,
		 uint64_t value)
{
	if (report->file)
		fprintf(report->file, "%s.%s %llu\n", group, name, (unsigned long long)value);
	else
		log_info("%s.%s %llu", group, name, (unsigned long long)value);
}

static void report_exits(const struct stats_out *report, const struct stats_report_sources *sources)
{
	uint64_t io = 0, mmio = 0, doorbell = 0, interrupted = 0, other = 0;

	for (unsigned int i = 0; i < sources->nr_cpus; i++) {
		const struct vcpu_exits *exits = &sources->cpus[i].exits;

		io += atomic_load(&exits->io);
		mmio += atomic_load(&exits->mmio);
		doorbell += atomic_load(&exits->doorbell);
		interrupted += atomic_load(&exits->interrupted);
		other += atomic_load(&exits->other);
	}
	line(report, "exits", "io", io);
	line(report, "exits", "mmio", mmio);
	line(report, "exits", "doorbell", doorbell);
	line(report, "exits", "interrupted", interrupted);
	line(report, "exits", "other", other);
}

static void report_channel(const struct stats_out *report, const struct channel *channel)
{
	static const char *const calls[STATS_NR_CALLS] = {
		"unknown", "hello", "event",	     "answer", "work",
		"bye",	   "trace", "answer_remote", "cancel", "grow",
	};
	static const char *const events[STATS_NR_EVENTS] = {
		"other", "enter", "return", "error", "missed_reports",
	};
	static const char *const operations[PORTAL_NR_OPS] = {
#define OPERATION_NAME(NAME, name, number, least, most) [number] = #NAME,
		PORTAL_OPS(OPERATION_NAME)
#undef OPERATION_NAME
	};
	struct channel_stats stats;

	channel_get_stats(channel, &stats);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		line(report, "doorbells", calls[i], stats.doorbells[i]);
	line(report, "doorbells", "refused", stats.refused);
	line(report, "events", "hello", stats.hellos);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		line(report, "events", events[i], stats.events[i]);
	line(report, "events", "work", stats.work);
	line(report, "events", "missed", stats.missed);
	for (size_t i = 0; i < ARRAY_SIZE(operations); i++)
		line(report, "operations", operations[i], stats.operations[i]);
	line(report, "bytes", "read", stats.bytes_read);
	line(report, "bytes", "written", stats.bytes_written);
	line(report, "direct", "read", stats.direct_read);
	line(report, "direct", "written", stats.direct_written);
	line(report, "direct", "declined", stats.direct_declined);
	line(report, "sessions", "peak", stats.sessions_peak);
	line(report, "sessions", "page_waits", stats.page_waits);
	line(report, "sessions", "cancelled", stats.cancelled);
	line(report, "sessions", "protocol_errors", stats.protocol_errors);
	line(report, "sessions", "coroutines", stats.coroutines);
	line(report, "trace", "produced", stats.trace_produced);
	line(report, "trace", "consumed", stats.trace_consumed);
	line(report, "trace", "lost", stats.trace_lost);
	line(report, "trace", "wakeups", stats.trace_wakeups);
	line(report, "trace", "blocked", stats.trace_blocked);
}

static void report_hooks(const struct stats_out *report, struct module_host *host)
{
	struct module_host_stats stats;

	module_host_get_stats(host, &stats);
	line(report, "hooks", "registered", stats.hooks);
	line(report, "hooks", "callbacks", stats.callbacks);
	line(report, "hooks", "failures", stats.failures);
	line(report, "hooks", "switched_off", stats.switched_off);
	line(report, "hooks", "longest_us", stats.longest_us);
	line(report, "rules", "added", stats.rules_added);
	line(report, "rules", "revoked", stats.rules_revoked);
	line(report, "rules", "hits", stats.rules_hits);
	line(report, "rules", "failed", stats.rules_failed);
}

int stats_report_check(const char *path)
{
	auto_close int fd = -1;

	if (!path[0])
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, REPORT_MODE);
	return fd < 0 ? -errno : 0;
}

int stats_report_write(const struct stats_report_sources *sources, const char *path)
{
	struct stats_out report = { 0 };
	int err = 0;

	if (path[0]) {
		report.file = fopen(path, "we");
		if (!report.file)
			return -errno;
	}
	report_exits(&report, sources);
	report_channel(&report, sources->channel);
	report_hooks(&report, sources->host);
	if (!report.file)
		return 0;
	if (ferror(report.file))
		err = -EIO;
	if (fclose(report.file) != 0 && err == 0)
		err = -errno;
	return err;
}
