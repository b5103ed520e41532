/* SPDX-License-Identifier: MIT */
#include "devices/rtc.h"

#include <string.h>
#include <time.h>

#include "base/bytes.h"

#define REG_DATA    0x000 /* RTCDR, ro: the time */
#define REG_MATCH   0x004 /* RTCMR, rw: time of the alarm */
#define REG_LOAD    0x008 /* RTCLR, rw: sets the time */
#define REG_CONTROL 0x00c /* RTCCR, rw: bit 0: started; it cannot be stopped before a reset */
#define REG_MASK    0x010 /* RTCIMSC, rw: bit 0: the alarm raises an interrupt */
#define REG_ID	    0xfe0 /* RTCPeriphID0 .. 3, RTCPCellID0 .. 3, ro, a byte each */

#define CONTROL_STARTED 1u /* always set: firmware would have started the clock */
#define MASK_ALARM	1u

#define REGISTER_WIDTH 4

static uint64_t host_now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec;
}

void rtc_init(struct rtc *rtc, uint64_t (*now_s)(void))
{
	rtc->now_s = now_s ? now_s : host_now_s;
	atomic_init(&rtc->offset, 0);
	atomic_init(&rtc->load, 0);
	atomic_init(&rtc->match, 0);
	atomic_init(&rtc->mask, 0);
}

/* part number 0x031, designer 0x41, revision 0; then the PrimeCell ID, which is the same for all */
static uint32_t read_id(uint64_t offset)
{
	static const uint8_t id[] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

	return id[(offset - REG_ID) / REGISTER_WIDTH];
}

static uint32_t read_register(struct rtc *rtc, uint64_t offset)
{
	switch (offset) {
	case REG_DATA:
		return (uint32_t)rtc->now_s() + atomic_load(&rtc->offset);
	case REG_MATCH:
		return atomic_load(&rtc->match);
	case REG_LOAD:
		return atomic_load(&rtc->load);
	case REG_CONTROL:
		return CONTROL_STARTED;
	case REG_MASK:
		return atomic_load(&rtc->mask);
	default:
		/* includes the status of the alarm, which never goes off */
		return offset >= REG_ID ? read_id(offset) : 0;
	}
}

static void write_register(struct rtc *rtc, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case REG_MATCH:
		atomic_store(&rtc->match, value);
		break;
	case REG_LOAD:
		atomic_store(&rtc->load, value);
		atomic_store(&rtc->offset, value - (uint32_t)rtc->now_s());
		break;
	case REG_MASK:
		atomic_store(&rtc->mask, value & MASK_ALARM);
		break;
	default:
		break;
	}
}

static bool is_register(uint64_t offset, unsigned int len)
{
	return len == REGISTER_WIDTH && offset % REGISTER_WIDTH == 0;
}

static void bus_read(void *dev, uint64_t offset, void *data, unsigned int len)
{
	if (is_register(offset, len))
		put_le32(data, read_register(dev, offset));
	else
		memset(data, 0xff, len);
}

static void bus_write(void *dev, uint64_t offset, const void *data, unsigned int len)
{
	if (is_register(offset, len))
		write_register(dev, offset, get_le32(data));
}

int rtc_attach(struct rtc *rtc, struct bus *mmio, uint64_t base)
{
	static const struct bus_ops ops = { .read = bus_read, .write = bus_write };

	return bus_add(mmio, base, RTC_SIZE, &ops, rtc);
}
