/* SPDX-License-Identifier: MIT */
#include "portal.h"

#include "doorbell.h"

#define NR_OPERATIONS_MAX 32 /* in one portal_greet() */

_Alignas(PAGE_SIZE) volatile struct portal_region pool[NR_POOL_PAGES];
uint64_t nr_calls, nr_refused;
static uint32_t generations[NR_POOL_PAGES];

static bool count(bool served)
{
	nr_calls++;
	if (!served)
		nr_refused++;
	return served;
}

bool portal_call_gpa(uint64_t gpa, uint32_t kind)
{
	return count(doorbell_call(gpa, 0, kind));
}

bool portal_call_page(unsigned int page, uint32_t kind)
{
	return count(doorbell_call(gpa_of(&pool[page]), page, kind));
}

void portal_put(unsigned int page, uint32_t code, uint64_t addr, uint64_t size)
{
	pool[page].op = code | (uint64_t)generations[page] << 32;
	pool[page].addr = addr;
	pool[page].size = size;
}

void portal_open(unsigned int page, uint32_t code, uint64_t size)
{
	generations[page]++;
	portal_put(page, code, 0, size);
}

uint32_t portal_operation(unsigned int page)
{
	return (uint32_t)pool[page].op;
}

struct portal_wire_request portal_request(unsigned int page)
{
	struct portal_wire_request request;

	memcpy(&request, portal_data(page), sizeof(request));
	return request;
}

struct portal_wire_hello *portal_hello(void)
{
	struct portal_wire_hello *hello = portal_data(0);

	portal_open(0, PORTAL_OPEN_HELLO, sizeof(*hello));
	memset(hello, 0, sizeof(*hello));
	hello->version = PORTAL_WIRE_VERSION;
	hello->nr_ranges = 1;
	hello->sources = 1u << PORTAL_SOURCE_SYSCALL;
	hello->ops[0] = PORTAL_BARE_OPS;
	hello->abi = GUEST_ABI;
	hello->compat_abi = GUEST_COMPAT_ABI;
	memcpy(hello->release, "6.1.0-bare", sizeof("6.1.0-bare"));
	memcpy(hello->module_version, "bare", sizeof("bare"));
	hello->ranges[0].gpa = gpa_of(pool);
	hello->ranges[0].nr_pages = NR_POOL_PAGES;
	return hello;
}

bool portal_answer(unsigned int page, int64_t size, uint64_t cursor)
{
	portal_put(page, PORTAL_RESP_DONE, cursor, (uint64_t)size);
	return portal_call_page(page, PORTAL_CALL_ANSWER);
}

bool portal_answer_serial(unsigned int page)
{
	static uint64_t serial;

	return portal_answer(page, 0, ++serial);
}

bool portal_answer_names(unsigned int page, const char *names, size_t len)
{
	memcpy(portal_data(page), names, len);
	return portal_answer(page, (int64_t)len, 0);
}

/* Return: the answer was served */
static bool answer_one(const char *names, size_t len, struct portal_hook *hook)
{
	switch (portal_operation(0)) {
	case PORTAL_OP_SYSCALL_NAMES:
		return portal_answer_names(0, names, portal_request(0).arg == GUEST_ABI ? len : 0);
	case PORTAL_OP_HOOK_ADD:
		if (hook && hook->wire.id == 0)
			memcpy(hook, (char *)portal_data(0) + sizeof(struct portal_wire_request),
			       sizeof(*hook));
		return portal_answer_serial(0);
	default:
		return portal_answer(0, 0, 0);
	}
}

bool portal_greet(const char *names, size_t len, struct portal_hook *ret_hook)
{
	if (ret_hook)
		memset(ret_hook, 0, sizeof(*ret_hook));
	portal_hello();
	if (!portal_call_page(0, PORTAL_CALL_HELLO))
		return false;
	for (unsigned int i = 0; i < NR_OPERATIONS_MAX; i++) {
		if (portal_operation(0) == PORTAL_OP_NONE)
			return true;
		if (!answer_one(names, len, ret_hook))
			return false;
	}
	return false;
}

struct portal_event *portal_event(unsigned int page, uint32_t kind)
{
	struct portal_event *event = portal_data(page);

	portal_open(page, PORTAL_OPEN_EVENT, sizeof(*event));
	memset(event, 0, sizeof(*event));
	event->header.kind = (uint16_t)kind;
	event->header.newest = 1;
	event->header.pid = 1;
	event->header.tid = 1;
	event->header.nr_hooks = 1;
	memcpy(event->header.comm, "bare", sizeof("bare"));
	event->hook = UINT32_MAX;
	event->call.abi = GUEST_ABI;
	event->call.pointer_size = 8;
	event->call.nr_args = 6;
	return event;
}
