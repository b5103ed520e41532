/* SPDX-License-Identifier: MIT */
/* Hostile hellos and events: those that are accepted must be as portal/event.h describes them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "portal/event.h"

/* Reads of the items must stay inside them. */
static void check_items(struct syscall_event *call)
{
	char buf[256];

	for (size_t i = 0; i < PORTAL_NR_ARGS; i++) {
		if (fetched_read(&call->items, call->args[i], buf, sizeof(buf)) >
		    (ssize_t)sizeof(buf))
			abort();
		if (fetched_read_str(&call->items, call->args[i], buf, sizeof(buf)) >
		    (ssize_t)sizeof(buf))
			abort();
		(void)fetched_fd_name(&call->items, (int)call->args[i], buf, sizeof(buf));
		fetched_write(&call->items, call->args[i], buf, (size_t)(call->pc % sizeof(buf)));
	}
	(void)fetched_args(&call->items, buf, sizeof(buf));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_hello(const struct hello *hello)
{
	size_t nr_pages = 0;

	if (hello->nr_ranges == 0 || hello->nr_ranges > PORTAL_MAX_RANGES)
		abort();
	if (strlen(hello->release) >= sizeof(hello->release) ||
	    strlen(hello->module_version) >= sizeof(hello->module_version))
		abort();
	for (size_t i = 0; i < hello->nr_ranges; i++) {
		if (hello->ranges[i].gpa.value % PORTAL_PAGE_SIZE != 0)
			abort();
		nr_pages += hello->ranges[i].nr_pages;
	}
	if (nr_pages != hello->nr_pages || nr_pages > PORTAL_MAX_PAGES)
		abort();
}

static void check_call(const struct syscall_event *call)
{
	if (strlen(call->comm) >= sizeof(call->comm))
		abort();
	if (call->abi != (call->is_compat ? PORTAL_ABI_I386 : PORTAL_ABI_X86_64))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hello guest = { .abi = PORTAL_ABI_X86_64,
					    .compat_abi = PORTAL_ABI_I386 };
	struct hello hello;
	struct syscall_event call;
	struct syscall_error error;
	uint8_t copy[PORTAL_DATA_SIZE];

	if (size > sizeof(copy))
		return 0;
	memcpy(copy, data, size);
	if (event_parse_hello(data, size, &hello) == 0)
		check_hello(&hello);
	if (event_parse_call(copy, size, &guest, &call) == 0) {
		check_call(&call);
		check_items(&call);
	}
	if (event_parse_error(data, size, &guest, &error) == 0) {
		check_call(&error.call);
		if (error.err >= 0 || error.err < -4095)
			abort();
	}
	return 0;
}
