/* SPDX-License-Identifier: MIT */
#include "devices/portal_dev.h"

#include <string.h>

#include <portal/wire.h>

#include "base/bytes.h"

#define REGISTER_WIDTH 4

void portal_dev_init(struct portal_dev *dev, const struct portal_dev_events *events,
		     const struct irq_line *irq)
{
	dev->events = *events;
	dev->irq = *irq;
	atomic_init(&dev->state, PORTAL_STATE_NONE);
	atomic_init(&dev->work, 0);
}

static bool is_register(uint64_t offset, unsigned int len)
{
	return len == REGISTER_WIDTH && offset % REGISTER_WIDTH == 0;
}

static uint32_t read_register(struct portal_dev *dev, uint64_t offset)
{
	switch (offset) {
	case PORTAL_DEV_MAGIC:
		return PORTAL_DEV_MAGIC_VALUE;
	case PORTAL_DEV_VERSION:
		return PORTAL_WIRE_VERSION;
	case PORTAL_DEV_STATE:
		return atomic_load(&dev->state);
	case PORTAL_DEV_IRQ:
		return atomic_load(&dev->work);
	default:
		return 0;
	}
}

static void bus_read(void *dev, uint64_t offset, void *data, unsigned int len)
{
	if (is_register(offset, len))
		put_le32(data, read_register(dev, offset));
	else
		memset(data, 0xff, len);
}

static void write_state(struct portal_dev *dev, uint32_t state)
{
	if (state > PORTAL_STATE_PANIC)
		return;
	atomic_store(&dev->state, state);
	dev->events.state(dev->events.ctx, state);
}

static void bus_write(void *opaque, uint64_t offset, const void *data, unsigned int len)
{
	struct portal_dev *dev = opaque;

	if (!is_register(offset, len))
		return;
	if (offset == PORTAL_DEV_STATE)
		write_state(dev, get_le32(data));
	if (offset == PORTAL_DEV_IRQ && get_le32(data) == 1)
		atomic_store(&dev->work, 0);
	if (offset == PORTAL_DEV_TRACE)
		dev->events.trace(dev->events.ctx);
}

static const struct bus_ops portal_dev_ops = { .read = bus_read, .write = bus_write };

int portal_dev_attach(struct portal_dev *dev, struct bus *mmio, uint64_t base)
{
	return bus_add(mmio, base, PORTAL_DEV_SIZE, &portal_dev_ops, dev);
}

void portal_dev_raise_work(struct portal_dev *dev)
{
	atomic_store(&dev->work, 1);
	irq_line_pulse(&dev->irq);
}

uint32_t portal_dev_state(const struct portal_dev *dev)
{
	return atomic_load(&dev->state);
}
