/* SPDX-License-Identifier: MIT */
/*
 * The portal device: the page of registers to which the guest module binds (docs/protocol.md,
 * section 8). Owns the state that the guest wrote last, the number of work sessions wanted and the
 * sessions to cancel; must not know what they mean.
 */
#ifndef DEVICES_PORTAL_DEV_H
#define DEVICES_PORTAL_DEV_H

#include <portal/wire.h>
#include <pthread.h>
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

/* a session that the host gives up: the index of its page, and its generation */
struct portal_dev_cancel {
	uint32_t page;
	uint32_t generation;
};

/**
 * struct portal_dev - the device
 * @events: receiver of the guest's writes
 * @irq: its interrupt
 * @state: PORTAL_STATE_* that the guest wrote last
 * @lock: protects the fields after it
 * @pending: PORTAL_IRQ_* that the guest has not acknowledged
 * @work: work sessions wanted
 * @generation: PORTAL_DEV_CANCEL_GENERATION
 * @cancels: sessions to cancel, oldest first
 * @nr_cancels: entries of @cancels
 */
struct portal_dev {
	struct portal_dev_events events;
	struct irq_line irq;
	_Atomic uint32_t state;
	pthread_mutex_t lock;
	uint32_t pending;
	uint32_t work;
	uint32_t generation;
	struct portal_dev_cancel cancels[PORTAL_MAX_PAGES];
	size_t nr_cancels;
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
 * portal_dev_raise_work() - request work sessions from the guest
 * @dev: the device
 * @nr: how many must be open at a time, 1 .. PORTAL_MAX_WORK
 *
 * Of requests that the guest has not taken yet, the largest counts.
 *
 * Context: any thread.
 */
void portal_dev_raise_work(struct portal_dev *dev, uint32_t nr);

/**
 * portal_dev_raise_cancel() - tell the guest that the host gives up a session
 * @dev: the device
 * @page: index of the session's page, below PORTAL_MAX_PAGES
 * @generation: the session's generation
 *
 * A later request for the same page replaces one that the guest has not taken yet.
 *
 * Context: any thread.
 */
void portal_dev_raise_cancel(struct portal_dev *dev, uint32_t page, uint32_t generation);

/** portal_dev_state() - get the PORTAL_STATE_* that the guest wrote last. Any thread. */
uint32_t portal_dev_state(const struct portal_dev *dev);

#endif
