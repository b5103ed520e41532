/* SPDX-License-Identifier: MIT */
/* The counters of --stats: gathered from everyone who counts, written as "name value" lines. */
#ifndef REPORT_H
#define REPORT_H

#include "hooks/host.h"
#include "machine/vcpu_thread.h"
#include "portal/channel.h"

/**
 * struct report_sources - who counted; borrowed
 * @cpus: @nr_cpus of them, their threads may run
 */
struct report_sources {
	const struct cpu *cpus;
	unsigned int nr_cpus;
	const struct channel *channel;
	struct host *host;
};

/**
 * report_check() - can the report be written at the end? Asked before the VM runs.
 * @path: as for report_write(); a file that is not there is made, one that is there stays as it is
 *
 * Return: 0; -errno of opening @path.
 */
must_check int report_check(const char *path);

/**
 * report_write() - all counters
 * @sources: who counted
 * @path: file to make anew; "" = the log
 *
 * Return: 0; -errno of opening or writing @path.
 */
must_check int report_write(const struct report_sources *sources, const char *path);

#endif
