/* SPDX-License-Identifier: MIT */
#include "driver.h"

#include "test.h"

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>

#include "base/bytes.h"

#define DESC_SIZE 16

struct guest_mem *driver_mem(void)
{
	struct guest_mem *mem;

	assert_int_equal(mem_create(&mem), 0);
	assert_int_equal(mem_add_ram(mem, GPA(0), RAM_SIZE), 0);
	assert_int_equal(mem_add_ram(mem, GPA(RAM2_BASE), RAM2_SIZE), 0);
	assert_int_equal(mem_add_ram(mem, GPA(RAM3_BASE), RAM3_SIZE), 0);
	return mem;
}

void *driver_ram(const struct guest_mem *mem, uint64_t gpa, uint64_t len)
{
	void *ram = mem_slice(mem, GPA(gpa), len);

	assert_non_null(ram);
	return ram;
}

void ring_init(struct ring *ring, struct guest_mem *mem, uint32_t size)
{
	*ring = (struct ring){
		.mem = mem,
		.layout = { .size = size,
			    .desc = GPA(RING_DESC),
			    .driver = GPA(RING_DRIVER),
			    .device = GPA(RING_DEVICE) },
	};
	memset(driver_ram(mem, 0, DATA_BASE), 0, DATA_BASE);
}

void ring_write_desc(const struct ring *ring, uint64_t table, unsigned int index, uint64_t addr,
		     uint32_t len, uint16_t flags, uint16_t next)
{
	uint8_t *p = driver_ram(ring->mem, table + DESC_SIZE * (uint64_t)index, DESC_SIZE);

	put_le64(p, addr);
	put_le32(p + 8, len);
	put_le16(p + 12, flags);
	put_le16(p + 14, next);
}

void ring_desc(const struct ring *ring, unsigned int index, uint64_t addr, uint32_t len,
	       uint16_t flags, uint16_t next)
{
	ring_write_desc(ring, ring->layout.desc.value, index, addr, len, flags, next);
}

void ring_set_avail_idx(struct ring *ring, uint16_t idx)
{
	ring->avail_idx = idx;
	put_le16(driver_ram(ring->mem, ring->layout.driver.value + 2, 2), idx);
}

void ring_offer(struct ring *ring, uint16_t head)
{
	uint64_t slot = ring->avail_idx % ring->layout.size;

	put_le16(driver_ram(ring->mem, ring->layout.driver.value + 4 + 2 * slot, 2), head);
	ring_set_avail_idx(ring, (uint16_t)(ring->avail_idx + 1));
}

void ring_set_no_interrupt(const struct ring *ring)
{
	put_le16(driver_ram(ring->mem, ring->layout.driver.value, 2), 1);
}

void ring_set_used_event(const struct ring *ring, uint16_t event)
{
	uint64_t at = ring->layout.driver.value + 4 + 2 * (uint64_t)ring->layout.size;

	put_le16(driver_ram(ring->mem, at, 2), event);
}

uint16_t ring_avail_event(const struct ring *ring)
{
	uint64_t at = ring->layout.device.value + 4 + 8 * (uint64_t)ring->layout.size;

	return get_le16(driver_ram(ring->mem, at, 2));
}

uint16_t ring_used_idx(const struct ring *ring)
{
	return get_le16(driver_ram(ring->mem, ring->layout.device.value + 2, 2));
}

bool ring_used(struct ring *ring, uint32_t *ret_head, uint32_t *ret_len)
{
	uint64_t slot = ring->used_seen % ring->layout.size;
	const uint8_t *entry;

	if (ring->used_seen == ring_used_idx(ring))
		return false;
	entry = driver_ram(ring->mem, ring->layout.device.value + 4 + 8 * slot, 8);
	*ret_head = get_le32(entry);
	*ret_len = get_le32(entry + 4);
	ring->used_seen++;
	return true;
}

