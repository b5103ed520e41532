/* SPDX-License-Identifier: MIT */
/* Module host, channel and fake guest, connected as machine.c connects the real ones. */
#ifndef UNIT_HOOKS_RIG_H
#define UNIT_HOOKS_RIG_H

#include <portal/hook.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake/event.h"
#include "fake/guest.h"
#include "fake/session.h"
#include "fake/syscall.h"
#include "hooks/module_host.h"
#include "portal/channel.h"

#define RIG_MAX_MODULES 2
#define RIG_MAX_HOOKS	80

/**
 * struct rig - the guest, the module host and the channel
 * @guest: the fake guest
 * @task: a 64-bit task "probe"
 * @task32: a 32-bit task "probe32"
 * @host: the module host with the modules of the test
 * @channel: NULL before rig_create_channel()
 * @nr_vcpus: number of vCPUs of @channel
 * @handles, @modules, @nr_modules: hooks and modules registered with rig_hooks()
 * @nr_raised: number of raise_work() calls
 * @nr_failed: number of failed() calls
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
	uint32_t api; /* of the modules of rig_hooks(); 0: the current one */
};

/** rig_init() - create a guest with a pool of @nr_pages and a module host without modules. */
void rig_init(struct rig *rig, size_t nr_pages, unsigned int nr_vcpus);

/** rig_add() - load a linked-in module. @options: "" or ",key=value...". */
void rig_add(struct rig *rig, const struct portal_module_desc *desc, const char *options);

/**
 * rig_hooks() - load a module whose load() registers @hooks
 * @rig: the rig, before rig_boot()
 * @name: name of the module
 * @flags: PORTAL_MODULE_*
 * @hooks: the descriptions, borrowed
 * @nr: number of hooks
 *
 * May be called RIG_MAX_MODULES times.
 *
 * Return: index of the module: rig->handles[index][i] are the handles, rig->modules[index] the
 * module.
 */
unsigned int rig_hooks(struct rig *rig, const char *name, uint32_t flags,
		       const struct portal_syscall_hook *hooks, size_t nr);

/** rig_boot() - create the channel and run hello, which must succeed. */
void rig_boot(struct rig *rig);

/** rig_create_channel() - create the channel without running hello. */
void rig_create_channel(struct rig *rig);

/** rig_done() - cancel vCPU 0 and unload the modules. Other vCPUs must be cancelled already. */
void rig_done(struct rig *rig);

/** rig_channel_stats() - get the counters of the channel. */
struct channel_stats rig_channel_stats(struct rig *rig);

/** rig_host_stats() - get the counters of the module host. */
struct module_host_stats rig_host_stats(struct rig *rig);

/**
 * rig_messages() - capture_stop() without the warning about a slow callback.
 *
 * On a busy machine any callback may be one.
 */
const char *rig_messages(void);

/** rig_call() - rig->task makes a call on vCPU 0 with up to three arguments. Return: its result. */
int64_t rig_call(struct rig *rig, const char *name, uint64_t a, uint64_t b, uint64_t c);

/** rig_open_call() - send the entry event of a system call by @task on vCPU 0. */
void rig_open_call(struct rig *rig, struct fake_session *session, struct fake_task *task,
		   const char *name, uint64_t arg0);

/** rig_kill_in() - kill the task of @session after it has done @op and before it answers. */
void rig_kill_in(struct rig *rig, struct fake_session *session, uint32_t op);

/** rig_kill_before() - kill the task of @session when @op is requested, before it is done. */
void rig_kill_before(struct rig *rig, struct fake_session *session, uint32_t op);

#endif
