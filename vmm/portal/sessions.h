/* SPDX-License-Identifier: MIT */
/*
 * The sessions of a channel: claimed by a vCPU, run as coroutines, cancelled and released. It does
 * not know the kinds of calls. For channel.c only.
 */
#ifndef PORTAL_SESSIONS_H
#define PORTAL_SESSIONS_H

#include "base/cleanup.h"
#include "portal/channel_state.h"

/**
 * sessions_claim() - open a free session
 * @channel: the channel
 * @session: free; it holds a reference on its pool until sessions_release()
 * @vcpu: the calling vCPU
 *
 * Context: under the channel's lock.
 */
void sessions_claim(struct channel *channel, struct session *session, unsigned int vcpu);

/**
 * sessions_start() - run a claimed session whose opening has been loaded
 *
 * Context: the thread of its vCPU; without the channel's lock.
 * Return: 0: it has ended, or is suspended; -ENOMEM, -EPROTO, -ECANCELED: it has been released.
 */
must_check int sessions_start(struct channel *channel, struct session *session);

/**
 * sessions_run() - continue a session that was suspended
 *
 * Context: the thread of its vCPU, which has made it SESSION_RUNNING.
 * Return: as sessions_start().
 */
int sessions_run(struct channel *channel, struct session *session);

/** sessions_release() - end an open session. Afterwards it may not exist any more. */
void sessions_release(struct channel *channel, struct session *session);

/** sessions_cancel() - run a suspended session to its end; its operations fail with -ECANCELED. */
void sessions_cancel(struct channel *channel, struct session *session);

/**
 * sessions_doom() - have a session cancelled by its own thread
 *
 * That thread, which is awakened, has not ended, because it has to take the lock before it ends the
 * session.
 *
 * Context: under the channel's lock; any thread.
 */
void sessions_doom(struct channel *channel, struct session *session);

/**
 * sessions_cancel_doomed() - cancel the doomed sessions of this vCPU that are suspended
 *
 * One that runs checks @doomed itself.
 */
void sessions_cancel_doomed(struct channel *channel, struct channel_vcpu *vcpu);

/**
 * sessions_retire_pool() - replace the pool, and have its sessions cancelled
 *
 * Context: under the channel's lock.
 * Return: the old pool, for sessions_await_accesses(); may be NULL.
 */
struct pool *sessions_retire_pool(struct channel *channel, struct pool *replacement);

/**
 * sessions_await_accesses() - wait until no session of a retired pool accesses the guest's memory
 * @channel: the channel
 * @old: from sessions_retire_pool(); its reference is dropped
 *
 * Other vCPUs may be in callbacks, which go on; what takes time here is only copying. Sessions that
 * were detached from their pages were cancelled when they accessed nothing.
 */
void sessions_await_accesses(struct channel *channel, struct pool *old);

#endif
