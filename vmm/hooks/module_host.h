/* SPDX-License-Identifier: MIT */
/*
 * The module host: the modules of the command line, from loading to unloading, and their connection
 * to the channel. Knows no KVM.
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
 * struct module_host_ops - what the machine does for the host
 * @raise_work: have the guest open a session, because hooks changed outside of any; any thread
 * @failed: the guest is there, and what the modules want cannot be had (an unknown system call,
 * say): the
 *	user has been told, the VM should end with EXIT_STATUS_USAGE before the firmware starts. In
 * a
 *	session, on a vCPU's thread: must only take note.
 * @ctx: handed to both
 *
 * Each may be NULL.
 */
struct module_host_ops {
	void (*raise_work)(void *ctx);
	void (*failed)(void *ctx);
	void *ctx;
};

/**
 * struct module_host_stats - what happened to hooks
 * @hooks: registered now
 * @callbacks: run to their end
 * @failures: of these, how many returned an error
 * @switched_off: hooks that failed too often
 * @rules_added: rules, ever
 * @rules_revoked: of these, by whatever means
 * @rules_hits: calls that rules have answered: the guest's word
 * @rules_failed: of these, how many came as events, because a store failed
 * @longest_us: longest time a callback used on the host, in microseconds
 */
struct module_host_stats {
	uint64_t hooks, callbacks, failures, switched_off, longest_us;
	uint64_t rules_added, rules_revoked, rules_hits, rules_failed;
};

/** module_host_create() - a host without modules. Return: 0; -ENOMEM. */
must_check int module_host_create(const struct module_host_ops *ops, struct module_host **ret_host);

/**
 * module_host_destroy() - unload all modules, the last loaded first
 * @host: no vCPU rings any more and channel_cancel_vcpu() has been called for each; NULL is fine
 */
void module_host_destroy(struct module_host *host);

/**
 * module_host_load() - load a module and let it register its hooks
 * @host: before the guest runs
 * @spec: FILE.so[,key=value...]
 *
 * Return: 0; module_open()'s errors and load()'s own; what is wrong and what to do is in the log.
 */
must_check int module_host_load(struct module_host *host, const char *spec);

/**
 * module_host_add() - as module_host_load(), for a module that is linked in. @spec: a name for
 * messages, and options.
 */
must_check int module_host_add(struct module_host *host, const struct portal_module_desc *desc,
			       const char *spec);

/**
 * module_host_describe() - load a module and say what it is: --describe-module
 * @host: keeps it loaded; needs neither guest nor KVM
 * @spec: as module_host_load()
 * @out: name, version, API, options with help, hooks with their filters
 *
 * A module that refuses to start (a missing option, say) is described without hooks.
 *
 * Return: 0; module_open()'s errors.
 */
must_check int module_host_describe(struct module_host *host, const char *spec, FILE *out);

/** module_host_sink() - what a channel calls. @ret_events: valid as long as @host. */
void module_host_sink(struct module_host *host, struct event_sink *ret_events);

/** module_host_get_stats() - any thread. */
void module_host_get_stats(struct module_host *host, struct module_host_stats *ret_stats);

#endif
