/* SPDX-License-Identifier: MIT */
#include "devices/virtio/queue.h"

#include <errno.h>
#include <linux/virtio_ring.h>
#include <stdatomic.h>

#include "base/bytes.h"

#define DESC_SIZE	16
#define RING_FLAGS	0
#define RING_IDX	2
#define RING_ENTRIES	4
#define AVAIL_ENTRY	2
#define USED_ENTRY	8
#define RING_EVENT_SIZE 2

#define DESC_ALIGN  16
#define AVAIL_ALIGN 2
#define USED_ALIGN  4

struct descriptor {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

/* position in a chain: in the descriptor table of the queue or in an indirect table */
struct chain_walk {
	const uint8_t *table;
	unsigned int nr_entries;
	unsigned int index;
	unsigned int nr_seen; /* in both tables */
	bool in_indirect;
};

/*
 * Loads and stores in the rings. They are atomic, so that the compiler neither splits them nor
 * loads a validated value again. virtqueue_start() has checked the alignment.
 */
static uint16_t load16(const uint8_t *p)
{
	return le16toh(__atomic_load_n((const uint16_t *)(const void *)p, __ATOMIC_ACQUIRE));
}

static void store16(uint8_t *p, uint16_t v)
{
	__atomic_store_n((uint16_t *)(void *)p, htole16(v), __ATOMIC_RELEASE);
}

static void store32(uint8_t *p, uint32_t v)
{
	__atomic_store_n((uint32_t *)(void *)p, htole32(v), __ATOMIC_RELAXED);
}

static uint64_t avail_size(uint64_t size)
{
	return RING_ENTRIES + AVAIL_ENTRY * size + RING_EVENT_SIZE;
}

static uint64_t used_size(uint64_t size)
{
	return RING_ENTRIES + USED_ENTRY * size + RING_EVENT_SIZE;
}

static uint8_t *avail_event(const struct virtqueue *vq)
{
	return vq->device + RING_ENTRIES + USED_ENTRY * (size_t)vq->size;
}

static const uint8_t *used_event(const struct virtqueue *vq)
{
	return vq->driver + RING_ENTRIES + AVAIL_ENTRY * (size_t)vq->size;
}

/* the ranges are in RAM, so that their ends do not wrap */
static bool disjoint(gpa_t a, uint64_t a_len, gpa_t b, uint64_t b_len)
{
	return a.value + a_len <= b.value || b.value + b_len <= a.value;
}

static bool layout_aligned(const struct virtqueue_layout *layout)
{
	return layout->desc.value % DESC_ALIGN == 0 && layout->driver.value % AVAIL_ALIGN == 0 &&
	       layout->device.value % USED_ALIGN == 0;
}

static bool layout_disjoint(const struct virtqueue_layout *layout)
{
	uint64_t desc = DESC_SIZE * (uint64_t)layout->size;
	uint64_t driver = avail_size(layout->size), device = used_size(layout->size);

	return disjoint(layout->desc, desc, layout->driver, driver) &&
	       disjoint(layout->desc, desc, layout->device, device) &&
	       disjoint(layout->driver, driver, layout->device, device);
}

int virtqueue_start(struct virtqueue *vq, const struct guest_mem *mem,
		    const struct virtqueue_layout *layout, uint64_t features)
{
	uint32_t size = layout->size;

	*vq = (struct virtqueue){ 0 };
	if (size == 0 || size > VIRTQUEUE_MAX_SIZE || size & (size - 1) || !layout_aligned(layout))
		return -EINVAL;
	vq->mem = mem;
	vq->desc = mem_slice(mem, layout->desc, DESC_SIZE * (uint64_t)size);
	vq->driver = mem_slice(mem, layout->driver, avail_size(size));
	vq->device = mem_slice(mem, layout->device, used_size(size));
	if (!vq->desc || !vq->driver || !vq->device || !layout_disjoint(layout))
		return -EINVAL;
	vq->indirect = features & (1ull << VIRTIO_RING_F_INDIRECT_DESC);
	vq->event_idx = features & (1ull << VIRTIO_RING_F_EVENT_IDX);
	vq->size = (uint16_t)size;
	return 0;
}

void virtqueue_stop(struct virtqueue *vq)
{
	*vq = (struct virtqueue){ 0 };
}

void virtqueue_break(struct virtqueue *vq)
{
	vq->broken = true;
}

static bool serving(const struct virtqueue *vq)
{
	return vq->size != 0 && !vq->broken;
}

/* load the driver's index; it is not valid if it is more than a ring ahead or has gone backwards */
static bool load_avail_idx(struct virtqueue *vq, uint16_t *ret_idx)
{
	uint16_t idx = load16(vq->driver + RING_IDX);

	if ((uint16_t)(idx - vq->next_avail) > vq->size) {
		vq->broken = true;
		return false;
	}
	*ret_idx = idx;
	return true;
}

/*
 * With event_idx the driver notifies when its index passes the one that is stored here. It does not
 * notify of entries that it adds between the load of its index and the store, so load again until
 * there are no new entries. The loop ends, because the driver can add at most one ring.
 */
void virtqueue_begin(struct virtqueue *vq)
{
	uint16_t seen, idx;

	if (!serving(vq) || !load_avail_idx(vq, &idx))
		return;
	do {
		seen = idx;
		if (!vq->event_idx)
			break;
		store16(avail_event(vq), seen);
		atomic_thread_fence(memory_order_seq_cst);
		if (!load_avail_idx(vq, &idx))
			return;
	} while ((uint16_t)(idx - vq->next_avail) > (uint16_t)(seen - vq->next_avail));
	vq->end_avail = seen;
}

/*
 * An indirect table may have any alignment, so copy bytes. The fence keeps the compiler from
 * reading the guest's bytes again instead of the copy.
 */
static struct descriptor load_descriptor(const struct chain_walk *walk)
{
	uint8_t copy[DESC_SIZE];

