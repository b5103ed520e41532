/* SPDX-License-Identifier: MIT */
/*
 * A driver for one queue of a virtio-mmio device (VIRTIO 1.2, 4.2), small enough to be lied with:
 * every register, descriptor and index is open to the program that uses it.
 */
#ifndef GUEST_VIRTIO_H
#define GUEST_VIRTIO_H

#include "guest.h"

/* registers and bits by the names of VIRTIO 1.2 */
#define REG_MAGIC		0x000
#define REG_DEVICE_FEATURES_SEL 0x014
#define REG_DRIVER_FEATURES	0x020
#define REG_DRIVER_FEATURES_SEL 0x024
#define REG_QUEUE_SEL		0x030
#define REG_QUEUE_NUM_MAX	0x034
#define REG_QUEUE_NUM		0x038
#define REG_QUEUE_READY		0x044
#define REG_QUEUE_NOTIFY	0x050
#define REG_STATUS		0x070
#define REG_QUEUE_DESC		0x080
#define REG_QUEUE_DRIVER	0x090
#define REG_QUEUE_DEVICE	0x0a0
#define REG_CONFIG		0x100

#define VIRTIO_MAGIC 0x74726976u

#define STATUS_ACKNOWLEDGE 0x01
#define STATUS_DRIVER	   0x03 /* with the steps before it, like those that follow */
#define STATUS_FEATURES_OK 0x0b
#define STATUS_DRIVER_OK   0x0f
#define STATUS_NEEDS_RESET 0x40

#define FEATURE_BLK_FLUSH	 (1ull << 9)
#define FEATURE_BLK_DISCARD	 (1ull << 13)
#define FEATURE_BLK_WRITE_ZEROES (1ull << 14)
#define FEATURE_INDIRECT	 (1ull << 28)
#define FEATURE_EVENT_IDX	 (1ull << 29)
#define FEATURE_VERSION_1	 (1ull << 32)

#define DESC_NEXT     1
#define DESC_WRITE    2
#define DESC_INDIRECT 4

#define QUEUE_SIZE 8

#define SECTOR_SIZE 512

/* types of block requests, and what their status byte says */
#define BLK_IN		 0
#define BLK_OUT		 1
#define BLK_FLUSH	 4
#define BLK_GET_ID	 8
#define BLK_DISCARD	 11
#define BLK_WRITE_ZEROES 13
#define BLK_OK		 0
#define BLK_IOERR	 1
#define BLK_UNSUPP	 2
#define BLK_UNTOUCHED	 0xee /* what the status byte is before */

struct virtq_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

struct virtq_avail {
	uint16_t flags, idx, ring[QUEUE_SIZE], event;
};

struct virtq_used {
	uint16_t flags, idx;
	struct {
		uint32_t id, len;
	} ring[QUEUE_SIZE];
	uint16_t event;
};

/* the queue's three parts, and what a block request is made of */
struct virtq {
	_Alignas(PAGE_SIZE) struct virtq_desc desc[QUEUE_SIZE];
	_Alignas(PAGE_SIZE) struct virtq_avail avail;
	_Alignas(PAGE_SIZE) struct virtq_used used;
};

struct blk_header {
	uint32_t type, reserved;
	uint64_t sector;
};

extern volatile struct virtq vq;
extern volatile struct blk_header blk_header;
extern volatile uint8_t blk_data[PAGE_SIZE], blk_status;

/** virtio_set64() - a pair of registers, the low half first. */
void virtio_set64(uint64_t base, uint32_t reg, uint64_t value);

/** virtio_negotiate() - reset, and all steps up to FEATURES_OK. Return: the device agrees. */
bool virtio_negotiate(uint64_t base, uint64_t features);

/** virtio_layout() - the registers of queue 0: @size, and the parts of vq. */
void virtio_layout(uint64_t base, uint32_t size);

/** virtio_run() - queue ready, DRIVER_OK. Return: the status. */
uint32_t virtio_run(uint64_t base);

/** virtio_start() - all of the above with an empty vq. Return: it runs. */
bool virtio_start(uint64_t base, uint64_t features);

/** virtio_broken() - has the device set NEEDS_RESET? */
bool virtio_broken(uint64_t base);

/** virtq_set() - descriptor @index. */
void virtq_set(unsigned int index, uint64_t addr, uint32_t len, unsigned int flags,
	       unsigned int next);

/** virtq_offer() - put @head into the avail ring and notify. */
void virtq_offer(uint64_t base, unsigned int head);

/** blk_prepare() - descriptors 0, 1, 2: a request of one data buffer that the device writes if
 * @is_read. */
void blk_prepare(uint32_t type, uint64_t sector, uint32_t len, bool is_read);

/** blk_request() - the same on a queue that runs, to its end. Return: status byte. */
uint8_t blk_request(uint32_t type, uint64_t sector, uint32_t len, bool is_read);

/** blk_works() - after a reset the disk's first sector can be read. */
bool blk_works(void);

/** rng_works() - after a reset the entropy source fills a buffer. */
bool rng_works(void);

#endif
