/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session: one exchange with the host on one page. It owns the page while it is open. Its loop
 * calls the host, carries out the operation that the host requests, and answers it. It does not
 * know the meaning of the event.
 */
#ifndef GUEST_SESSION_H
#define GUEST_SESSION_H

#include <linux/types.h>

#include "channel/pool.h"

/**
 * struct guest_session - an open session
 * @page: its page
 * @dead: it is about the death of its task: it goes on although the task is being killed, and has
 *	no operation on its memory and files
 */
struct guest_session {
	struct pool_page *page;
	bool dead;
};

/**
 * session_open() - open a session: get a page
 * @session: written
 * @urgent: for work of the host, see pool_get()
 *
 * Context: may sleep, killably and, unless @urgent, not longer than PORTAL_WAIT_MS.
 * Return: 0; -EBUSY: no page was free for that time; -EINTR: the task is being killed; -ENODEV: the
 * pool is closed.
 */
int __must_check session_open(struct guest_session *session, bool urgent);

/**
 * session_open_own() - open a session for a call of the module itself, which must not wait for long
 * @session: written
 *
 * Context: may sleep, killably and not longer than a second.
 * Return: 0; -EBUSY: other sessions have all pages; -EINTR: the task is being killed; -ENODEV: the
 * pool is closed.
 */
int __must_check session_open_own(struct guest_session *session);

/**
 * session_open_now() - open a session for a report, which waits for nothing
 * @session: written
 *
 * Context: any but interrupts.
 * Return: 0; -EAGAIN: other sessions have all pages; -ENODEV: the pool is closed.
 */
int __must_check session_open_now(struct guest_session *session);

/**
 * session_close() - return the page
 * @session: open, not running
 */
void session_close(struct guest_session *session);

/**
 * session_mark_dead() - let the session go on although its task is being killed, or is exiting
 * @session: open, not running
 */
static inline void session_mark_dead(struct guest_session *session)
{
	session->dead = true;
}

/**
 * session_data() - get the buffer for the event, to be written before session_run()
 * @session: open, not running
 *
 * Return: PORTAL_DATA_SIZE bytes, shared with the host.
 */
static inline void *session_data(const struct guest_session *session)
{
	return session->page->region->data;
}

/**
 * session_scratch() - get a private buffer; after session_run() it has the verdict
 * @session: open
 *
 * Return: PORTAL_PAGE_SIZE bytes.
 */
static inline u8 *session_scratch(const struct guest_session *session)
{
	return session->page->scratch;
}

/**
 * session_waited() - check whether session_open() waited because the pool was empty
 * @session: open
 */
static inline bool session_waited(const struct guest_session *session)
{
	return session->page->waited;
}

/**
 * session_run() - call the host and carry out its operations until it ends the session
 * @session: open; it may be run several times, one after the other
 * @call: PORTAL_CALL_HELLO, PORTAL_CALL_EVENT or PORTAL_CALL_WORK
 * @code: PORTAL_OPEN_*
 * @size: bytes in session_data(), 0 .. PORTAL_DATA_SIZE
 *
 * The host serves all calls of a session on the CPU that made the first one. The task may move: its
 * later calls are then made by that CPU, see doorbell_answer_from(). If that CPU goes offline, the
 * session ends. CPU hotplug does not wait for sessions, and an operation may wait for it.
 *
 * Context: may sleep; the caller holds no lock that an operation may take.
 * Return: 0: the host changes nothing; > 0: size of the verdict in session_scratch(), whose content
 * is not checked yet; -EINTR: the task is being killed; -ENODEV: the host refused the call;
 * -EPROTO: the host violated the protocol; -ECANCELED: the host has cancelled the session; -ENXIO:
 * the CPU went offline, which is logged and which the host counts.
 */
int __must_check session_run(struct guest_session *session, u32 call, u32 code, u32 size);

/**
 * session_cancel() - the host gives up a session
 * @index: index of its page, any value
 * @generation: the session's generation; a session with another one is not meant
 *
 * The operation that is carried out now ends by itself: nothing can wake a task that waits for a
 * page of its memory. It answers RESP_CANCELLED, and no further operation is carried out.
 *
 * Context: any; the pool exists.
 */
void session_cancel(u32 index, u32 generation);

#endif /* GUEST_SESSION_H */
