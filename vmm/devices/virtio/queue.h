/* SPDX-License-Identifier: MIT */
/*
 * The device's side of a split virtqueue (VIRTIO 1.2, 2.7). Owns the snapshot of where the rings
 * are and how far they have been served; must not know which device it belongs to.
 *
 * Everything in the rings is written by a guest that may lie and may change it at any moment. Each
 * number is loaded once, checked, and only the loaded copy is used. A rule of the specification
 * that is broken breaks the queue: it serves nothing more until the driver resets the device.
 */
#ifndef DEVICES_VIRTQUEUE_H
#define DEVICES_VIRTQUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/cleanup.h"
#include "base/gpa.h"
#include "kvm/mem.h"

#define VIRTQUEUE_MAX_SIZE 256

/**
 * struct virtqueue_layout - what the driver wrote into the queue's registers, not yet believed
 * @size: entries
 * @desc: descriptor table
 * @driver: available ring
 * @device: used ring
 */
struct virtqueue_layout {
	uint32_t size;
	gpa_t desc;
	gpa_t driver;
	gpa_t device;
};

struct virtqueue {
	const struct guest_mem *mem;
	const uint8_t *desc;   /* descriptor table, in shared memory as the two below */
	const uint8_t *driver; /* available ring */
	uint8_t *device;       /* used ring */
	uint16_t size;	       /* 0: not started */
	bool indirect, event_idx;
	bool broken;
	uint16_t next_avail;	 /* first available entry that has not been popped */
	uint16_t end_avail;	 /* where this round ends */
	uint16_t next_used;	 /* entries pushed so far */
	uint16_t signalled_used; /* next_used when an interrupt was last considered */
};

/**
 * struct virtqueue_chain - one request as the driver described it
 * @head: names it to virtqueue_push()
 * @nr_readable: segments the device may read, the first ones of @segments
 * @nr_writable: segments the device may write, right behind those
 * @segments: pieces of guest RAM, none of length 0; the content can change at any time
 */
struct virtqueue_chain {
	uint16_t head;
	unsigned int nr_readable;
	unsigned int nr_writable;
	struct iovec segments[VIRTQUEUE_MAX_SIZE];
};

static inline const struct iovec *virtqueue_writable(const struct virtqueue_chain *chain)
{
	return chain->segments + chain->nr_readable;
}

/**
 * virtqueue_start() - check the layout and serve it from its beginning (VIRTIO 1.2, 2.7)
 * @vq: whatever it was before is forgotten
 * @mem: guest RAM, its slots do not change while the queue is in use
 * @layout: a copy of it is what counts from now on, whatever happens to the registers
 * @features: as negotiated; VIRTIO_RING_F_INDIRECT_DESC and VIRTIO_RING_F_EVENT_IDX are looked at
 *
 * Return: 0; -EINVAL: size 0, not a power of two, above VIRTQUEUE_MAX_SIZE; a part misaligned, not
 * wholly inside one slot of RAM, or overlapping another.
 */
must_check int virtqueue_start(struct virtqueue *vq, const struct guest_mem *mem,
			       const struct virtqueue_layout *layout, uint64_t features);

/** virtqueue_stop() - serve nothing until it is started again */
void virtqueue_stop(struct virtqueue *vq);

/** virtqueue_break() - the driver broke a rule the caller knows of: serve nothing more */
void virtqueue_break(struct virtqueue *vq);

/**
 * virtqueue_begin() - open a round: arm the driver's notifications, see what is available now
 * @vq: queue
 *
 * The round covers what was available when it began, at most the queue's size; whatever is added
 * later makes the driver notify again (VIRTIO 1.2, 2.7.10), so no round needs to wait for more and
 * a busy guest cannot keep a thread in here. Breaks the queue when the index moved by more than its
 * size.
 */
void virtqueue_begin(struct virtqueue *vq);

/**
 * virtqueue_pop() - the next request of the round (VIRTIO 1.2, 2.7.5)
 * @vq: queue
 * @ret_chain: the request
 *
 * Zero-length buffers count towards the limit on descriptors and give no segment.
 *
 * Return: 1 and *@ret_chain; 0 when the round is over; -EPROTO when the queue is broken, by this
 * chain (out of bounds, looped, longer than the queue, readable after writable, malformed indirect
 * table, memory outside RAM) or before.
 */
must_check int virtqueue_pop(struct virtqueue *vq, struct virtqueue_chain *ret_chain);

/**
 * virtqueue_push() - give a request back (VIRTIO 1.2, 2.7.8)
 * @vq: queue
 * @head: of the chain; each popped chain is pushed once
 * @written: bytes written into its writable segments
 */
void virtqueue_push(struct virtqueue *vq, uint16_t head, uint32_t written);

/**
 * virtqueue_end() - close a round
 * @vq: queue
 *
 * Return: true when the driver wants an interrupt for what was pushed (VIRTIO 1.2, 2.7.7).
 */
must_check bool virtqueue_end(struct virtqueue *vq);

#endif
