/* SPDX-License-Identifier: MIT */
#include "portal/event.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cold.h"

#define MAX_ERRNO 4095
#define ALIGNMENT 8

/* the bytes that are not parsed yet */
struct rest {
	uint8_t *at;
	size_t size;
};

/* Take @size bytes off the front. Return: them; NULL: there are fewer. */
static void *take(struct rest *rest, size_t size)
{
	uint8_t *at = rest->at;

	if (size > rest->size)
		return NULL;
	rest->at += size;
	rest->size -= size;
	return at;
}

/* ---- the header and the ids ---- */

static bool is_header_valid(const struct guest_event *event, const struct portal_wire_event *wire)
{
	return event->context <= PORTAL_CONTEXT_IRQ && event->nr_hooks - 1 < PORTAL_MAX_HOOKS &&
	       !((event->flags & ~PORTAL_EVENT_FLAGS) | wire->reserved |
		 wire->comm[sizeof(wire->comm) - 1]);
}

static int parse_header(const struct portal_wire_event *wire, struct guest_event *event)
{
	event->kind = le16toh(wire->kind);
	event->context = le16toh(wire->context);
	event->flags = le32toh(wire->flags);
	event->pid = le32toh(wire->pid);
	event->tid = le32toh(wire->tid);
	event->cpu = le32toh(wire->cpu);
	event->newest = le64toh(wire->newest);
	event->start_time = le64toh(wire->start_time);
	event->pgd = le64toh(wire->pgd);
	event->comm = (const char *)wire->comm;
	event->nr_hooks = le32toh(wire->nr_hooks);
	event->items = (struct fetched){ 0 };
	return is_header_valid(event, wire) ? 0 : -EPROTO;
}

static bool is_repeated(const struct guest_event *event, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (event->hooks[i] == event->hooks[n])
			return true;
	return false;
}

/* Most events are for one hook. Return: 0; -EPROTO. */
static int parse_one_id(const uint8_t *ids, struct guest_event *event)
{
	event->hooks[0] = get_le32(ids);
	return event->hooks[0] != 0 && get_le32(ids + 4) == 0 ? 0 : -EPROTO;
}

static int parse_ids(struct rest *rest, struct guest_event *event)
{
	const uint8_t *ids = take(rest, align_up(4 * event->nr_hooks, ALIGNMENT));

	if (!ids)
		return -EPROTO;
	if (event->nr_hooks == 1)
		return parse_one_id(ids, event);
	for (uint32_t i = 0; i < event->nr_hooks; i++) {
		event->hooks[i] = get_le32(ids + 4 * i);
		if (event->hooks[i] == 0 || is_repeated(event, i))
			return -EPROTO;
	}
	if (event->nr_hooks % 2 != 0 && get_le32(ids + 4 * event->nr_hooks) != 0)
		return -EPROTO;
	return 0;
}

/* ---- bodies ---- */

static int parse_regs(struct rest *rest, uint32_t nr, struct syscall_body *call)
{
	call->regs = NULL;
	if (nr == 0)
		return 0;
	if (nr != PORTAL_NR_REGS)
		return -EPROTO;
	call->regs = take(rest, PORTAL_NR_REGS * sizeof(uint64_t));
	return call->regs ? 0 : -EPROTO;
}

static bool is_end_valid(const struct syscall_body *call)
{
	return call->end <=
	       (call->is_return ? PORTAL_CALL_END_RESTARTS : PORTAL_CALL_END_NO_RETURN);
}

static int parse_call(struct rest *rest, bool is_return, const struct hello *hello,
		      struct syscall_body *call)
{
	const struct portal_wire_syscall *wire = take(rest, sizeof(*wire));

