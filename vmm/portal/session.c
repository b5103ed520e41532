/* SPDX-License-Identifier: MIT */
#include "portal/session.h"

#include <errno.h>
#include <endian.h>
#include <portal/ops.h>

#include "portal/pool.h"
#include "portal/session_state.h"
#include "portal/trace.h"

#define MAX_ERRNO 4095

bool session_is_over(const struct session *session)
{
	return session->over || atomic_load_explicit(&session->doomed, memory_order_acquire);
}

bool session_store(struct session *session, const struct region_header *header, const void *data,
		   size_t len)
{
	if (!session_access_begin(session))
		return false;
	region_store(session->page, header, data, len);
	session_access_end(session);
	return true;
}

int session_fail(struct session *session)
{
	if (!session->over)
		stats_add(&session->env->stats.protocol_errors, 1);
	session->over = true;
	session->status = -EPROTO;
	return -EPROTO;
}

/* The task is being killed. The guest still waits for the end of the session. */
static int accept_cancel(struct session *session)
{
	stats_add(&session->env->stats.cancelled, 1);
	session->over = true;
	return -ECANCELED;
}

static int check_result(struct session *session, uint64_t most, struct session_answer *ret_answer)
{
	int64_t result = (int64_t)session->header.size;

	if (result < -MAX_ERRNO || (result >= 0 && (uint64_t)result > most))
		return session_fail(session);
	ret_answer->cursor = session->header.addr;
	if (result < 0)
		return (int)result;
	ret_answer->result = (uint64_t)result;
	return 0;
}

static int check_answer(struct session *session, uint64_t most, struct session_answer *ret_answer)
{
	switch (session->header.code) {
	case PORTAL_RESP_DONE:
		return check_result(session, most, ret_answer);
	case PORTAL_RESP_UNKNOWN:
		return -EOPNOTSUPP;
	case PORTAL_RESP_INVALID:
		return -EINVAL;
	case PORTAL_RESP_CANCELLED:
		return accept_cancel(session);
	case PORTAL_RESP_CONTEXT:
		return -EWOULDBLOCK;
	default:
		return session_fail(session);
	}
}

int session_call(struct session *session, const struct session_request *request,
		 struct session_answer *ret_answer)
{
	struct region_header header = {
		.code = request->op,
		.generation = session->header.generation,
	};
	const struct portal_wire_request wire = {
		.addr = htole64(request->addr),
		.arg = htole64(request->arg),
		.flags = htole32(request->flags),
		.pid = htole32(request->pid),
		.start_time = htole64(request->start_time),
	};

	if (session_is_over(session))
		return -ECANCELED;
	if (!hello_has_op(&session->pool->hello, request->op))
		return -EOPNOTSUPP;
	if (!session_access_begin(session))
		return -ECANCELED;
	region_store_request(session->page, &header, &wire, request->data, request->len);
	session_access_end(session);
	stats_add(&session->env->stats.operations[request->op], 1);
	session->env->sink.on_suspend(session->env->sink.ctx, session);
	coro_yield(session->coro);
	session->env->sink.on_resume(session->env->sink.ctx, session);
	if (session_is_over(session))
		return -ECANCELED;
	return check_answer(session, request->most, ret_answer);
}

void session_payload(struct session *session, void *buf, size_t len)
{
	region_load_data(session->page, buf, len);
}

int session_open_trace(struct session *session, const uint64_t *gpas, size_t nr, uint32_t size)
{
	int ret;

	for (size_t i = 0; i < nr; i++)
		if (pool_overlaps(session->pool, GPA(gpas[i]), PORTAL_PAGE_SIZE + (uint64_t)size))
			return session_fail(session);
	if (!session_access_begin(session))
		return -ECANCELED;
	ret = trace_open(session->env->trace, &session->pool->hello, gpas, nr, size);
	session_access_end(session);
	return ret == -EPROTO ? session_fail(session) : ret;
}

void session_verdict(struct session *session, const void *data, size_t len)
{
	struct region_header *header = &session->header;

	header->code = PORTAL_OP_VERDICT;
	header->addr = 0;
	header->size = len;
	if (session->over || !session_store(session, header, data, len))
		return;
	session->ended_with = PORTAL_OP_VERDICT;
}

void session_set_user(struct session *session, void *user)
{
	session->user = user;
}

void *session_user(const struct session *session)
{
	return session->user;
}

void *session_memory(const struct session *session, gpa_t gpa, uint64_t len)
{
	void *memory = NULL;

	if (gpa.value % PORTAL_PAGE_SIZE == 0 && !pool_overlaps(session->pool, gpa, len))
		memory = session->env->ram.slice(session->env->ram.ctx, gpa, len);
	return memory;
}

void session_count_read(struct session *session, uint64_t bytes)
{
	stats_add(&session->env->stats.bytes_read, bytes);
}

void session_count_write(struct session *session, uint64_t bytes)
{
	stats_add(&session->env->stats.bytes_written, bytes);
}
