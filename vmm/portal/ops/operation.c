/* SPDX-License-Identifier: MIT */
#include "portal/ops/operation.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <portal/ops.h>
#include <portal/wire.h>
#include <string.h>

#include "base/bytes.h"
#include "portal/task_mem/direct.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The result of a transfer that @err ended after @done bytes. Only a fault gives a short count. */
static ssize_t transfer_result(size_t done, int err)
{
	return err == -EFAULT && done > 0 ? (ssize_t)done : err;
}

ssize_t op_read(struct session *session, uint64_t gva, void *buf, size_t len)
{
	struct session_answer answer;
	size_t done = 0;

	for (;;) {
		size_t want;
		int ret;

		done += direct_read(session, gva + done, (uint8_t *)buf + done, len - done);
		if (done == len)
			return (ssize_t)done;
		want = least(len - done, PORTAL_DATA_SIZE);
		ret = session_call(session,
				   &(struct session_request){ .op = PORTAL_OP_READ,
							      .addr = gva + done,
							      .arg = want,
							      .most = want },
				   &answer);
		if (ret < 0)
			return transfer_result(done, ret);
		session_payload(session, (uint8_t *)buf + done, answer.result);
		session_count_read(session, answer.result);
		done += answer.result;
		if (answer.result < want)
			return transfer_result(done, -EFAULT);
	}
}

ssize_t op_write(struct session *session, uint64_t gva, const void *buf, size_t len)
{
	struct session_answer answer;
	size_t done = 0;

	for (;;) {
		size_t want;
		int ret;

		done += direct_write(session, gva + done, (const uint8_t *)buf + done, len - done);
		if (done == len)
			return (ssize_t)done;
		want = least(len - done, PORTAL_REQUEST_ROOM);
		ret = session_call(session,
				   &(struct session_request){ .op = PORTAL_OP_WRITE,
							      .addr = gva + done,
							      .data = (const uint8_t *)buf + done,
							      .len = want,
							      .most = want },
				   &answer);
		if (ret < 0)
			return transfer_result(done, ret);
		session_count_write(session, answer.result);
		done += answer.result;
		if (answer.result < want)
			return transfer_result(done, -EFAULT);
	}
}

/*
 * Run an operation that delivers a text of unknown length in pieces, until @buf is full.
 * @request: request of the first piece
 * @sized: its size field is the number of bytes to deliver
 * @ret_ended: whether the text ends within @buf
 * Return: bytes in @buf, or session_call()'s errors.
 */
static ssize_t collect(struct session *session, struct session_request request, bool sized,
		       char *buf, size_t len, bool *ret_ended)
{
	struct session_answer answer;
	size_t done = 0;

	*ret_ended = false;
	while (done < len && !*ret_ended) {
		size_t take;
		int ret;

		if (sized)
			request.arg = least(len - done, PORTAL_DATA_SIZE);
		request.most = sized ? request.arg : PORTAL_DATA_SIZE;
		ret = session_call(session, &request, &answer);
		if (ret < 0)
			return ret;
		*ret_ended = answer.cursor == 0;
		if (!*ret_ended &&
		    (answer.result == 0 || answer.cursor != request.addr + answer.result))
			return session_fail(session);
		take = answer.result < len - done ? answer.result : len - done;
		/* if the answer has more bytes than fit, the text does not end within @buf */
		*ret_ended = *ret_ended && take == answer.result;
		session_payload(session, buf + done, take);
		done += take;
		request.addr = answer.cursor;
	}
	return (ssize_t)done;
}

/* Terminate @n collected bytes in @buf. Return: the length, or @len if the text was truncated. */
static ssize_t finish_text(char *buf, size_t len, ssize_t n, bool complete)
{
	if (n < 0)
		return n;
	if (complete && (size_t)n < len) {
		buf[n] = '\0';
		return n;
	}
	buf[len - 1] = '\0';
	return (ssize_t)len;
}

ssize_t op_read_str(struct session *session, uint64_t gva, char *buf, size_t len)
{
	struct session_request request = { .op = PORTAL_OP_READ_STR };
	bool complete;
	size_t present;
	ssize_t n;

	assert(len > 0);
	present = direct_read_str(session, gva, buf, len, &complete);
	if (complete || present == len)
		return finish_text(buf, len, (ssize_t)present, complete);
	request.addr = gva + present;
	n = collect(session, request, true, buf + present, len - present, &complete);
	if (n < 0)
		return n;
	session_count_read(session, (uint64_t)n);
	if (memchr(buf + present, '\0', (size_t)n))
		return session_fail(session);
	return finish_text(buf, len, (ssize_t)present + n, complete);
}

ssize_t op_fd_name(struct session *session, int fd, char *buf, size_t len)
{
	const struct session_request request = { .op = PORTAL_OP_FD_NAME, .arg = (uint32_t)fd };
	bool complete;
	ssize_t n;

	assert(len > 0);
	n = collect(session, request, false, buf, len, &complete);
	return finish_text(buf, len, n, complete);
}

/* Read an area of NUL-separated strings, without its last NUL. */
static ssize_t read_area(struct session *session, uint32_t op, char *buf, size_t len)
{
	const struct session_request request = { .op = op };
	bool complete;
	ssize_t n;

	assert(len > 0);
	n = collect(session, request, false, buf, len, &complete);
	if (n > 0 && complete && buf[n - 1] == '\0')
		n--;
	return finish_text(buf, len, n, complete);
}

