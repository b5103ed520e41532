/* SPDX-License-Identifier: MIT */
/* Accesses to the small devices: every width at every offset, with different values. */
#include "guest.h"

#define NR_REGISTERS 0x40
#define IDENTITY     0xfe0 /* identification registers of a PrimeCell, eight words */

static void access_one(uint64_t gpa, unsigned int width)
{
	static const uint64_t values[] = { UINT64_MAX, 0x80, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		mmio_write(gpa, width, values[i]);
		mmio_read(gpa, width);
	}
}

static void sweep(uint64_t base, uint64_t first, uint64_t len)
{
	for (uint64_t offset = first; offset < first + len; offset++) {
		for (unsigned int width = 1; width <= 8; width *= 2)
			access_one(base + offset, width);
	}
}

static void serial(void)
{
	sweep(ARM64_SERIAL_BASE, 0, ARM64_SERIAL_SIZE);
	sweep(ARM64_SERIAL_BASE - 8, 0, 8);
	serial_restore();
	check(true, "the console works after the sweep");
}

static bool is_primecell(void)
{
	static const uint8_t identity[] = { 0x0d, 0xf0, 0x05, 0xb1 };
	bool truth = true;

	for (size_t i = 0; i < ARRAY_SIZE(identity); i++)
		truth &= mmio_read32(ARM64_RTC_BASE + IDENTITY + 0x10 + 4 * i) == identity[i];
	return truth;
}

static void rtc(void)
{
	sweep(ARM64_RTC_BASE, 0, NR_REGISTERS);
	sweep(ARM64_RTC_BASE, IDENTITY, 0x20);
	sweep(ARM64_RTC_BASE, ARM64_RTC_SIZE - 8, 16);
	check(is_primecell(), "the clock has its identification after the sweep");
}

void guest_main(void)
{
	serial();
	rtc();
	sweep(ARM64_MARKS_BASE, 0, NR_REGISTERS);
	check(true, "the register for boot marks accepts any write");
}
