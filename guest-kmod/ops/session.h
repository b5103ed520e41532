/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A session: one conversation with the host on one page. It owns the page while it is open and the
 * loop "call, do what the host asks, answer"; it does not know what the event is about.
 */
#ifndef GUEST_SESSION_H
#define GUEST_SESSION_H

#include <linux/types.h>

#include "channel/pool.h"

/**
 * struct guest_session - a page that is talked over
 * @page: the page
 */
struct guest_session {
	struct pool_page *page;
};

/**
 * session_open() - get a page to talk over
 * @session: to be filled
 * @urgent: may use the pool's reserve
 *
 * Context: may sleep, killably.
 * Return: 0; -EINTR the task is being killed; -ENODEV the portal is closed.
 */
int __must_check session_open(struct guest_session *session, bool urgent);

/**
 * session_close() - give the page back
 * @session: open, not running
 */
void session_close(struct guest_session *session);

/**
 * session_data() - where the event is written before session_run()
 * @session: open, not running
 *
 * Return: PORTAL_DATA_SIZE bytes that the host can see.
 */
static inline void *session_data(const struct guest_session *session)
{
	return session->page->region->data;
}

/**
 * session_scratch() - a private buffer; after session_run() it has the verdict
 * @session: open
 *
 * Return: PORTAL_PAGE_SIZE bytes.
 */
static inline u8 *session_scratch(const struct guest_session *session)
{
	return session->page->scratch;
}

/**
 * session_record() - a private buffer for a record of the trace, after trace_open()
 * @session: open
 *
 * Return: PORTAL_TRACE_RECORD_MAX bytes.
 */
static inline void *session_record(const struct guest_session *session)
{
	return session->page->record;
}

/**
 * session_waited() - the pool was empty when this session was opened
 * @session: open
 */
static inline bool session_waited(const struct guest_session *session)
{
	return session->page->waited;
}

/**
 * session_run() - call, and serve operations until the host has had enough
 * @session: open; one after the other may be run on it
 * @call: PORTAL_CALL_HELLO, PORTAL_CALL_EVENT or PORTAL_CALL_WORK
 * @event: PORTAL_EVENT_*
 * @size: bytes of event in session_data(), 0 .. PORTAL_DATA_SIZE
 *
 * The task stays on its vCPU from the first call to the last.
 *
 * Context: may sleep; no lock held that an operation might take.
 * Return: 0 the host has nothing to change; > 0 bytes of verdict in session_scratch(), unchecked
 * but for their number; -EINTR the task is being killed; -ENODEV the call was refused; -EPROTO the
 * host broke the protocol.
 */
int __must_check session_run(struct guest_session *session, u32 call, u32 event, u32 size);

#endif /* GUEST_SESSION_H */
