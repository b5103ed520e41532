/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <string.h>

#include "devices/virtio/rng.h"
#include "driver.h"

static int setup(void **state)
{
	static struct driver driver;

	driver_init(&driver, virtio_rng_device());
	driver_start(&driver, 8);
	*state = &driver;
	return 0;
}

static int teardown(void **state)
{
	driver_done(*state);
	return 0;
}

/* Return: the number of bytes that the device reports to have written */
static uint32_t request(struct driver *driver)
{
	uint32_t head, len;

	ring_offer(&driver->ring, 0);
	driver_notify(driver);
	assert_true(ring_used(&driver->ring, &head, &len));
	assert_int_equal(head, 0);
	return len;
}

static void test_virtio_rng_fills_all_buffers(void **state)
{
	struct driver *driver = *state;
	uint8_t *bytes = driver_ram(driver->mem, DATA_BASE, 64);

	assert_int_equal(driver_read(driver, VIRTIO_MMIO_DEVICE_ID), VIRTIO_ID_RNG);
	memset(bytes, 0, 64);
	ring_desc(&driver->ring, 0, DATA_BASE, 32, F_WRITE | F_NEXT, 1);
	ring_desc(&driver->ring, 1, DATA_BASE + 32, 32, F_WRITE, 0);
	assert_int_equal(request(driver), 64);
	assert_memory_not_equal(bytes, bytes + 32, 32);
	assert_int_equal(driver->nr_irqs, 1);
}

static void test_virtio_rng_request_gets_at_most_64_kib(void **state)
{
	struct driver *driver = *state;
	uint8_t *beyond = driver_ram(driver->mem, DATA_BASE + VIRTIO_RNG_MAX_BYTES, 64);

	memset(beyond, 0, 64);
	ring_desc(&driver->ring, 0, DATA_BASE, RAM_SIZE - DATA_BASE, F_WRITE, 0);
	assert_int_equal(request(driver), VIRTIO_RNG_MAX_BYTES);
	for (int i = 0; i < 64; i++)
		assert_int_equal(beyond[i], 0);
}

static void test_virtio_rng_request_of_4_gib_breaks_the_queue(void **state)
{
	struct driver *driver = *state;

	ring_desc(&driver->ring, 0, DATA_BASE, UINT32_MAX, F_WRITE, 0);
	ring_offer(&driver->ring, 0);
	driver_notify(driver);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_STATUS) & 0x40, 0x40);
}

static void test_virtio_rng_readable_buffer_gets_nothing(void **state)
{
	struct driver *driver = *state;

	memset(driver_ram(driver->mem, DATA_BASE, 32), 0x77, 32);
	ring_desc(&driver->ring, 0, DATA_BASE, 32, 0, 0);
	assert_int_equal(request(driver), 0);
	assert_int_equal(*(uint8_t *)driver_ram(driver->mem, DATA_BASE + 31, 1), 0x77);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_virtio_rng_fills_all_buffers),
		T(test_virtio_rng_request_gets_at_most_64_kib),
		T(test_virtio_rng_request_of_4_gib_breaks_the_queue),
		T(test_virtio_rng_readable_buffer_gets_nothing),
	};

	return cmocka_run_group_tests_name("virtio_rng", tests, NULL, NULL);
}
