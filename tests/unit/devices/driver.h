/* SPDX-License-Identifier: MIT */
/*
 * The driver's side of virtio on real guest memory. Tests write the rings entry by entry, and the
 * registers of a virtio-mmio window, so that they can be correct or hostile.
 */
#ifndef TESTS_DRIVER_H
#define TESTS_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "devices/bus.h"
#include "devices/virtio/mmio.h"
#include "devices/virtio/queue.h"
#include "kvm/mem.h"

/* RAM in two adjacent slots and a separate third one */
#define RAM_SIZE  0x100000
#define RAM2_BASE RAM_SIZE
#define RAM2_SIZE 0x10000
#define RAM3_BASE 0x200000
#define RAM3_SIZE 0x10000

/* addresses of the parts that ring_init() sets up, and of free memory for buffers */
#define RING_DESC   0x1000
#define RING_DRIVER 0x3000
#define RING_DEVICE 0x5000
#define RING_TABLE  0x8000 /* for indirect tables */
#define DATA_BASE   0x10000

#define F_NEXT	   1
#define F_WRITE	   2
#define F_INDIRECT 4

#define FEATURE_INDIRECT  (1ull << 28)
#define FEATURE_EVENT_IDX (1ull << 29)
#define FEATURE_VERSION_1 (1ull << 32)

struct guest_mem *driver_mem(void);
void *driver_ram(const struct guest_mem *mem, uint64_t gpa, uint64_t len);

struct ring {
	struct guest_mem *mem;
	struct virtqueue_layout layout;
	uint16_t avail_idx;
	uint16_t used_seen;
};

void ring_init(struct ring *ring, struct guest_mem *mem, uint32_t size);
/* write a descriptor to the table at @table */
void ring_write_desc(const struct ring *ring, uint64_t table, unsigned int index, uint64_t addr,
		     uint32_t len, uint16_t flags, uint16_t next);
/* write a descriptor to the descriptor table of the queue */
void ring_desc(const struct ring *ring, unsigned int index, uint64_t addr, uint32_t len,
	       uint16_t flags, uint16_t next);
void ring_offer(struct ring *ring, uint16_t head);
void ring_set_avail_idx(struct ring *ring, uint16_t idx);
void ring_set_no_interrupt(const struct ring *ring);
void ring_set_used_event(const struct ring *ring, uint16_t event);
uint16_t ring_avail_event(const struct ring *ring);
uint16_t ring_used_idx(const struct ring *ring);
/* get the next used entry; false: there is none */
bool ring_used(struct ring *ring, uint32_t *ret_head, uint32_t *ret_len);

/* a transport on a bus with one ring for queue 0 */
struct driver {
	struct guest_mem *mem;
	struct bus mmio;
	struct virtio_mmio *transport;
	struct ring ring;
	unsigned int nr_irqs;
};

#define DRIVER_WINDOW 0xd0000000u

void driver_init(struct driver *driver, const struct virtio_device *device);
void driver_done(struct driver *driver);
void driver_write(struct driver *driver, uint64_t reg, uint32_t value);
uint32_t driver_read(struct driver *driver, uint64_t reg);
/* accept all features except @refused, up to FEATURES_OK */
void driver_negotiate(struct driver *driver, uint64_t refused);
/* write a layout to the registers of queue 0 and make the queue ready */
void driver_write_queue(struct driver *driver, const struct virtqueue_layout *layout);
/* initialise the device up to DRIVER_OK, without EVENT_IDX */
void driver_start(struct driver *driver, uint32_t queue_size);
void driver_notify(struct driver *driver);

#endif
