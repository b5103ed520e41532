/* SPDX-License-Identifier: MIT */
/*
 * The module host: loads and unloads the hook modules of the command line, and connects them to the
 * channel. Knows no KVM.
 */
#ifndef MODULE_HOST_H
#define MODULE_HOST_H

#include <portal/hook.h>
#include <stdint.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "portal/sink.h"

struct module_host;

/**
 * struct module_host_ops - functions that the machine provides to the module host
 * @raise_work: make the guest open a session, because hooks were changed outside of one; called
 *	from any thread
 * @failed: a module's hooks cannot be installed, for example because a system call is unknown. The
 *	error has been logged, and the VM should end with EXIT_STATUS_USAGE before the firmware
 *	starts. Called in a session, on a vCPU thread: must not block; only record the request.
 * @ctx: passed to both
 *
 * Each may be NULL.
 */
struct module_host_ops {
	void (*raise_work)(void *ctx);
	void (*failed)(void *ctx);
	void *ctx;
};

/**
 * struct module_host_stats - counters of hooks and rules
 * @hooks: hooks registered now
 * @callbacks: callbacks that have returned
 * @failures: callbacks that returned an error
 * @switched_off: hooks that were switched off after too many failures
 * @rules_added: rules added since the start
 * @rules_revoked: rules revoked, by the module or with their hook
 * @rules_hits: system calls that rules have answered, as reported by the guest; not trusted
 * @rules_failed: events that were sent because a store of a rule failed; included in @rules_hits
 * @longest_us: longest run time of a callback on the host, in microseconds
 */
struct module_host_stats {
	uint64_t hooks, callbacks, failures, switched_off, longest_us;
	uint64_t rules_added, rules_revoked, rules_hits, rules_failed;
};

/** module_host_create() - create a host without modules. Return: 0; -ENOMEM. */
must_check int module_host_create(const struct module_host_ops *ops, struct module_host **ret_host);

/**
 * module_host_destroy() - unload all modules, the last loaded first
 * @host: may be NULL; channel_cancel_vcpu() has been called for every vCPU
 */
void module_host_destroy(struct module_host *host);

/**
 * module_host_load() - load a module and let it register its hooks
 * @host: before the guest runs
 * @spec: FILE.so[,key=value...]
 *
 * Return: 0; the errors of module_open() and load(), which have been logged.
 */
must_check int module_host_load(struct module_host *host, const char *spec);

/**
 * module_host_add() - load a module that is linked into the program
 * @host: before the guest runs
 * @desc: its descriptor
 * @spec: a name for messages, and options
 *
 * Return: as module_host_load().
 */
must_check int module_host_add(struct module_host *host, const struct portal_module_desc *desc,
			       const char *spec);

/**
 * module_host_describe() - load a module and print its description: --describe-module
 * @host: keeps the module loaded; needs neither guest nor KVM
 * @spec: as module_host_load()
 * @out: receives name, version, API, options with help, hooks with their filters
 *
 * A module whose load() fails (because an option is missing, say) is described without hooks.
 *
 * Return: 0; module_open()'s errors.
 */
must_check int module_host_describe(struct module_host *host, const char *spec, FILE *out);

/** module_host_sink() - get the event sink for the channel. @ret_events: valid as long as @host. */
void module_host_sink(struct module_host *host, struct event_sink *ret_events);

/** module_host_get_stats() - copy the counters. Context: any thread. */
void module_host_get_stats(struct module_host *host, struct module_host_stats *ret_stats);

#endif
