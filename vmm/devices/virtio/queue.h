/* SPDX-License-Identifier: MIT */
/*
 * The device's side of a split virtqueue (VIRTIO 1.2, 2.7). Owns a copy of the addresses of the
 * rings and the positions in them; must not know which device it belongs to.
 *
 * The guest writes the rings; it is not trusted and may change them at any time. Each value is
 * loaded once, validated, and only the loaded copy is used. If the driver violates the
 * specification, the queue is broken: it is not served any more until the driver resets the device.
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
 * struct virtqueue_layout - values that the driver wrote to the queue's registers, not validated
 * @size: number of entries
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
	const uint8_t *desc;   /* descriptor table; like the two rings, in memory of the guest */
	const uint8_t *driver; /* available ring */
	uint8_t *device;       /* used ring */
	uint16_t size;	       /* 0: not started */
	bool indirect, event_idx;
	bool broken;
	uint16_t next_avail;	 /* first available entry that has not been popped */
	uint16_t end_avail;	 /* end of this round */
	uint16_t next_used;	 /* number of entries pushed so far */
	uint16_t signalled_used; /* next_used at the end of the last round with an entry */
};

/**
 * struct virtqueue_chain - one request, as the driver described it
 * @head: identifies the request for virtqueue_push()
 * @nr_readable: number of segments that the device may read; they are first in @segments
 * @nr_writable: number of segments that the device may write; they follow
 * @segments: segments of guest RAM, none of length 0; the guest can change the content at any time
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
 * virtqueue_start() - validate the layout and start the queue (VIRTIO 1.2, 2.7)
 * @vq: initialised, whatever its state was before
 * @mem: guest RAM; its slots must not change while the queue is in use
 * @layout: copied
 * @features: negotiated features; VIRTIO_RING_F_INDIRECT_DESC and VIRTIO_RING_F_EVENT_IDX are used
 *
 * Return: 0; -EINVAL: the size is 0, not a power of two, or above VIRTQUEUE_MAX_SIZE; a part is
 * misaligned, not within one slot of RAM, or overlaps another.
 */
must_check int virtqueue_start(struct virtqueue *vq, const struct guest_mem *mem,
			       const struct virtqueue_layout *layout, uint64_t features);

/** virtqueue_stop() - stop the queue; it is not served until it is started again */
void virtqueue_stop(struct virtqueue *vq);

/** virtqueue_break() - mark the queue as broken, because the driver violated the specification */
void virtqueue_break(struct virtqueue *vq);

/**
 * virtqueue_begin() - begin a round: enable the driver's notifications, load its index
 * @vq: queue
 *
 * The round consists of the requests that are available at its begin, at most the queue's size. The
 * driver notifies again when it adds requests later (VIRTIO 1.2, 2.7.10). So a round need not wait
 * for them, and a busy guest cannot keep a thread in it. The queue is broken if the index has moved
 * by more than its size.
 */
void virtqueue_begin(struct virtqueue *vq);

/**
 * virtqueue_pop() - get the next request of the round (VIRTIO 1.2, 2.7.5)
 * @vq: queue
 * @ret_chain: the request
 *
 * Buffers of length zero count towards the limit on descriptors, but add no segment.
 *
 * Return: 1: *@ret_chain is set; 0: the round is over; -EPROTO: the queue was broken before, or is
 * now because of this chain (index out of bounds, loop, longer than the queue, readable after
 * writable, malformed indirect table, memory outside RAM).
 */
must_check int virtqueue_pop(struct virtqueue *vq, struct virtqueue_chain *ret_chain);

/**
 * virtqueue_push() - complete a request (VIRTIO 1.2, 2.7.8)
 * @vq: queue
 * @head: of the chain; each popped chain is pushed once
 * @written: number of bytes written to its writable segments
 */
void virtqueue_push(struct virtqueue *vq, uint16_t head, uint32_t written);

/**
 * virtqueue_end() - end a round
 * @vq: queue
 *
 * Return: true if the driver wants an interrupt for the completed requests (VIRTIO 1.2, 2.7.7).
 */
must_check bool virtqueue_end(struct virtqueue *vq);

#endif
