/* SPDX-License-Identifier: MIT */
/* Calls at the wrong time, of the wrong kind, for the wrong page, and with invalid contents. */
#include "doorbell.h"
#include "portal.h"

static void before_hello(void)
{
	bool served = false;

	portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);
	for (uint32_t kind = PORTAL_CALL_EVENT; kind <= PORTAL_CALL_GROW; kind++)
		served |= portal_call_page(1, kind);
	check(!served, "before hello, no other call is served");
}

static void unknown_kinds(void)
{
	static const uint32_t kinds[] = UNKNOWN_CALLS;
	bool served = false;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		served |= portal_call_page(0, kinds[i]);
	check(!served, "unknown kinds are refused");
}

static void not_calls(void)
{
	portal_hello();
	doorbell_no_calls();
	check(portal_operation(0) == PORTAL_OPEN_HELLO,
	      "instructions that are not calls are not served");
}

static void bad_pages(void)
{
	const uint64_t bad[] = {
		guest_ram_end(), VIRTIO_BLK, PORTAL_DEVICE, MMIO_HOLE,
		IRQCHIP,	 1ull << 40, 1ull << 51,
	};
	bool served = false;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		served |= portal_call_gpa(bad[i], PORTAL_CALL_HELLO);
	check(!served, "a hello outside of memory is refused");
}

/* Return: the hello in page 0 is refused, and the page is not changed */
static bool hello_refused(void)
{
	uint64_t op = pool[0].op;

	return !portal_call_page(0, PORTAL_CALL_HELLO) && pool[0].op == op;
}

static bool range_refused(uint64_t gpa, uint32_t nr_pages, uint32_t reserved)
{
	struct portal_wire_hello *hello = portal_hello();

	hello->nr_ranges = 2;
	hello->ranges[1] = (struct portal_wire_range){ gpa, nr_pages, reserved };
	return hello_refused();
}

static void bad_ranges(void)
{
	uint64_t end = guest_ram_end(), pages = gpa_of(pool);

	check(range_refused(pages + PAGE_SIZE, 1, 0) && range_refused(pages - PAGE_SIZE, 2, 0) &&
		      range_refused(pages, NR_POOL_PAGES, 0),
	      "ranges that overlap are refused");
	check(range_refused(end, 1, 0) && range_refused(end - PAGE_SIZE, 2, 0) &&
		      range_refused(MMIO_HOLE, 1, 0) && range_refused(1ull << 52, 1, 0) &&
		      range_refused(-4096ull, 1, 0) && range_refused(-4096ull, 2, 0),
	      "ranges outside of memory are refused");
	check(range_refused(RAM_BASE + 0x800008, 1, 0) &&
		      range_refused(RAM_BASE + 0x800000, 0, 0) &&
		      range_refused(RAM_BASE + 0x800000, 1, 1),
	      "ranges that are unaligned, empty, or have reserved bits set are refused");
	check(range_refused(RAM_BASE + 0x800000, PORTAL_MAX_PAGES - NR_POOL_PAGES + 1, 0) &&
		      range_refused(RAM_BASE + 0x800000, 0xffffffff, 0),
	      "more pages than allowed in a pool are refused");
}

static bool nr_ranges_refused(uint32_t nr)
{
	portal_hello()->nr_ranges = nr;
	return hello_refused();
}

static bool size_refused(uint64_t size)
{
	portal_hello();
	pool[0].size = size;
	return hello_refused();
}

static void bad_hellos(void)
{
	struct portal_wire_hello *hello;

	check(nr_ranges_refused(0) && nr_ranges_refused(PORTAL_MAX_RANGES + 1) &&
		      nr_ranges_refused(0xffffffff),
	      "an invalid number of ranges is refused");
	check(size_refused(0) && size_refused(4) && size_refused(sizeof(*hello) - 1) &&
		      size_refused(sizeof(*hello) + 1) && size_refused(PORTAL_DATA_SIZE + 1) &&
		      size_refused(-1ull) && size_refused(1ull << 63),
	      "a hello of a wrong size is refused");
	portal_hello()->ranges[0].gpa += PAGE_SIZE;
	check(hello_refused(), "a hello from a page outside its ranges is refused");
	hello = portal_hello();
	memset(hello->release, 'x', sizeof(hello->release));
	check(hello_refused(), "a release without a NUL is refused");
	hello = portal_hello();
	hello->abi = PORTAL_ABI_NONE;
	check(hello_refused(), "a hello without an ABI is refused");
	portal_hello();
	portal_put(0, PORTAL_OP_NONE, 0, sizeof(*hello));
	check(hello_refused(), "a hello with a wrong code is refused");
	portal_hello()->version = PORTAL_WIRE_VERSION + 1;
	check(portal_call_page(0, PORTAL_CALL_HELLO) && portal_operation(0) == PORTAL_OP_NONE,
	      "a hello of another version is served without hooks");
}

