/* SPDX-License-Identifier: MIT */
/* String I/O of every width, on each port near a device and on every 61st other port. */
#include "guest.h"

#define STRIDE	   61
#define NR_UNITS   3
#define NR_BYTES   (NR_UNITS * (1 + 2 + 4)) /* of one string_in() */
#define BUFFER_LEN 64

static const struct {
	uint16_t first, last;
} with_devices[] = {
	{ 0x000, 0x0ff },
	{ SERIAL_PORT - 8, SERIAL_PORT + 8 },
	{ SLEEP_PORT - 8, RESET_PORT + 8 },
	{ RESET_CONTROL - 8, RESET_CONTROL + 8 },
};

static uint8_t from[BUFFER_LEN], to[BUFFER_LEN];

static void string_out(uint16_t port)
{
	const void *at = from;
	uint64_t count = NR_UNITS;

	__asm__ volatile("rep outsb" : "+S"(at), "+c"(count) : "d"(port) : "memory");
	count = NR_UNITS;
	__asm__ volatile("rep outsw" : "+S"(at), "+c"(count) : "d"(port) : "memory");
	count = NR_UNITS;
	__asm__ volatile("rep outsl" : "+S"(at), "+c"(count) : "d"(port) : "memory");
}

static void string_in(uint16_t port)
{
	void *at = to;
	uint64_t count = NR_UNITS;

	__asm__ volatile("rep insb" : "+D"(at), "+c"(count) : "d"(port) : "memory");
	count = NR_UNITS;
	__asm__ volatile("rep insw" : "+D"(at), "+c"(count) : "d"(port) : "memory");
	count = NR_UNITS;
	__asm__ volatile("rep insl" : "+D"(at), "+c"(count) : "d"(port) : "memory");
}

/* a write of all ones to this port is a reset, so it gets zeros */
static bool resets(uint32_t port)
{
	return port <= RESET_CONTROL && port + 4 > RESET_CONTROL;
}

static void one_port(uint16_t port)
{
	memset(from, resets(port) ? 0 : 0xff, sizeof(from));
	string_out(port);
	string_in(port);
}

static void unassigned_port(void)
{
	memset(to, 0, sizeof(to));
	string_in(0xe000);
	for (size_t i = 0; i < NR_BYTES; i++) {
		if (to[i] != 0xff) {
			check(false, "a port without a device reads as all ones");
			return;
		}
	}
	check(to[NR_BYTES] == 0,
	      "a port without a device reads as all ones, and nothing is written after them");
}

/* the second half of a wide access does not reach the byte registers that follow */
static void across_pages(void)
{
	out16(SLEEP_PORT - 1, 0xffff);
	out32(SLEEP_PORT - 1, 0xffffffff);
	out32(SLEEP_PORT + 1, 0x01010101);
	out32(RESET_CONTROL - 1, 0xffffffff);
	out16(RESET_CONTROL, 0xffff);
	out32(0xfffe, 0xffffffff);
	check(true, "wide accesses across the boundaries of devices do nothing");
}

/* every sleep type but S5, and S5 without the enable bit */
static void other_sleeps(void)
{
	for (unsigned int value = 0; value < 256; value++) {
		if ((value & SLEEP_S5) != SLEEP_S5 || (value >> 2 & 7) != 5)
			out8(SLEEP_PORT, (uint8_t)value);
	}
	check(true, "sleep types other than S5 do nothing");
}

void guest_main(void)
{
	across_pages();
	other_sleeps();
	unassigned_port();
	for (size_t i = 0; i < ARRAY_SIZE(with_devices); i++) {
		for (uint32_t port = with_devices[i].first; port <= with_devices[i].last; port++)
			one_port((uint16_t)port);
	}
	for (uint32_t port = 0; port < 0x10000; port += STRIDE)
		one_port((uint16_t)port);
	serial_restore();
	check(true, "string I/O of every width");
}