static void count_irq(void *ctx, unsigned int gsi)
{
	struct driver *driver = ctx;

	assert_int_equal(gsi, 5);
	/* the handler of a driver reads the status now: it must be set before the edge */
	assert_int_not_equal(driver_read(driver, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	driver->nr_irqs++;
}

void driver_init(struct driver *driver, const struct virtio_device *device)
{
	struct irq_line irq = { .raise = count_irq, .ctx = driver, .gsi = 5 };

	*driver = (struct driver){ .mem = driver_mem() };
	bus_init(&driver->mmio);
	assert_int_equal(virtio_mmio_create(device, driver->mem, &irq, &driver->transport), 0);
	assert_int_equal(virtio_mmio_attach(driver->transport, &driver->mmio, DRIVER_WINDOW), 0);
}

void driver_done(struct driver *driver)
{
	virtio_mmio_destroy(driver->transport);
	mem_destroy(driver->mem);
}

void driver_write(struct driver *driver, uint64_t reg, uint32_t value)
{
	uint8_t data[4];

	put_le32(data, value);
	assert_true(bus_access(&driver->mmio, DRIVER_WINDOW + reg, data, sizeof(data), true));
}

uint32_t driver_read(struct driver *driver, uint64_t reg)
{
	uint8_t data[4];

	assert_true(bus_access(&driver->mmio, DRIVER_WINDOW + reg, data, sizeof(data), false));
	return get_le32(data);
}

static uint64_t read_features(struct driver *driver)
{
	uint64_t features;

	driver_write(driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	features = (uint64_t)driver_read(driver, VIRTIO_MMIO_DEVICE_FEATURES) << 32;
	driver_write(driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	return features | driver_read(driver, VIRTIO_MMIO_DEVICE_FEATURES);
}

void driver_negotiate(struct driver *driver, uint64_t refused)
{
	uint64_t features = read_features(driver) & ~refused;

	driver_write(driver, VIRTIO_MMIO_STATUS, 0);
	driver_write(driver, VIRTIO_MMIO_STATUS, 1);
	driver_write(driver, VIRTIO_MMIO_STATUS, 1 | 2);
	driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)(features >> 32));
	driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)features);
	driver_write(driver, VIRTIO_MMIO_STATUS, 1 | 2 | 8);
}

void driver_write_queue(struct driver *driver, const struct virtqueue_layout *layout)
{
	driver_write(driver, VIRTIO_MMIO_QUEUE_SEL, 0);
	driver_write(driver, VIRTIO_MMIO_QUEUE_NUM, layout->size);
	driver_write(driver, VIRTIO_MMIO_QUEUE_DESC_LOW, (uint32_t)layout->desc.value);
	driver_write(driver, VIRTIO_MMIO_QUEUE_DESC_HIGH, (uint32_t)(layout->desc.value >> 32));
	driver_write(driver, VIRTIO_MMIO_QUEUE_AVAIL_LOW, (uint32_t)layout->driver.value);
	driver_write(driver, VIRTIO_MMIO_QUEUE_AVAIL_HIGH, (uint32_t)(layout->driver.value >> 32));
	driver_write(driver, VIRTIO_MMIO_QUEUE_USED_LOW, (uint32_t)layout->device.value);
	driver_write(driver, VIRTIO_MMIO_QUEUE_USED_HIGH, (uint32_t)(layout->device.value >> 32));
	driver_write(driver, VIRTIO_MMIO_QUEUE_READY, 1);
}

void driver_start(struct driver *driver, uint32_t queue_size)
{
	driver_negotiate(driver, FEATURE_EVENT_IDX);
	ring_init(&driver->ring, driver->mem, queue_size);
	driver_write_queue(driver, &driver->ring.layout);
	driver_write(driver, VIRTIO_MMIO_STATUS, 1 | 2 | 8 | 4);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_STATUS), 1 | 2 | 8 | 4);
}

void driver_notify(struct driver *driver)
{
	driver_write(driver, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
}