static void sessions(void)
{
	portal_hello();
	check(portal_call_page(0, PORTAL_CALL_HELLO) && portal_operation(0) == PORTAL_OP_WELCOME,
	      "a valid hello is welcomed");
	portal_put(0, PORTAL_RESP_DONE, 0, 0);
	pool[0].op += 1ull << 32;
	check(!portal_call_page(0, PORTAL_CALL_ANSWER),
	      "an answer of another generation is refused");
	check(!portal_call_page(1, PORTAL_CALL_ANSWER), "an answer without a session is refused");
	portal_event(0, PORTAL_EVENT_SYSCALL_ENTER);
	check(!portal_call_page(0, PORTAL_CALL_EVENT),
	      "an event on a page with an open session is refused");
	check(!portal_call_page(0, PORTAL_CALL_ANSWER), "the event has ended that session");
	portal_hello();
	check(portal_call_page(0, PORTAL_CALL_HELLO) && portal_operation(0) == PORTAL_OP_WELCOME,
	      "a second hello is welcomed");
	portal_hello();
	check(portal_call_page(0, PORTAL_CALL_HELLO) && portal_operation(0) == PORTAL_OP_WELCOME,
	      "a third hello during the second one is welcomed");
	check(portal_greet("", 0, NULL), "a hello is served to its end");
}

static bool grow_refused(uint64_t gpa, uint32_t nr_pages, uint32_t reserved, uint64_t size)
{
	struct portal_wire_grow *grow = portal_data(1);

	memset(grow, 0, sizeof(*grow));
	grow->nr_ranges = 1;
	grow->reserved = reserved;
	grow->ranges[0].gpa = gpa;
	grow->ranges[0].nr_pages = nr_pages;
	portal_open(1, PORTAL_OPEN_GROW, size);
	return !portal_call_page(1, PORTAL_CALL_GROW);
}

static void bad_grows(void)
{
	const uint64_t size = sizeof(struct portal_wire_grow), pages = gpa_of(pool);
	const uint64_t spare = RAM_BASE + 0x800000;

	check(grow_refused(pages, NR_POOL_PAGES, 0, size) && grow_refused(pages, 1, 0, size) &&
		      grow_refused(pages + PAGE_SIZE, 1, 0, size),
	      "pages that are in the pool do not make it grow");
	check(grow_refused(spare, 1, 0, size) && grow_refused(MMIO_HOLE, 1, 0, size) &&
		      grow_refused(guest_ram_end(), 1, 0, size) &&
		      grow_refused(spare, 0xffffffff, 0, size),
	      "nor do pages without the page of the call, or outside of memory");
	check(grow_refused(spare, 1, 1, size) && grow_refused(spare, 1, 0, size - 1) &&
		      grow_refused(spare, 1, 0, 0) && grow_refused(spare, 1, 0, -1ull),
	      "nor do malformed announcements");
}

static void bad_cancels(void)
{
	portal_put(1, 0, 0, 0);
	check(!portal_call_page(1, PORTAL_CALL_CANCEL),
	      "a session that is not open is not cancelled");
	portal_hello();
	check(portal_call_page(0, PORTAL_CALL_HELLO) && portal_operation(0) == PORTAL_OP_WELCOME,
	      "a hello before a cancel is welcomed");
	portal_put(0, 0, 0, 0);
	pool[0].op += 1ull << 32;
	check(!portal_call_page(0, PORTAL_CALL_CANCEL),
	      "a cancel of another generation is refused");
	check(portal_answer(0, 0, 0), "the session is still open");
	check(portal_greet("", 0, NULL), "a hello is served after the cancels");
}

static bool event_refused(uint32_t code, uint64_t size, uint32_t kind)
{
	portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);
	portal_put(1, code, 0, size);
	return !portal_call_page(1, kind);
}

/* the event in page 1, which was modified, is refused */
static bool call_refused(void)
{
	return !portal_call_page(1, PORTAL_CALL_EVENT);
}

static bool count_refused(uint32_t nr_hooks, uint32_t nr_items, uint32_t nr_regs)
{
	struct portal_event *event = portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);

	event->header.nr_hooks = nr_hooks;
	event->header.nr_items = nr_items;
	event->call.nr_regs = nr_regs;
	return call_refused();
}

