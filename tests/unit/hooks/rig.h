/* SPDX-License-Identifier: MIT */
/* Module host, channel and fake guest put together as machine.c does it with the real ones. */
#ifndef UNIT_HOOKS_RIG_H
#define UNIT_HOOKS_RIG_H

#include <portal/hook.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake/guest.h"
#include "fake/session.h"
#include "fake/syscall.h"
#include "hooks/module_host.h"
#include "portal/channel.h"

#define RIG_MAX_MODULES 2
#define RIG_MAX_HOOKS	80

/**
 * struct rig - everything
 * @guest: the fake guest
 * @task: a 64-bit task "probe"; @task32: a 32-bit one
 * @host: with the modules of the test
 * @channel: NULL before rig_boot()
 * @nr_vcpus: of @channel
 * @handles, @modules, @nr_modules: of rig_hooks()
 * @nr_raised: raise_work calls; @nr_failed: failed calls
 */
struct rig {
	struct fake_guest guest;
	struct fake_task task, task32;
	struct module_host *host;
	struct channel *channel;
	unsigned int nr_vcpus;
	struct portal_hook *handles[RIG_MAX_MODULES][RIG_MAX_HOOKS];
	struct portal_module *modules[RIG_MAX_MODULES];
	unsigned int nr_modules;
	unsigned int nr_raised, nr_failed;
};

/** rig_init() - a guest with @nr_pages and a host without modules. */
void rig_init(struct rig *rig, size_t nr_pages, unsigned int nr_vcpus);

/** rig_add() - load a linked-in module. @options: "" or ",key=value...". */
void rig_add(struct rig *rig, const struct portal_module_desc *desc, const char *options);

/**
 * rig_hooks() - a module whose load() registers @hooks; call before rig_boot(), at most
 * RIG_MAX_MODULES times
 * @rig: the rig
 * @name: its name
 * @flags: PORTAL_MODULE_*
 * @hooks: @nr descriptions, size and all, borrowed
 *
 * Return: the module's slot: rig->handles[slot][i] are the handles, rig->modules[slot] the module.
 */
unsigned int rig_hooks(struct rig *rig, const char *name, uint32_t flags,
		       const struct portal_syscall_hook *hooks, size_t nr);

/** rig_boot() - make the channel and have the guest say hello, which must succeed. */
void rig_boot(struct rig *rig);

/** rig_gate() - make the channel only. */
void rig_gate(struct rig *rig);

/** rig_done() - cancel vCPU 0, and unload. Other vCPUs have been cancelled by their threads. */
void rig_done(struct rig *rig);

/** rig_gate_stats(), rig_host_stats() - the counters now. */
struct channel_stats rig_gate_stats(struct rig *rig);
struct module_host_stats rig_host_stats(struct rig *rig);

/**
 * rig_messages() - capture_stop() without the warning about a slow callback.
 *
 * On a busy machine any callback may be one.
 */
const char *rig_messages(void);

/** rig_call() - rig->task makes a call on vCPU 0 with up to three arguments. Return: its result. */
int64_t rig_call(struct rig *rig, const char *name, uint64_t a, uint64_t b, uint64_t c);

/** rig_open_call() - open the entry event's session of a call by @task on vCPU 0, and stop. */
void rig_open_call(struct rig *rig, struct fake_session *session, struct fake_task *task,
		   const char *name, uint64_t arg0);

/**
 * rig_kill_in() - the guest does @op in @session, and the session's task is killed before it can
 * say so.
 */
void rig_kill_in(struct rig *rig, struct fake_session *session, uint32_t op);

/** rig_kill_before() - the same, but @op is not done. */
void rig_kill_before(struct rig *rig, struct fake_session *session, uint32_t op);

#endif
