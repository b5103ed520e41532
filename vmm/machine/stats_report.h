/* SPDX-License-Identifier: MIT */
/* The counters of --stats, written as lines "name value". */
#ifndef STATS_REPORT_H
#define STATS_REPORT_H

#include "hooks/module_host.h"
#include "machine/vcpu_thread.h"
#include "portal/channel.h"

/**
 * struct stats_report_sources - where the counters are
 * @cpus: @nr_cpus vCPU threads, which may be running
 * @channel: the channel
 * @host: the module host
 */
struct stats_report_sources {
	const struct vcpu_thread *cpus;
	unsigned int nr_cpus;
	const struct channel *channel;
	struct module_host *host;
};

/**
 * stats_report_check() - find out, before the VM runs, whether the report can be written
 * @path: as for stats_report_write(); the file is created if it does not exist, and not changed
 *	otherwise
 *
 * Return: 0; -errno of opening @path.
 */
must_check int stats_report_check(const char *path);

/**
 * stats_report_write() - write all counters
 * @sources: where they are
 * @path: file, which is replaced; "": the log
 *
 * Return: 0; -errno of opening or writing @path.
 */
must_check int stats_report_write(const struct stats_report_sources *sources, const char *path);

#endif