ssize_t op_proc_args(struct session *session, char *buf, size_t len)
{
	return read_area(session, PORTAL_OP_PROC_ARGS, buf, len);
}

ssize_t op_proc_env(struct session *session, char *buf, size_t len)
{
	return read_area(session, PORTAL_OP_PROC_ENV, buf, len);
}

int op_proc_pid(struct session *session)
{
	const struct session_request request = { .op = PORTAL_OP_PROC_PID, .most = INT_MAX };
	struct session_answer answer;
	int ret = session_call(session, &request, &answer);

	return ret < 0 ? ret : (int)answer.result;
}

int op_user_regs(struct session *session, uint32_t abi, uint64_t ret_regs[static PORTAL_NR_REGS])
{
	const struct session_request request = {
		.op = PORTAL_OP_USER_REGS,
		.arg = abi,
		.most = PORTAL_NR_REGS * sizeof(*ret_regs),
	};
	struct session_answer answer;
	int ret = session_call(session, &request, &answer);

	if (ret < 0)
		return ret;
	if (answer.result < request.most)
		return session_fail(session);
	session_payload(session, ret_regs, request.most);
	for (size_t i = 0; i < PORTAL_NR_REGS; i++)
		ret_regs[i] = le64toh(ret_regs[i]);
	return 0;
}

/* Run an operation whose only valid result is 0. */
static int call_plain(struct session *session, struct session_request request)
{
	struct session_answer answer;

	request.most = 0;
	return session_call(session, &request, &answer);
}

int op_welcome(struct session *session, uint64_t features)
{
	const struct portal_wire_welcome welcome = {
		.version = htole32(PORTAL_WIRE_VERSION),
		.features = htole64(features),
	};

	return call_plain(session, (struct session_request){ .op = PORTAL_OP_WELCOME,
							     .data = &welcome,
							     .len = sizeof(welcome) });
}

int op_syscall_names(struct session *session, uint32_t abi, uint32_t first, char *buf,
		     size_t *ret_len, uint32_t *ret_next)
{
	const struct session_request request = {
		.op = PORTAL_OP_SYSCALL_NAMES,
		.addr = first,
		.arg = abi,
		.most = PORTAL_DATA_SIZE,
	};
	struct session_answer answer;
	int ret = session_call(session, &request, &answer);

	if (ret < 0)
		return ret;
	session_payload(session, buf, answer.result);
	if (answer.result > 0 && buf[answer.result - 1] != '\0')
		return session_fail(session);
	if (answer.cursor != 0 && (answer.cursor <= first || answer.cursor > UINT32_MAX))
		return session_fail(session);
	*ret_len = answer.result;
	*ret_next = (uint32_t)answer.cursor;
	return 0;
}

int op_hook_add(struct session *session, const void *data, size_t len, struct hook_added *ret_added)
{
	const struct session_request request = { .op = PORTAL_OP_HOOK_ADD,
						 .data = data,
						 .len = len };
	struct session_answer answer = { .cursor = 0 };
	int ret = session_call(session, &request, &answer);

	*ret_added = (struct hook_added){ 0 };
	if (ret < 0) {
		ret_added->refused = answer.cursor;
		return ret;
	}
	if (answer.cursor == 0)
		return session_fail(session);
	ret_added->serial = answer.cursor;
	return 0;
}

int op_hook_del(struct session *session, uint32_t id)
{
	return call_plain(session,
			  (struct session_request){ .op = PORTAL_OP_HOOK_DEL, .addr = id });
}

int op_hook_enable(struct session *session, uint32_t id, bool on)
{
	return call_plain(session, (struct session_request){
					   .op = PORTAL_OP_HOOK_ENABLE, .addr = id, .arg = on });
}

int op_rule_open(struct session *session, struct portal_rule_slot **ret_slots)
{
	const struct session_request request = { .op = PORTAL_OP_RULE_OPEN };
	struct session_answer answer;
	int ret = session_call(session, &request, &answer);
	void *slots;

	if (ret < 0)
		return ret;
	slots = session_memory(session, GPA(answer.cursor),
			       PORTAL_MAX_RULES * sizeof(struct portal_rule_slot));
	if (!slots)
		return session_fail(session);
	*ret_slots = slots;
	return 0;
}

int op_rule_add(struct session *session, const void *data, size_t len)
{
	return call_plain(session, (struct session_request){
					   .op = PORTAL_OP_RULE_ADD, .data = data, .len = len });
}

int op_rule_del(struct session *session, uint32_t slot)
{
	return call_plain(session,
			  (struct session_request){ .op = PORTAL_OP_RULE_DEL, .addr = slot });
}

int op_trace_open(struct session *session, uint32_t size)
{
	const struct session_request request = {
		.op = PORTAL_OP_TRACE_OPEN,
		.arg = size,
		.most = PORTAL_MAX_TRACE_RINGS * sizeof(uint64_t),
	};
	uint64_t gpas[PORTAL_MAX_TRACE_RINGS];
	struct session_answer answer;
	int ret = session_call(session, &request, &answer);

	if (ret < 0)
		return ret;
	if (answer.result % sizeof(gpas[0]) != 0)
		return session_fail(session);
	session_payload(session, gpas, answer.result);
	for (size_t i = 0; i < answer.result / sizeof(gpas[0]); i++)
		gpas[i] = le64toh(gpas[i]);
	return session_open_trace(session, gpas, answer.result / sizeof(gpas[0]), size);
}
