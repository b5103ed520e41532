/* SPDX-License-Identifier: MIT */
/* The state of a channel. For channel.c and sessions.c only. */
#ifndef PORTAL_CHANNEL_STATE_H
#define PORTAL_CHANNEL_STATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/coro.h"
#include "base/lock.h"
#include "portal/channel.h"
#include "portal/session_state.h"

struct pool;

/**
 * struct channel_vcpu - per-vCPU state; all but @notice belongs to the vCPU's thread
 * @coros: coroutines of the thread
 * @open: open sessions of the vCPU
 * @notice: another thread has set @doomed in one of these sessions
 * @closed: channel_cancel_vcpu() has been called
 */
struct channel_vcpu {
	struct coro_pool coros;
	struct session *open;
	atomic_bool notice;
	bool closed;
};

/**
 * struct channel - see channel.h
 * @env: what its sessions use
 * @lock: protects @pool, its reference count, and the state and vCPU of each session; never held
 *	while a callback runs
 */
struct channel {
	struct session_env env;
	struct vcpu_waker waker;
	enum direct_access direct;
	struct lock lock;
	struct pool *pool;
	unsigned int nr_vcpus;
	struct channel_vcpu vcpus[];
};

#endif
