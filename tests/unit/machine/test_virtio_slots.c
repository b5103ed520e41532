/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <linux/virtio_mmio.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "machine/virtio_slots.h"

#define MAGIC	   0x74726976
#define FIRST_ID   40  /* models are told apart by their IDs */
#define FEATURE_V1 1u  /* VIRTIO_F_VERSION_1, in the upper word of features */
#define DRIVER_OK  0xf /* with the bits before it */

static struct rig {
	struct guest_mem *mem;
	struct bus mmio;
	struct virtio_slots slots;
	unsigned int nr_irqs, last_gsi;
	struct virtio_device models[VIRTIO_SLOTS_MAX + 1];
	unsigned int nr_destroyed;
	const struct virtio_device *destroyed[VIRTIO_SLOTS_MAX + 1];
} rig;

static void serve(void *model, unsigned int queue, struct virtqueue *vq)
{
	(void)model;
	(void)queue;
	(void)vq;
}

static const struct virtio_device_ops ops = { .serve = serve };

static void on_irq(void *ctx, unsigned int gsi)
{
	assert_ptr_equal(ctx, &rig);
	rig.nr_irqs++;
	rig.last_gsi = gsi;
}

static void on_destroy(void *device)
{
	rig.destroyed[rig.nr_destroyed++] = device;
}

static int setup(void **state)
{
	static const uint8_t config[4];

	(void)state;
	rig = (struct rig){ 0 };
	assert_int_equal(mem_create(&rig.mem), 0);
	bus_init(&rig.mmio);
	rig.slots = (struct virtio_slots){
		.mem = rig.mem,
		.mmio = &rig.mmio,
		.irq = { .raise = on_irq, .ctx = &rig, .gsi = 999 },
	};
	for (unsigned int i = 0; i < ARRAY_SIZE(rig.models); i++)
		rig.models[i] = (struct virtio_device){
			.id = FIRST_ID + i,
			.nr_queues = 1,
			.queue_size = 16,
			.config = config,
			.config_size = sizeof(config),
			.ops = &ops,
		};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	virtio_slots_destroy(&rig.slots);
	mem_destroy(rig.mem);
	return 0;
}

static int add(unsigned int model)
{
	return virtio_slots_add(&rig.slots, &rig.models[model], &rig.models[model], on_destroy);
}

static uint64_t window(unsigned int slot)
{
	return arch_platform()->virtio_base + slot * arch_platform()->virtio_stride;
}

static uint32_t read_reg(unsigned int slot, uint64_t reg)
{
	uint32_t value = 0;

	assert_true(bus_access(&rig.mmio, window(slot) + reg, &value, sizeof(value), false));
	return value;
}

static void write_reg(unsigned int slot, uint64_t reg, uint32_t value)
{
	assert_true(bus_access(&rig.mmio, window(slot) + reg, &value, sizeof(value), true));
}

static unsigned int max_slots(void)
{
	unsigned int max = arch_platform()->virtio_max;

	return max < VIRTIO_SLOTS_MAX ? max : VIRTIO_SLOTS_MAX;
}

static void fill(void)
{
	for (unsigned int i = 0; i < max_slots(); i++)
		assert_int_equal(add(i), 0);
}

static void test_each_device_has_the_window_of_its_number(void **state)
{
	(void)state;
	fill();
	assert_int_equal(rig.slots.nr, max_slots());
	for (unsigned int i = 0; i < max_slots(); i++) {
		assert_int_equal(read_reg(i, VIRTIO_MMIO_MAGIC_VALUE), MAGIC);
		assert_int_equal(read_reg(i, VIRTIO_MMIO_DEVICE_ID), FIRST_ID + i);
	}
}

static void test_window_behind_the_last_device_is_empty(void **state)
{
	uint32_t value = 0;

	(void)state;
	assert_int_equal(add(0), 0);
	assert_false(bus_access(&rig.mmio, window(1), &value, sizeof(value), false));
	assert_int_equal(value, UINT32_MAX);
}

/* a driver that is up, and a device that changes its configuration */
static void make_interrupt(unsigned int slot)
{
	static const uint8_t config[4] = { 1 };

	write_reg(slot, VIRTIO_MMIO_STATUS, 1);
	write_reg(slot, VIRTIO_MMIO_STATUS, 3);
	write_reg(slot, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	write_reg(slot, VIRTIO_MMIO_DRIVER_FEATURES, FEATURE_V1);
	write_reg(slot, VIRTIO_MMIO_STATUS, 0xb);
	write_reg(slot, VIRTIO_MMIO_STATUS, DRIVER_OK);
	virtio_mmio_set_config(rig.slots.items[slot].transport, config);
}

static void test_each_device_has_the_interrupt_of_its_number(void **state)
{
	(void)state;
	fill();
	for (unsigned int i = 0; i < max_slots(); i++) {
		make_interrupt(i);
		assert_int_equal(rig.nr_irqs, i + 1);
		assert_int_equal(rig.last_gsi, arch_platform()->virtio_gsi + i);
	}
}

static void test_device_beyond_the_last_window_is_destroyed_at_once(void **state)
{
	unsigned int max = max_slots();

	(void)state;
	fill();
	assert_int_equal(add(max), -ENOSPC);
	assert_int_equal(rig.slots.nr, max);
	assert_int_equal(rig.nr_destroyed, 1);
	assert_ptr_equal(rig.destroyed[0], &rig.models[max]);
}

static void test_devices_are_destroyed_once_the_last_first(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(add(i), 0);
	virtio_slots_destroy(&rig.slots);
	virtio_slots_destroy(&rig.slots);
	assert_int_equal(rig.nr_destroyed, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_ptr_equal(rig.destroyed[i], &rig.models[2 - i]);
}

static void test_device_without_destroy_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(virtio_slots_add(&rig.slots, &rig.models[0], NULL, NULL), 0);
	virtio_slots_destroy(&rig.slots);
	assert_int_equal(rig.nr_destroyed, 0);
	assert_int_equal(rig.slots.nr, 0);
}

static void test_model_that_the_transport_refuses_is_destroyed_once(void **state)
{
	(void)state;
	rig.models[0].nr_queues = VIRTIO_MAX_QUEUES + 1;
	assert_int_equal(add(0), -EINVAL);
	virtio_slots_destroy(&rig.slots);
	assert_int_equal(rig.nr_destroyed, 1);
}

static void bus_read(void *dev, uint64_t offset, void *data, unsigned int len)
{
	(void)dev;
	(void)offset;
	(void)data;
	(void)len;
}

static void test_window_that_is_in_use_is_an_error_and_destroys_once(void **state)
{
	static const struct bus_ops other = { .read = bus_read };

	(void)state;
	assert_int_equal(bus_add(&rig.mmio, window(0) + 16, 4, &other, NULL), 0);
	assert_int_equal(add(0), -EEXIST);
	virtio_slots_destroy(&rig.slots);
	assert_int_equal(rig.nr_destroyed, 1);
	assert_ptr_equal(rig.destroyed[0], &rig.models[0]);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_each_device_has_the_window_of_its_number),
		CASE(test_window_behind_the_last_device_is_empty),
		CASE(test_each_device_has_the_interrupt_of_its_number),
		CASE(test_device_beyond_the_last_window_is_destroyed_at_once),
		CASE(test_devices_are_destroyed_once_the_last_first),
		CASE(test_device_without_destroy_is_left_alone),
		CASE(test_model_that_the_transport_refuses_is_destroyed_once),
		CASE(test_window_that_is_in_use_is_an_error_and_destroys_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
