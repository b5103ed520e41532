// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "portal: " fmt

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include <portal/ops.h>

#include "channel/doorbell.h"
#include "ops/dispatch.h"
#include "ops/session.h"

/* a region's header, copied once */
struct header {
	u64 op;
	u64 addr;
	u64 size;
};

static void header_write(struct pool_page *page, u32 code, u64 addr, u64 size)
{
	struct portal_region *region = page->region;

	WRITE_ONCE(region->op, cpu_to_le64((u64)page->generation << 32 | code));
	WRITE_ONCE(region->addr, cpu_to_le64(addr));
	WRITE_ONCE(region->size, cpu_to_le64(size));
}

static void header_read(const struct pool_page *page, struct header *header)
{
	const struct portal_region *region = page->region;

	header->op = le64_to_cpu(READ_ONCE(region->op));
	header->addr = le64_to_cpu(READ_ONCE(region->addr));
	header->size = le64_to_cpu(READ_ONCE(region->size));
}

int session_open(struct guest_session *session, bool urgent)
{
	session->dead = false;
	return pool_get(urgent, &session->page);
}

int session_open_own(struct guest_session *session)
{
	session->dead = false;
	return pool_get_own(&session->page);
}

int session_open_now(struct guest_session *session)
{
	session->dead = false;
	return pool_get_now(&session->page);
}

void session_close(struct guest_session *session)
{
	pool_put(session->page);
	session->page = NULL;
}

static void answer_cancelled(struct op *op)
{
	op->resp = PORTAL_RESP_CANCELLED;
	op->result = -ECANCELED;
	op->cursor = 0;
}

static bool is_cancelled(const struct pool_page *page)
{
	return READ_ONCE(page->cancelled) == page->generation;
}

static bool is_killed(const struct guest_session *session)
{
	return !session->dead && fatal_signal_pending(current);
}

static bool has_ended(const struct guest_session *session)
{
	return is_killed(session) || is_cancelled(session->page);
}

/* A session that ended before or during the operation delivers no result. */
static void session_serve(const struct guest_session *session, const struct header *header)
{
	struct pool_page *page = session->page;
	struct op op = {
		.data = page->region->data,
		.room = PORTAL_DATA_SIZE,
		.scratch = page->scratch,
		.dead = session->dead,
	};

	if (!has_ended(session))
		dispatch_run(lower_32_bits(header->op), header->size, &op);
	if (has_ended(session))
		answer_cancelled(&op);
	header_write(page, op.resp, op.cursor, op.result);
}

static int session_verdict(struct pool_page *page, const struct header *header)
{
	if (dispatch_check(PORTAL_OP_VERDICT, header->size))
		return -EPROTO;
	memcpy(page->scratch, page->region->data, header->size);
	return header->size;
}

/*
 * The host's half of the session belongs to @cpu, which is offline. The host ends it, and the page
 * is free. If the host refuses that, the next session on the page is refused once.
 */
static int session_give_up(struct pool_page *page, unsigned int cpu)
{
	header_write(page, PORTAL_RESP_CANCELLED, 0, -ECANCELED);
	if (!doorbell_call(page->gpa, page->index, PORTAL_CALL_CANCEL))
		pr_debug("the host did not cancel the session on page %u\n", page->index);
	pr_warn_ratelimited("CPU %u went offline during a session of %s [%d]: it is cancelled\n",
			    cpu, current->comm, task_pid_nr(current));
	return -ENXIO;
}

static int session_loop(const struct guest_session *session, u32 call)
{
	struct pool_page *page = session->page;
	struct header header;
	unsigned int cpu;
	int err;

	if (!doorbell_call_from(page->gpa, page->index, call, &cpu))
		return -ENODEV;
	for (;;) {
		header_read(page, &header);
		if (upper_32_bits(header.op) != page->generation)
			return -EPROTO;
		if (lower_32_bits(header.op) == PORTAL_OP_NONE)
			return 0;
		if (lower_32_bits(header.op) == PORTAL_OP_VERDICT)
			return session_verdict(page, &header);
		session_serve(session, &header);
		err = doorbell_answer_from(page->gpa, page->index, cpu);
		if (err == -ENXIO)
			return session_give_up(page, cpu);
		if (err)
			return err;
		cond_resched();
	}
}

/* The host can cancel the session only after the first call, when it knows the generation. */
static void page_begin(struct pool_page *page)
{
	WRITE_ONCE(page->cancelled, page->generation);
	WRITE_ONCE(page->generation, page->generation + 1);
}

void session_cancel(u32 index, u32 generation)
{
	struct pool_page *page = pool_find(index);

	if (page && READ_ONCE(page->generation) == generation)
		WRITE_ONCE(page->cancelled, generation);
}

int session_run(struct guest_session *session, u32 call, u32 code, u32 size)
{
	struct pool_page *page = session->page;
	int err;

	page_begin(page);
	header_write(page, code, 0, size);
	err = session_loop(session, call);
	if (err >= 0 && is_killed(session))
		return -EINTR;
	return err > 0 && is_cancelled(page) ? -ECANCELED : err;
}
