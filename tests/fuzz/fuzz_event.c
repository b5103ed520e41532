/* SPDX-License-Identifier: MIT */
/* Hostile hellos and events: those that are accepted must be as their headers describe them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "portal/event.h"
#include "portal/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_ranges(const struct page_ranges *ranges)
{
	size_t nr_pages = 0;

	check(ranges->nr > 0 && ranges->nr <= PORTAL_MAX_RANGES);
	for (size_t i = 0; i < ranges->nr; i++) {
		check(ranges->range[i].gpa.value % PORTAL_PAGE_SIZE == 0);
		nr_pages += ranges->range[i].nr_pages;
	}
	check(nr_pages == ranges->nr_pages && nr_pages <= PORTAL_MAX_PAGES);
}

static void check_hello(const struct hello *hello)
{
	check(strlen(hello->release) < sizeof(hello->release));
	check(strlen(hello->module_version) < sizeof(hello->module_version));
	check_ranges(&hello->pool);
}

/* Reads of the items must stay inside them. */
static void check_items(struct guest_event *event)
{
	const struct syscall_body *call = &event->call;
	char buf[256];

	for (size_t i = 0; i < PORTAL_NR_ARGS; i++) {
		check(fetched_read(&event->items, call->args[i], buf, sizeof(buf)) <=
		      (ssize_t)sizeof(buf));
		check(fetched_read_str(&event->items, call->args[i], buf, sizeof(buf)) <=
		      (ssize_t)sizeof(buf));
		(void)fetched_fd_name(&event->items, (int)call->args[i], buf, sizeof(buf));
		fetched_write(&event->items, call->args[i], buf, (size_t)(call->pc % sizeof(buf)));
	}
	(void)fetched_args(&event->items, buf, sizeof(buf));
}

static void check_call(const struct syscall_body *call, const uint8_t *bytes, size_t size)
{
	check(call->pointer_size == 4 || call->pointer_size == 8);
	check(call->nr_args <= PORTAL_NR_ARGS && call->end <= PORTAL_CALL_END_RESTARTS);
	check(!call->regs || call->regs + 8 * PORTAL_NR_REGS <= bytes + size);
}

static void check_event(struct guest_event *event, const uint8_t *bytes, size_t size)
{
	check(strlen(event->comm) < PORTAL_COMM_SIZE);
	check(event->nr_hooks > 0 && event->nr_hooks <= PORTAL_MAX_HOOKS);
	for (uint32_t i = 0; i < event->nr_hooks; i++)
		check(event->hooks[i] != 0);
	if (event_is_call(event) || event->kind == PORTAL_EVENT_ERROR)
		check_call(&event->call, bytes, size);
	if (event_is_call(event))
		check_items(event);
	if (event->kind == PORTAL_EVENT_ERROR)
		check(event->error.err < 0 && event->error.err >= -4095);
	if (event->kind == PORTAL_EVENT_MISSED)
		check(event->missed.count > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hello guest = { .abi = PORTAL_ABI_X86_64,
					    .compat_abi = PORTAL_ABI_I386 };
	_Alignas(8) uint8_t copy[PORTAL_DATA_SIZE];
	struct page_ranges ranges;
	struct guest_event event;
	struct hello hello;

	if (size > sizeof(copy))
		return 0;
	memcpy(copy, data, size);
	if (hello_parse(data, size, &hello) == 0)
		check_hello(&hello);
	if (hello_parse_grow(data, size, &ranges) == 0)
		check_ranges(&ranges);
	if (event_parse(copy, size, &guest, &event) == 0)
		check_event(&event, copy, size);
	return 0;
}
