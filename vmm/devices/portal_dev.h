/* SPDX-License-Identifier: MIT */
/*
 * The portal device: the page of registers to which the guest module binds (docs/protocol.md,
 * section 7). Owns the state that the guest wrote last and the bit for pending work of the host;
 * must not know what they mean.
 */
#ifndef DEVICES_PORTAL_DEV_H
#define DEVICES_PORTAL_DEV_H

#include <stdatomic.h>
#include <stdint.h>

#include "devices/bus.h"
#include "devices/irq_line.h"

/**
 * struct portal_dev_events - receiver of the guest's writes; vCPU threads call it, several may do
 * so at the same time, and each vCPU waits for the return
 * @state: the guest wrote @state, a valid PORTAL_STATE_*
 * @trace: the guest wrote PORTAL_DEV_TRACE, and no ioeventfd in KVM took the write
 * @ctx: passed to both
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

/** portal_dev_init() - initialise with state NONE and no work. @events and @irq are copied. */
void portal_dev_init(struct portal_dev *dev, const struct portal_dev_events *events,
		     const struct irq_line *irq);

/**
 * portal_dev_attach() - add the window of PORTAL_DEV_SIZE bytes to a bus
 * @dev: must live as long as the bus
 * @mmio: bus of guest physical addresses
 * @base: first address, page aligned
 *
 * Return: 0; -EINVAL, -EEXIST, -ENOSPC as bus_add().
 */
must_check int portal_dev_attach(struct portal_dev *dev, struct bus *mmio, uint64_t base);

/**
 * portal_dev_raise_work() - request a WORK session: set the IRQ register, pulse the line
 *
 * Requests that are made before the guest acknowledges the first one count as one.
 *
 * Context: any thread.
 */
void portal_dev_raise_work(struct portal_dev *dev);

/** portal_dev_state() - get the PORTAL_STATE_* that the guest wrote last. Any thread. */
uint32_t portal_dev_state(const struct portal_dev *dev);

#endif