static void bad_headers(void)
{
	struct portal_event *event = portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);

	memset(event->header.comm, 'x', sizeof(event->header.comm));
	check(call_refused(), "a task name without a NUL is refused");
	check(count_refused(0, 0, 0) && count_refused(PORTAL_MAX_HOOKS, 0, 0) &&
		      count_refused(PORTAL_MAX_HOOKS + 1, 0, 0) && count_refused(-1u, 0, 0),
	      "a number of hooks that is not that of the ids is refused");
	check(count_refused(1, 1, 0) && count_refused(1, -1u, 0),
	      "items that are not there are refused");
	check(count_refused(1, 0, 1) && count_refused(1, 0, PORTAL_NR_REGS) &&
		      count_refused(1, 0, -1u),
	      "registers that are not there are refused");
	event = portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);
	event->header.flags = 0x80000000;
	check(call_refused(), "unknown flags of an event are refused");
	event = portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);
	event->header.context = PORTAL_CONTEXT_IRQ + 1;
	check(call_refused(), "an unknown context is refused");
	event = portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);
	event->header.reserved = 1;
	check(call_refused(), "an event with reserved bits set is refused");
	event = portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);
	event->padding = 1;
	check(call_refused(), "ids that are not padded with zeros are refused");
}

static void bad_calls(void)
{
	struct portal_wire_syscall *call = &portal_event(1, PORTAL_EVENT_SYSCALL_ENTER)->call;

	call->abi = PORTAL_ABI_NONE;
	check(call_refused(), "a system call without an ABI is refused");
	call = &portal_event(1, PORTAL_EVENT_SYSCALL_ENTER)->call;
	call->flags = 0x8000;
	check(call_refused(), "unknown flags of a system call are refused");
	call = &portal_event(1, PORTAL_EVENT_SYSCALL_ENTER)->call;
	call->end = PORTAL_CALL_END_RESTARTS + 1;
	check(call_refused(), "an unknown end is refused");
	call = &portal_event(1, PORTAL_EVENT_SYSCALL_ENTER)->call;
	call->pointer_size = 3;
	check(call_refused(), "an unknown size of pointers is refused");
	call = &portal_event(1, PORTAL_EVENT_SYSCALL_ENTER)->call;
	call->byte_order = PORTAL_BIG_ENDIAN + 1;
	check(call_refused(), "an unknown byte order is refused");
	call = &portal_event(1, PORTAL_EVENT_SYSCALL_ENTER)->call;
	call->nr_args = PORTAL_NR_ARGS + 1;
	check(call_refused(), "more arguments than there are is refused");
}

static void bad_events(void)
{
	const uint64_t size = sizeof(struct portal_event);
	const uint32_t code = PORTAL_OPEN_EVENT, event = PORTAL_CALL_EVENT;

	check(event_refused(code, 0, event) && event_refused(code, size - 1, event) &&
		      event_refused(code, size - 8, event) &&
		      event_refused(code, size + 8, event) &&
		      event_refused(code, size + 1, event) &&
		      event_refused(code, PORTAL_DATA_SIZE + 1, event) &&
		      event_refused(code, -1ull, event) && event_refused(code, 1ull << 63, event),
	      "events of other sizes are refused");
	check(event_refused(PORTAL_OPEN_HELLO, size, event) && event_refused(0, size, event) &&
		      event_refused(code, size, PORTAL_CALL_WORK) &&
		      event_refused(PORTAL_OPEN_WORK, 1, PORTAL_CALL_WORK),
	      "events with a wrong code are refused");
	bad_headers();
	bad_calls();
}

/* an event for as many hooks as one can name */
static bool all_hooks_served(void)
{
	struct portal_event *event = portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);
	struct portal_wire_syscall call = event->call;
	uint32_t *ids = (uint32_t *)(&event->header + 1);

	event->header.nr_hooks = PORTAL_MAX_HOOKS;
	for (unsigned int i = 0; i < PORTAL_MAX_HOOKS; i++)
		ids[i] = UINT32_MAX - i;
	memcpy(&ids[PORTAL_MAX_HOOKS], &call, sizeof(call));
	pool[1].size += 4 * (PORTAL_MAX_HOOKS - 2);
	return portal_call_page(1, PORTAL_CALL_EVENT) && portal_operation(1) == PORTAL_OP_NONE;
}

static void good_events(void)
{
	check(all_hooks_served(), "an event for hooks that do not exist is served");
	portal_event(1, 0x7fff);
	check(portal_call_page(1, PORTAL_CALL_EVENT) && portal_operation(1) == PORTAL_OP_NONE,
	      "an event of an unknown kind is served");
	check(portal_call_page(1, PORTAL_CALL_BYE), "bye is served");
	portal_event(1, PORTAL_EVENT_SYSCALL_ENTER);
	check(!portal_call_page(1, PORTAL_CALL_EVENT) && !portal_call_page(1, PORTAL_CALL_BYE),
	      "after bye, no call is served");
	check(portal_greet("", 0, NULL), "after bye, a hello is served");
}

void guest_main(void)
{
	before_hello();
	unknown_kinds();
	not_calls();
	bad_pages();
	bad_ranges();
	bad_hellos();
	sessions();
	bad_grows();
	bad_cancels();
	bad_events();
	good_events();
	print_number("calls", nr_calls);
	print_number("refused", nr_refused);
}
