/* SPDX-License-Identifier: MIT */
#include "fake/session.h"

#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "fake/serve.h"

static uint64_t op_word(uint32_t code, uint32_t generation)
{
	return htole64(code | (uint64_t)generation << 32);
}

struct portal_region *fake_session_region(struct fake_session *session)
{
	return fake_slice(session->guest, fake_page_gpa(session->guest, session->page),
			  PORTAL_PAGE_SIZE);
}

uint32_t fake_session_op(struct fake_session *session)
{
	return (uint32_t)le64toh(fake_session_region(session)->op);
}

struct portal_wire_request fake_session_request(struct fake_session *session)
{
	struct portal_wire_request request;

	memcpy(&request, fake_session_region(session)->data, sizeof(request));
	return request;
}

/* ---- pages ---- */

static bool take_page(struct fake_session *session, bool is_report)
{
	struct fake_guest *guest = session->guest;
	bool found = false;

	pthread_mutex_lock(&guest->lock);
	for (size_t i = 0; i < guest->nr_pages && !found; i++) {
		if (guest->taken[i] || (guest->keeps_page && i == 0 && !is_report))
			continue;
		guest->taken[i] = true;
		session->page = i;
		/* the host may not expect that generations differ, except from the previous one */
		session->generation = ++guest->generation[i];
		found = true;
	}
	pthread_mutex_unlock(&guest->lock);
	return found;
}

static bool get_page(struct fake_session *session, bool is_report)
{
	if (take_page(session, is_report))
		return true;
	return session->guest->nr_spare > 0 && fake_grow(session->guest, session->vcpu, 1) == 0 &&
	       take_page(session, is_report);
}

void fake_session_drop(struct fake_session *session)
{
	pthread_mutex_lock(&session->guest->lock);
	session->guest->taken[session->page] = false;
	pthread_mutex_unlock(&session->guest->lock);
}

/* ---- calls ---- */

static int open_session(struct fake_session *session, uint32_t code, const void *payload,
			size_t size, bool is_report)
{
	struct portal_region *region;

	if (!get_page(session, is_report))
		return -1;
	region = fake_session_region(session);
	region->op = op_word(code, session->generation);
	region->addr = 0;
	region->size = htole64(size);
	if (size > 0)
		memcpy(region->data, payload, size);
	session->opened = *region;
	fake_session_call(session, session->kind);
	return 0;
}

static void init(struct fake_session *session, struct fake_guest *guest, struct fake_task *task,
		 unsigned int vcpu, uint32_t kind)
{
	memset(session, 0, offsetof(struct fake_session, verdict));
	session->guest = guest;
	session->task = task;
	session->vcpu = vcpu;
	session->kind = kind;
}

int fake_session_open(struct fake_session *session, struct fake_guest *guest,
		      struct fake_task *task, unsigned int vcpu, uint32_t kind, uint32_t code,
		      const void *payload, size_t size)
{
	init(session, guest, task, vcpu, kind);
	return open_session(session, code, payload, size, false);
}

int fake_session_open_report(struct fake_session *session, struct fake_guest *guest,
			     struct fake_task *task, unsigned int vcpu, const void *payload,
			     size_t size)
{
	init(session, guest, task, vcpu, PORTAL_CALL_EVENT);
	return open_session(session, PORTAL_OPEN_EVENT, payload, size, true);
}

void fake_session_reopen(struct fake_session *session)
{
	pthread_mutex_lock(&session->guest->lock);
	session->guest->taken[session->page] = true;
	session->guest->generation[session->page] = session->generation;
	pthread_mutex_unlock(&session->guest->lock);
	session->verdict_size = 0;
	session->calls = 0;
	*fake_session_region(session) = session->opened;
	fake_session_call(session, session->kind);
}

static void read_reply(struct fake_session *session)
{
	const struct portal_region *region = fake_session_region(session);
	uint64_t op = le64toh(region->op);

	if (op >> 32 != session->generation) {
		session->state = FAKE_REFUSED;
		session->error = -EPROTO;
		return;
	}
	session->state = FAKE_REQUESTED;
	if ((uint32_t)op == PORTAL_OP_NONE)
		session->state = FAKE_ENDED;
	if ((uint32_t)op != PORTAL_OP_VERDICT)
		return;
	session->state = FAKE_ENDED;
	session->verdict_size = le64toh(region->size);
	if (session->verdict_size > PORTAL_DATA_SIZE)
		session->verdict_size = 0;
	memcpy(session->verdict, region->data, session->verdict_size);
}

void fake_session_call(struct fake_session *session, uint32_t kind)
{
	struct fake_guest *guest = session->guest;
	int ret = guest->call(guest->call_ctx, session->vcpu, fake_page_gpa(guest, session->page),
			      kind);

	session->calls++;
	if (ret == 0) {
		read_reply(session);
		return;
	}
	session->state = FAKE_REFUSED;
	session->error = ret;
}

int fake_session_cancel(struct fake_session *session, unsigned int vcpu)
{
	struct fake_guest *guest = session->guest;
	int ret;

	fake_session_region(session)->op = op_word(0, session->generation);
	ret = guest->call(guest->call_ctx, vcpu, fake_page_gpa(guest, session->page),
			  PORTAL_CALL_CANCEL);
	session->calls++;
	session->state = ret == 0 ? FAKE_ENDED : FAKE_REFUSED;
	session->error = ret;
	session->verdict_size = 0;
	fake_session_drop(session);
	return ret;
}

/* ---- answers ---- */

static bool is_cancelled(struct fake_session *session)
{
	struct fake_guest *guest = session->guest;
	bool is_meant;

	if (session->task && session->task->killed)
		return true;
	pthread_mutex_lock(&guest->lock);
	is_meant = guest->cancelled[session->page] &&
		   guest->cancel_generation[session->page] == session->generation;
	pthread_mutex_unlock(&guest->lock);
	return is_meant;
}

void fake_session_serve(struct fake_session *session)
{
	const struct fake_caller caller = {
		.guest = session->guest,
		.task = session->task,
		.context = session->context,
		.is_work = session->kind == PORTAL_CALL_WORK,
		.no_memory = session->no_memory,
	};
	struct portal_region *region = fake_session_region(session);
	uint32_t answer = PORTAL_RESP_CANCELLED;

	if (is_cancelled(session)) {
		region->addr = 0;
		region->size = htole64((uint64_t)-ECANCELED);
	} else {
		answer = fake_serve(&caller, region);
	}
	region->op = op_word(answer, session->generation);
	if (session->guest->tamper)
		session->guest->tamper(session->guest->tamper_ctx, region);
}

void fake_session_step(struct fake_session *session)
{
	fake_session_serve(session);
	fake_session_call(session,
			  session->is_away ? PORTAL_CALL_ANSWER_REMOTE : PORTAL_CALL_ANSWER);
}

void fake_session_step_remote(struct fake_session *session)
{
	fake_session_serve(session);
	fake_session_call(session, PORTAL_CALL_ANSWER_REMOTE);
}

void fake_session_finish(struct fake_session *session)
{
	while (session->state == FAKE_REQUESTED)
		fake_session_step(session);
	fake_session_drop(session);
}
