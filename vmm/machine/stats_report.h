/* SPDX-License-Identifier: MIT */
/* The counters of --stats: gathered from everyone who counts, written as "name value" lines. */
#ifndef STATS_REPORT_H
#define STATS_REPORT_H

#include "hooks/module_host.h"
#include "machine/vcpu_thread.h"
#include "portal/channel.h"

/**
 * struct stats_report_sources - who counted; borrowed
 * @cpus: @nr_cpus of them, their threads may run
 */
struct stats_report_sources {
	const struct vcpu_thread *cpus;
	unsigned int nr_cpus;
	const struct channel *channel;
	struct module_host *host;
};

/**
 * stats_report_check() - can the report be written at the end? Asked before the VM runs.
 * @path: as for stats_report_write(); a file that is not there is made, one that is there stays as
 * it is
 *
 * Return: 0; -errno of opening @path.
 */
must_check int stats_report_check(const char *path);

/**
 * stats_report_write() - all counters
 * @sources: who counted
 * @path: file to make anew; "" = the log
 *
 * Return: 0; -errno of opening or writing @path.
 */
must_check int stats_report_write(const struct stats_report_sources *sources, const char *path);

#endif