	if (!wire)
		return -EPROTO;
	call->is_return = is_return;
	call->abi = le16toh(wire->abi);
	call->is_compat = call->abi == hello->compat_abi;
	call->nr = le32toh(wire->nr);
	call->pointer_size = wire->pointer_size;
	call->byte_order = wire->byte_order;
	call->nr_args = wire->nr_args;
	call->end = wire->end;
	call->flags = le16toh(wire->flags);
	call->base = le64toh(wire->base);
	call->ret = (int64_t)le64toh(wire->ret);
	call->pc = le64toh(wire->pc);
	for (size_t i = 0; i < PORTAL_NR_ARGS; i++)
		call->args[i] = le64toh(wire->args[i]);
	if (call->abi == PORTAL_ABI_NONE || call->flags & ~PORTAL_SYSCALL_FLAGS ||
	    call->byte_order > PORTAL_BIG_ENDIAN || call->nr_args > PORTAL_NR_ARGS)
		return -EPROTO;
	if ((call->pointer_size != 4 && call->pointer_size != 8) || !is_end_valid(call))
		return -EPROTO;
	return parse_regs(rest, le32toh(wire->nr_regs), call);
}

static int parse_syscall(struct rest *rest, uint32_t nr_items, const struct hello *hello,
			 struct guest_event *event)
{
	int ret = parse_call(rest, event->kind == PORTAL_EVENT_SYSCALL_RETURN, hello, &event->call);

	if (ret == 0 && (nr_items | rest->size) != 0)
		ret = fetched_parse(rest->at, rest->size, nr_items, &event->items);
	event->items.abi = event->call.abi;
	return ret;
}

cold_fn static int parse_error(struct rest *rest, const struct hello *hello,
			       struct guest_event *event)
{
	const struct portal_wire_error *wire = take(rest, sizeof(*wire));
	uint32_t kind;

	if (!wire || wire->reserved != 0 || event->nr_hooks != 1)
		return -EPROTO;
	kind = le16toh(wire->kind);
	event->error.err = (int)le32toh(wire->err);
	event->error.addr = le64toh(wire->addr);
	if (event->error.err >= 0 || event->error.err < -MAX_ERRNO)
		return -EPROTO;
	if (kind != PORTAL_EVENT_SYSCALL_ENTER && kind != PORTAL_EVENT_SYSCALL_RETURN)
		return -EPROTO;
	return parse_call(rest, kind == PORTAL_EVENT_SYSCALL_RETURN, hello, &event->call);
}

cold_fn static int parse_missed(struct rest *rest, struct guest_event *event)
{
	const struct portal_wire_missed *wire = take(rest, sizeof(*wire));

	if (!wire)
		return -EPROTO;
	event->missed.reason = le32toh(wire->reason);
	event->missed.kind = le32toh(wire->kind);
	event->missed.nr = le32toh(wire->nr);
	event->missed.abi = le32toh(wire->abi);
	event->missed.count = le64toh(wire->count);
	if (event->missed.reason < PORTAL_MISSED_NO_PAGE ||
	    event->missed.reason > PORTAL_MISSED_REFUSED || event->missed.count == 0)
		return -EPROTO;
	return 0;
}

/* ---- an event ---- */

int event_parse(void *data, size_t size, const struct hello *hello, struct guest_event *ret_event)
{
	struct rest rest = { .at = data, .size = size };
	const struct portal_wire_event *wire = take(&rest, sizeof(*wire));
	uint32_t nr_items;
	int ret;

	if (!wire || parse_header(wire, ret_event) < 0 || parse_ids(&rest, ret_event) < 0)
		return -EPROTO;
	nr_items = le32toh(wire->nr_items);
	switch (ret_event->kind) {
	case PORTAL_EVENT_SYSCALL_ENTER:
	case PORTAL_EVENT_SYSCALL_RETURN:
		return parse_syscall(&rest, nr_items, hello, ret_event);
	case PORTAL_EVENT_ERROR:
		ret = parse_error(&rest, hello, ret_event);
		break;
	case PORTAL_EVENT_MISSED:
		ret = parse_missed(&rest, ret_event);
		break;
	default:
		return 0;
	}
	if (ret < 0 || nr_items != 0 || rest.size != 0)
		return -EPROTO;
	return 0;
}
