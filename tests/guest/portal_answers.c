/* SPDX-License-Identifier: MIT */
/* Accepts a hook (of the example memory_access), then sends invalid answers to its operations. */
#include "portal.h"

#define EFAULT 14

static struct portal_hook hook;
static uint64_t nr_invalid;

/* report the return of a read(); the first operation of the hook is then in page 1 */
static bool hooked_read(void)
{
	struct portal_event *event = portal_event(1, PORTAL_EVENT_SYSCALL_RETURN);

	event->header.newest = UINT64_MAX;
	event->hook = hook.wire.id;
	event->call.nr = hook.site.nr;
	event->call.args[1] = 0x1000;
	event->call.args[2] = 100;
	event->call.ret = 50;
	return portal_call_page(1, PORTAL_CALL_EVENT) && portal_operation(1) == PORTAL_OP_READ_STR;
}

static bool invalid_is_refused(uint32_t code, uint64_t size, uint64_t cursor)
{
	if (!hooked_read())
		return false;
	nr_invalid++;
	portal_put(1, code, cursor, size);
	return !portal_call_page(1, PORTAL_CALL_ANSWER) && !portal_call_page(1, PORTAL_CALL_ANSWER);
}

static void invalid_answers(void)
{
	check(invalid_is_refused(PORTAL_RESP_DONE, PORTAL_DATA_SIZE + 1, 0) &&
		      invalid_is_refused(PORTAL_RESP_DONE, PORTAL_DATA_SIZE, 0) &&
		      invalid_is_refused(PORTAL_RESP_DONE, INT64_MAX, 0),
	      "an answer longer than requested is refused");
	check(invalid_is_refused(PORTAL_RESP_DONE, -4096ull, 0) &&
		      invalid_is_refused(PORTAL_RESP_DONE, 1ull << 63, 0),
	      "an error outside the range of errno is refused");
	check(invalid_is_refused(0, 0, 0) && invalid_is_refused(PORTAL_OP_READ_STR, 0, 0) &&
		      invalid_is_refused(PORTAL_OPEN_EVENT, 0, 0) &&
		      invalid_is_refused(0xffffffff, 0, 0),
	      "an answer with a wrong code is refused");
	check(invalid_is_refused(PORTAL_RESP_DONE, 4, 0x1000) &&
		      invalid_is_refused(PORTAL_RESP_DONE, 4, 1),
	      "a cursor that jumps or goes back is refused");
}

/* Return: the number of bytes that the operation in page 1 asks for, or writes. */
static int64_t wanted_bytes(uint32_t op)
{
	if (op == PORTAL_OP_WRITE)
		return (int64_t)(pool[1].size - sizeof(struct portal_wire_request));
	return (int64_t)portal_request(1).arg;
}

/*
 * answer all operations: with error @size if it is negative, else with data of the requested size
 */
static bool answer_all(int64_t size)
{
	for (unsigned int i = 0; i < 100; i++) {
		uint32_t op = portal_operation(1);
		int64_t wanted;

		if (op == PORTAL_OP_NONE || op == PORTAL_OP_VERDICT)
			return true;
		wanted = wanted_bytes(op);
		memset(portal_data(1), 'x', PORTAL_DATA_SIZE);
		if (!portal_answer(1, size < 0 ? size : wanted, 0))
			return false;
	}
	return false;
}

static void valid_answers(void)
{
	check(hooked_read() && answer_all(-EFAULT), "a fault is a valid answer");
	check(hooked_read() && (portal_put(1, PORTAL_RESP_UNKNOWN, 0, -95ull), true) &&
		      portal_call_page(1, PORTAL_CALL_ANSWER),
	      "an unknown operation is a valid answer");
	check(hooked_read() && (portal_put(1, PORTAL_RESP_CONTEXT, 0, -11ull), true) &&
		      portal_call_page(1, PORTAL_CALL_ANSWER),
	      "an operation that is not possible in the context is a valid answer");
	check(hooked_read() && (portal_put(1, 0, 0, 0), true) &&
		      portal_call_page(1, PORTAL_CALL_CANCEL) &&
		      !portal_call_page(1, PORTAL_CALL_ANSWER),
	      "a guest may cancel a session");
	check(hooked_read() && answer_all(0), "the hook still works at the end");
}

void guest_main(void)
{
	static const char names[] = "read";

	if (!check(portal_greet(names, sizeof(names), &hook) && hook.wire.id != 0,
		   "a hook is installed"))
		return;
	invalid_answers();
	valid_answers();
	print_number("calls", nr_calls);
	print_number("refused", nr_refused);
	print_number("invalid", nr_invalid);
}
