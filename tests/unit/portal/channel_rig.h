/* SPDX-License-Identifier: MIT */
/* A channel between the fake guest and a taker of events that the test writes: no hooks, no
 * modules.
 */
#ifndef CHANNEL_RIG_H
#define CHANNEL_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fake/guest.h"
#include "fake/session.h"
#include "fake/syscall.h"
#include "portal/channel.h"
#include "portal/ops/operation.h"

#define DOOR_VCPUS 2

/**
 * struct channel_rig - everything
 * @guest: the fake guest
 * @task: a task of it, with memory at 0x10000 (three pages)
 * @memory: that memory
 * @channel: the channel
 * @talk: what the host does in every system call event; NULL: nothing
 * @talk_ctx: handed to it
 * @nr_hello, @nr_call, @nr_error, @nr_work, @nr_bye: events that came
 * @mismatch: version of the last hello that did not fit
 * @last_call: the last event
 * @more: guest memory beside the pool; slice may be NULL
 * @take: what the host does with each record; NULL: nothing
 * @last_stamp, @nr_trace: of the last record, and how many; on the trace thread
 * @nr_broken, @broken: trace rings that broke the protocol, the last of them
 */
struct channel_rig {
	struct fake_guest guest;
	struct fake_task task;
	uint8_t *memory;
	struct channel *channel;
	void (*talk)(struct channel_rig *rig, struct session *session);
	void *talk_ctx;
	unsigned int nr_hello, nr_call, nr_error, nr_work, nr_bye;
	uint32_t mismatch;
	struct syscall_event last_call;
	struct syscall_error last_error;
	struct guest_ram more;
	void (*take)(struct channel_rig *rig, const struct syscall_event *call,
		     const struct trace_stamp *stamp);
	struct trace_stamp last_stamp;
	_Atomic unsigned int nr_trace, nr_broken;
	unsigned int broken;
};

#define DOOR_MEMORY	 0x10000ull
#define DOOR_MEMORY_SIZE (3 * 4096)

/** channel_rig_init() - no hello yet; nothing is accessed past the guest. */
void channel_rig_init(struct channel_rig *rig);

/** channel_rig_init_direct() - the same with a channel that accesses memory past the guest. */
void channel_rig_init_direct(struct channel_rig *rig, enum direct_access direct);

/** channel_rig_done() - cancels all vCPUs. */
void channel_rig_done(struct channel_rig *rig);

/** channel_rig_open() - the task makes call 16; the session after its first call. */
void channel_rig_open(struct channel_rig *rig, struct fake_session *session, unsigned int vcpu);

/**
 * channel_rig_converse() - hello, then one event in which the host does @talk(@ctx); must end well.
 */
void channel_rig_converse(struct channel_rig *rig,
			  void (*talk)(struct channel_rig *rig, struct session *session),
			  void *ctx);

/** channel_rig_stats() - the counters now. */
struct channel_stats channel_rig_stats(struct channel_rig *rig);

#endif
