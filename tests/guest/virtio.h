/* SPDX-License-Identifier: MIT */
/*
 * A driver for one queue of a virtio-mmio device (VIRTIO 1.2, 4.2). Programs can set every
 * register, descriptor and index to an invalid value.
 */
#ifndef GUEST_VIRTIO_H
#define GUEST_VIRTIO_H

#include "guest.h"

/* registers and bits, named as in VIRTIO 1.2 */
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
#define STATUS_DRIVER	   0x03 /* includes the bits of earlier steps, as do the next two */
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

/* types of block requests, and values of their status byte */
#define BLK_IN		 0
#define BLK_OUT		 1
#define BLK_FLUSH	 4
#define BLK_GET_ID	 8
#define BLK_DISCARD	 11
#define BLK_WRITE_ZEROES 13
#define BLK_OK		 0
#define BLK_IOERR	 1
#define BLK_UNSUPP	 2
#define BLK_UNTOUCHED	 0xee /* value of the status byte before a request */

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

/* the three parts of the queue */
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

/** virtio_set64() - write a pair of registers, the low half first. */
void virtio_set64(uint64_t base, uint32_t reg, uint64_t value);

/**
 * virtio_negotiate() - reset the device and do all steps up to FEATURES_OK. Return: the device
 * accepts @features.
 */
bool virtio_negotiate(uint64_t base, uint64_t features);

/** virtio_layout() - set the registers of queue 0 to @size and the parts of vq. */
void virtio_layout(uint64_t base, uint32_t size);

/** virtio_run() - set QUEUE_READY and DRIVER_OK. Return: the status. */
uint32_t virtio_run(uint64_t base);

/** virtio_start() - all of the above with an empty vq. Return: the device runs. */
bool virtio_start(uint64_t base, uint64_t features);

/** virtio_broken() - Return: the device has set NEEDS_RESET. */
bool virtio_broken(uint64_t base);

/** virtq_set() - fill descriptor @index. */
void virtq_set(unsigned int index, uint64_t addr, uint32_t len, unsigned int flags,
	       unsigned int next);

/** virtq_offer() - put @head into the avail ring and notify the device. */
void virtq_offer(uint64_t base, unsigned int head);

/**
 * blk_prepare() - fill descriptors 0, 1, 2 with a request of one data buffer; the device writes to
 * it if @is_read.
 */
void blk_prepare(uint32_t type, uint64_t sector, uint32_t len, bool is_read);

/** blk_request() - the same, then notify the device. Return: the status byte. */
uint8_t blk_request(uint32_t type, uint64_t sector, uint32_t len, bool is_read);

/** blk_works() - reset the disk and read its first sector. Return: success. */
bool blk_works(void);

/** rng_works() - reset the entropy source and let it fill a buffer. Return: success. */
bool rng_works(void);

#endif
