/* SPDX-License-Identifier: MIT */
/* A channel between the fake guest and a sink that the test defines: no hooks, no modules. */
#ifndef CHANNEL_RIG_H
#define CHANNEL_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake/event.h"
#include "fake/guest.h"
#include "fake/session.h"
#include "fake/syscall.h"
#include "portal/channel.h"
#include "portal/ops/operation.h"

#define RIG_VCPUS 2
#define RIG_HOOK  7 /* id of the hook that events name; the guest has no hooks */

/**
 * struct channel_rig - the guest, the channel and the events received
 * @guest: the fake guest
 * @task: one of its tasks, with memory at RIG_MEMORY (three pages)
 * @memory: that memory
 * @channel: the channel
 * @talk: called in every event but an error; may be NULL
 * @talk_ctx: context for @talk
 * @nr_hello, @nr_events, @nr_work, @nr_bye: numbers of what was received
 * @nr_call, @nr_error: numbers of events of these kinds
 * @mismatch: version of the last hello with another version
 * @last_event: the last event; its pointers are valid as long as its session
 * @more: guest memory outside the pool; slice may be NULL
 * @take: called for each record; may be NULL
 * @last_stamp: stamp of the last record
 * @nr_trace: number of records
 * @nr_broken: number of corrupt trace rings
 * @broken: the last corrupt trace ring
 * @nr_wake: times that the channel woke a vCPU
 * @woken: the last vCPU that it woke
 */
struct channel_rig {
	struct fake_guest guest;
	struct fake_task task;
	uint8_t *memory;
	struct channel *channel;
	void (*talk)(struct channel_rig *rig, struct session *session);
	void *talk_ctx;
	unsigned int nr_hello, nr_events, nr_call, nr_error, nr_work, nr_bye;
	uint32_t mismatch;
	struct guest_event last_event;
	struct guest_ram more;
	void (*take)(struct channel_rig *rig, const struct guest_event *event,
		     const struct trace_stamp *stamp);
	struct trace_stamp last_stamp;
	_Atomic unsigned int nr_trace, nr_broken;
	unsigned int broken;
	unsigned int nr_wake, woken;
};

#define RIG_MEMORY	0x10000ull
#define RIG_MEMORY_SIZE (3 * 4096)

/** channel_rig_init() - set up a rig without direct access; the guest has not sent hello. */
void channel_rig_init(struct channel_rig *rig);

/** channel_rig_init_direct() - set up a rig with direct access. */
void channel_rig_init_direct(struct channel_rig *rig, enum direct_access direct);

/** channel_rig_done() - cancel all vCPUs and free the rig. */
void channel_rig_done(struct channel_rig *rig);

/**
 * channel_rig_event() - make the event of system call 16, as for a hook RIG_HOOK with registers
 * @when: PORTAL_WHEN_ENTER or _RETURN
 */
void channel_rig_event(struct channel_rig *rig, const uint64_t args[static PORTAL_NR_ARGS],
		       uint32_t when, struct fake_event *ret_event);

/** channel_rig_open() - let the task make system call 16; @session is in the state after EVENT. */
void channel_rig_open(struct channel_rig *rig, struct fake_session *session, unsigned int vcpu);

/** channel_rig_run() - run hello and one event with @talk(@ctx), which must succeed. */
void channel_rig_run(struct channel_rig *rig,
		     void (*talk)(struct channel_rig *rig, struct session *session), void *ctx);

/** channel_rig_stats() - get the counters. */
struct channel_stats channel_rig_stats(struct channel_rig *rig);

#endif
