/* SPDX-License-Identifier: MIT */
/* The doorbell's window, whether it is the doorbell or nothing is there: every width and offset,
 * reads and writes. */
#include "devtree.h"
#include "portal.h"

#define WINDOW ((uint64_t)ARM64_DOORBELL_BASE)

/* bytes from one offset that is tried to the next, but for the first ones of a hello */
#define STRIDE	     251
#define EVERY_OFFSET 64

static uint64_t all_ones(unsigned int width)
{
	return width == 8 ? UINT64_MAX : (1ull << (8 * width)) - 1;
}

/* Return: nobody is there, as before hello it should be; calls are counted */
static bool is_silent(uint64_t offset, unsigned int width)
{
	bool is_call = width == 4 && offset % 4 == 0 && offset < PORTAL_DOORBELL_MMIO_SIZE;

	if (is_call && devtree_doorbell()) {
		nr_rings++;
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
	check(truth, "before hello every read is all ones, and no write does a thing");
}

static void boundaries(void)
{
	const uint64_t end = PORTAL_DOORBELL_MMIO_SIZE;
	bool truth = true;

	for (uint64_t back = 1; back <= 8; back++)
		truth &= all_silent(end - back) && all_silent(-back) && all_silent(end + back - 1);
	check(truth, "nor is there anything around it");
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

static void not_rings(void)
{
	portal_hello();
	check(attempt(load_pair) != 0, "a pair of words is no call, and aborts");
	check(user_run(user_read) == UINT64_MAX, "EL0 reads nothing there");
	check(portal_asked(0) == (uint32_t)PORTAL_EVENT_HELLO, "none of these is served");
}

void guest_main(void)
{
	sweep();
	boundaries();
	not_rings();
	check(portal_greet("", 0, NULL), "hello is served in the end");
	print_number("calls", nr_rings);
	print_number("refused", nr_refused);
}
