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
	dev->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	dev->pending = 0;
	dev->work = 0;
	dev->generation = 0;
	dev->nr_cancels = 0;
}

static bool is_register(uint64_t offset, unsigned int len)
{
	return len == REGISTER_WIDTH && offset % REGISTER_WIDTH == 0;
}

/* ---- requests of the host, all under the lock ---- */

static uint32_t take_work(struct portal_dev *dev)
{
	uint32_t work = dev->work;

	dev->work = 0;
	return work;
}

/* Return: index of the page + 1; 0: there is no request. */
static uint32_t take_cancel(struct portal_dev *dev)
{
	struct portal_dev_cancel cancel;

	if (dev->nr_cancels == 0)
		return 0;
	cancel = dev->cancels[0];
	dev->nr_cancels--;
	memmove(dev->cancels, dev->cancels + 1, dev->nr_cancels * sizeof(cancel));
	dev->generation = cancel.generation;
	return cancel.page + 1;
}

static uint32_t read_request(struct portal_dev *dev, uint64_t offset)
{
	uint32_t value = 0;

	pthread_mutex_lock(&dev->lock);
	switch (offset) {
	case PORTAL_DEV_IRQ:
		value = dev->pending;
		break;
	case PORTAL_DEV_WORK:
		value = take_work(dev);
		break;
	case PORTAL_DEV_CANCEL:
		value = take_cancel(dev);
		break;
	case PORTAL_DEV_CANCEL_GENERATION:
		value = dev->generation;
		break;
	}
	pthread_mutex_unlock(&dev->lock);
	return value;
}

static void acknowledge(struct portal_dev *dev, uint32_t bits)
{
	pthread_mutex_lock(&dev->lock);
	dev->pending &= ~bits;
	pthread_mutex_unlock(&dev->lock);
}

/* ---- registers ---- */

static uint32_t read_register(struct portal_dev *dev, uint64_t offset)
{
	switch (offset) {
	case PORTAL_DEV_MAGIC:
		return PORTAL_DEV_MAGIC_VALUE;
	case PORTAL_DEV_VERSION:
		return PORTAL_WIRE_VERSION;
	case PORTAL_DEV_STATE:
		return atomic_load(&dev->state);
	default:
		return read_request(dev, offset);
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
	if (offset == PORTAL_DEV_IRQ)
		acknowledge(dev, get_le32(data));
	if (offset == PORTAL_DEV_TRACE)
		dev->events.trace(dev->events.ctx);
}

static const struct bus_ops portal_dev_ops = { .read = bus_read, .write = bus_write };

int portal_dev_attach(struct portal_dev *dev, struct bus *mmio, uint64_t base)
{
	return bus_add(mmio, base, PORTAL_DEV_SIZE, &portal_dev_ops, dev);
}

void portal_dev_raise_work(struct portal_dev *dev, uint32_t nr)
{
	pthread_mutex_lock(&dev->lock);
	if (nr > dev->work)
		dev->work = nr < PORTAL_MAX_WORK ? nr : PORTAL_MAX_WORK;
	dev->pending |= PORTAL_IRQ_WORK;
	pthread_mutex_unlock(&dev->lock);
	irq_line_pulse(&dev->irq);
}

/* Each page has at most one request, so that there is room for all. */
static void add_cancel(struct portal_dev *dev, const struct portal_dev_cancel *cancel)
{
	size_t i = 0;

	while (i < dev->nr_cancels && dev->cancels[i].page != cancel->page)
		i++;
	dev->cancels[i] = *cancel;
	dev->nr_cancels += i == dev->nr_cancels;
}

void portal_dev_raise_cancel(struct portal_dev *dev, uint32_t page, uint32_t generation)
{
	const struct portal_dev_cancel cancel = { .page = page, .generation = generation };

	pthread_mutex_lock(&dev->lock);
	add_cancel(dev, &cancel);
	dev->pending |= PORTAL_IRQ_CANCEL;
	pthread_mutex_unlock(&dev->lock);
	irq_line_pulse(&dev->irq);
}

uint32_t portal_dev_state(const struct portal_dev *dev)
{
	return atomic_load(&dev->state);
}
