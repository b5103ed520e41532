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

struct portal_wire_hello *portal_hello(void)
{
	struct portal_wire_hello *hello = portal_data(0);

	portal_open(0, PORTAL_EVENT_HELLO, sizeof(*hello));
	memset(hello, 0, sizeof(*hello));
	hello->version = PORTAL_WIRE_VERSION;
	hello->nr_ranges = 1;
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

bool portal_answer_names(unsigned int page, const char *names, size_t len)
{
	memcpy(portal_data(page), names, len);
	return portal_answer(page, (int64_t)len, 0);
}

/* Return: the answer was served */
static bool answer_one(const char *names, size_t len, struct portal_wire_hook *hook)
{
	switch (portal_operation(0)) {
	case PORTAL_OP_SYSCALL_NAMES:
		return portal_answer_names(0, names, pool[0].size == GUEST_ABI ? len : 0);
	case PORTAL_OP_HOOK_ADD:
		if (hook && hook->id == 0)
			memcpy(hook, portal_data(0), sizeof(*hook));
		return portal_answer(0, 0, 0);
	default:
		return portal_answer(0, 0, 0);
	}
}

bool portal_greet(const char *names, size_t len, struct portal_wire_hook *ret_hook)
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

struct portal_wire_syscall *portal_event(unsigned int page, uint32_t code)
{
	struct portal_wire_syscall *call = portal_data(page);

	portal_open(page, code, sizeof(*call));
	memset(call, 0, sizeof(*call));
	call->abi = GUEST_ABI;
	call->pid = 1;
	call->tid = 1;
	memcpy(call->comm, "bare", sizeof("bare"));
	return call;
}
