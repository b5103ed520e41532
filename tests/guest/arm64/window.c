/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes of every width and offset in the doorbell window, whether the doorbell is there
 * or not.
 */
#include "devtree.h"
#include "portal.h"

#define WINDOW ((uint64_t)ARM64_DOORBELL_BASE)

/* step between the offsets that are tried, except for the first offsets of a hello */
#define STRIDE	     251
#define EVERY_OFFSET 64

static uint64_t all_ones(unsigned int width)
{
	return width == 8 ? UINT64_MAX : (1ull << (8 * width)) - 1;
}

/* Return: the read is all ones, as it must be before hello. Counts calls. */
static bool is_silent(uint64_t offset, unsigned int width)
{
	bool is_call = width == 4 && offset % 4 == 0 && offset < PORTAL_DOORBELL_MMIO_SIZE;

	if (is_call && devtree_doorbell()) {
		nr_calls++;
		nr_refused++;
	}
	return mmio_read(WINDOW + offset, width) == all_ones(width);
}

static bool all_silent(uint64_t offset)
{
	bool truth = true;

	for (unsigned int width = 1; width <= 8; width *= 2) {
		truth &= is_silent(offset, width);
		mmio_write(WINDOW + offset, width, 0);
		mmio_write(WINDOW + offset, width, UINT64_MAX);
	}
	return truth;
}

static void sweep(void)
{
	bool truth = true;

	for (uint64_t offset = 0; offset < EVERY_OFFSET; offset++)
		truth &= all_silent(PORTAL_CALL_HELLO << PORTAL_DOORBELL_KIND_SHIFT | offset);
	for (uint64_t offset = 0; offset < PORTAL_DOORBELL_MMIO_SIZE; offset += STRIDE)
		truth &= all_silent(offset);
	check(truth, "before hello, reads are all ones and writes have no effect");
}

static void boundaries(void)
{
	const uint64_t end = PORTAL_DOORBELL_MMIO_SIZE;
	bool truth = true;

	for (uint64_t back = 1; back <= 8; back++)
		truth &= all_silent(end - back) && all_silent(-back) && all_silent(end + back - 1);
	check(truth, "the same applies at the boundaries of the window");
}

static void load_pair(void)
{
	uint64_t a, b;

	__asm__ volatile("ldp %w0, %w1, [%2]"
			 : "=&r"(a), "=&r"(b)
			 : "r"(WINDOW + (PORTAL_CALL_HELLO << PORTAL_DOORBELL_KIND_SHIFT)));
}

static void user_read(void)
{
	user_done(mmio_read(WINDOW + (PORTAL_CALL_HELLO << PORTAL_DOORBELL_KIND_SHIFT), 4));
}

static void not_calls(void)
{
	portal_hello();
	check(attempt(load_pair) != 0, "a load of a pair is not a call and aborts");
	check(user_run(user_read) == UINT64_MAX, "EL0 cannot read the window");
	check(portal_operation(0) == (uint32_t)PORTAL_OPEN_HELLO,
	      "accesses that are not calls are not served");
}

void guest_main(void)
{
	sweep();
	boundaries();
	not_calls();
	check(portal_greet("", 0, NULL), "hello is served at the end");
	print_number("calls", nr_calls);
	print_number("refused", nr_refused);
}