	memcpy(copy, walk->table + DESC_SIZE * (size_t)walk->index, sizeof(copy));
	atomic_signal_fence(memory_order_seq_cst);
	return (struct descriptor){
		.addr = get_le64(copy),
		.len = get_le32(copy + 8),
		.flags = get_le16(copy + 12),
		.next = get_le16(copy + 14),
	};
}

/* VIRTIO 1.2, 2.7.5.3: an indirect table is the end of the chain; ignore the WRITE flag of the
 * descriptor that refers to it */
static int enter_indirect(const struct virtqueue *vq, struct chain_walk *walk,
			  const struct descriptor *desc)
{
	const uint8_t *table;

	if (!vq->indirect || walk->in_indirect || desc->flags & VRING_DESC_F_NEXT)
		return -EPROTO;
	if (desc->len == 0 || desc->len % DESC_SIZE || desc->len / DESC_SIZE > vq->size)
		return -EPROTO;
	table = mem_slice(vq->mem, GPA(desc->addr), desc->len);
	if (!table)
		return -EPROTO;
	walk->table = table;
	walk->nr_entries = desc->len / DESC_SIZE;
	walk->index = 0;
	walk->in_indirect = true;
	return 0;
}

static int add_segment(const struct virtqueue *vq, struct virtqueue_chain *chain,
		       const struct descriptor *desc)
{
	bool writable = desc->flags & VRING_DESC_F_WRITE;
	struct iovec *segment = &chain->segments[chain->nr_readable + chain->nr_writable];

	if (!writable && chain->nr_writable)
		return -EPROTO;
	if (desc->len == 0)
		return 0;
	segment->iov_base = mem_slice(vq->mem, GPA(desc->addr), desc->len);
	segment->iov_len = desc->len;
	if (!segment->iov_base)
		return -EPROTO;
	if (writable)
		chain->nr_writable++;
	else
		chain->nr_readable++;
	return 0;
}

/*
 * Process one descriptor. Both tables together may have at most as many descriptors as the queue
 * has entries; this ends loops and limits the segments. Return: 1: more descriptors follow; 0: end
 * of the chain; -EPROTO.
 */
static int walk_step(const struct virtqueue *vq, struct chain_walk *walk,
		     struct virtqueue_chain *chain)
{
	struct descriptor desc;
	int err;

	if (walk->index >= walk->nr_entries)
		return -EPROTO;
	desc = load_descriptor(walk);
	if (desc.flags & VRING_DESC_F_INDIRECT) {
		err = enter_indirect(vq, walk, &desc);
		return err < 0 ? err : 1;
	}
	if (++walk->nr_seen > vq->size)
		return -EPROTO;
	err = add_segment(vq, chain, &desc);
	if (err < 0)
		return err;
	walk->index = desc.next;
	return desc.flags & VRING_DESC_F_NEXT ? 1 : 0;
}

int virtqueue_pop(struct virtqueue *vq, struct virtqueue_chain *ret_chain)
{
	struct chain_walk walk = { .table = vq->desc, .nr_entries = vq->size };
	int more;

	if (vq->broken)
		return -EPROTO;
	if (vq->next_avail == vq->end_avail)
		return 0;
	walk.index = load16(vq->driver + RING_ENTRIES +
			    AVAIL_ENTRY * (size_t)(vq->next_avail & (vq->size - 1)));
	ret_chain->head = (uint16_t)walk.index;
	ret_chain->nr_readable = 0;
	ret_chain->nr_writable = 0;
	do {
		more = walk_step(vq, &walk, ret_chain);
	} while (more > 0);
	if (more < 0) {
		vq->broken = true;
		return more;
	}
	vq->next_avail++;
	return 1;
}

void virtqueue_push(struct virtqueue *vq, uint16_t head, uint32_t written)
{
	size_t slot = vq->next_used & (vq->size - 1);
	uint8_t *entry = vq->device + RING_ENTRIES + USED_ENTRY * slot;

	store32(entry, head);
	store32(entry + sizeof(uint32_t), written);
	vq->next_used++;
	store16(vq->device + RING_IDX, vq->next_used);
}

bool virtqueue_end(struct virtqueue *vq)
{
	uint16_t before = vq->signalled_used;

	if (!serving(vq) || vq->next_used == before)
		return false;
	vq->signalled_used = vq->next_used;
	/* the driver stores its flag or event index before it loads our index; we store our index
	 * before we load theirs */
	atomic_thread_fence(memory_order_seq_cst);
	if (!vq->event_idx)
		return !(load16(vq->driver + RING_FLAGS) & VRING_AVAIL_F_NO_INTERRUPT);
	return vring_need_event(load16(used_event(vq)), vq->next_used, before);
}
