/* SPDX-License-Identifier: MIT */
/*
 * A real-time clock: the Arm PrimeCell PL031, with a resolution of one second. Owns the difference
 * between the guest's time and the host's, which the guest may change; must not know what the time
 * is used for. The alarm never goes off: the device has no interrupt, and without one the driver
 * offers no alarms.
 *
 * Source: Arm DDI 0224, "PrimeCell Real Time Clock (PL031) Technical Reference Manual", chapter 3.
 */
#ifndef DEVICES_RTC_H
#define DEVICES_RTC_H

#include <stdatomic.h>
#include <stdint.h>

#include "devices/bus.h"

#define RTC_SIZE 0x1000

/**
 * struct rtc - the clock
 * @now_s: returns the host's time, in seconds since 1970; called on any thread
 * @offset: seconds to add to it, modulo 2^32
 * @load, @match, @mask: the registers of that name, as last written
 */
struct rtc {
	uint64_t (*now_s)(void);
	_Atomic uint32_t offset, load, match, mask;
};

/** rtc_init() - initialise a clock with the host's time. @now_s: NULL: CLOCK_REALTIME */
void rtc_init(struct rtc *rtc, uint64_t (*now_s)(void));

/**
 * rtc_attach() - add the window of RTC_SIZE bytes to a bus
 * @rtc: must live as long as the bus
 * @mmio: bus of guest physical addresses
 * @base: first address, page aligned
 *
 * Return: 0; -EINVAL, -EEXIST, -ENOSPC as bus_add().
 */
must_check int rtc_attach(struct rtc *rtc, struct bus *mmio, uint64_t base);

#endif
