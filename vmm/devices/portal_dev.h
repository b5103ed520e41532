/* SPDX-License-Identifier: MIT */
/*
 * The portal device: the page of registers the guest module binds to (docs/protocol.md, section 7).
 * Owns the state the guest last wrote and the "host has work" bit; must not know what either means.
 */
#ifndef DEVICES_PORTAL_DEV_H
#define DEVICES_PORTAL_DEV_H

#include <stdatomic.h>
#include <stdint.h>

#include "devices/bus.h"
#include "devices/irq_line.h"

/**
 * struct portal_dev_events - who hears of state writes
 * @state: the guest wrote PORTAL_STATE_* @state, a known one; on a vCPU thread, which goes on
 *	when it returns; several may call at once
 * @trace: the guest rang for its trace rings, where KVM has not taken that; as @state
 * @ctx: handed to both
 */
struct portal_dev_events {
	void (*state)(void *ctx, uint32_t state);
	void (*trace)(void *ctx);
	void *ctx;
};

struct portal_dev {
	struct portal_dev_events events;
	struct irq_line irq;
	_Atomic uint32_t state;
	_Atomic uint32_t work;
};

/** portal_dev_init() - state NONE, no work. @events and @irq are copied. */
void portal_dev_init(struct portal_dev *dev, const struct portal_dev_events *events,
		     const struct irq_line *irq);

/**
 * portal_dev_attach() - put the window of PORTAL_DEV_SIZE bytes on a bus
 * @dev: must live as long as the bus
 * @mmio: bus of guest physical addresses
 * @base: first address, page aligned
 *
 * Return: 0; -EINVAL, -EEXIST, -ENOSPC as bus_add().
 */
must_check int portal_dev_attach(struct portal_dev *dev, struct bus *mmio, uint64_t base);

/**
 * portal_dev_raise_work() - ask the guest for a WORK session: set the IRQ register, pulse the line.
 * Any thread; again before the guest acknowledged it is one request.
 */
void portal_dev_raise_work(struct portal_dev *dev);

/** portal_dev_state() - the PORTAL_STATE_* written last. Any thread. */
uint32_t portal_dev_state(const struct portal_dev *dev);

#endif
