/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <linux/virtio_mmio.h>
#include <pthread.h>
#include <string.h>

#include "base/bytes.h"
#include "driver.h"

#define SIZE 8

#define ACKNOWLEDGE 0x01
#define DRIVER	    0x02
#define DRIVER_OK   0x04
#define FEATURES_OK 0x08
#define NEEDS_RESET 0x40
#define FAILED	    0x80
#define UP	    (ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK)

#define MODEL_FEATURE (1ull << 5)

/* a device model that completes all requests and counts the calls */
struct model {
	uint64_t features;
	unsigned int nr_starts, nr_serves, nr_requests;
	bool breaks;
};

static void model_start(void *opaque, uint64_t features)
{
	struct model *model = opaque;

	model->features = features;
	model->nr_starts++;
}

static void model_serve(void *opaque, unsigned int queue, struct virtqueue *vq)
{
	struct model *model = opaque;
	struct virtqueue_chain chain;

	assert_int_equal(queue, 0);
	model->nr_serves++;
	while (virtqueue_pop(vq, &chain) > 0) {
		model->nr_requests++;
		virtqueue_push(vq, chain.head, 0);
	}
	if (model->breaks)
		virtqueue_break(vq);
}

static const struct virtio_device_ops model_ops = { .start = model_start, .serve = model_serve };
static const uint8_t config[6] = { 1, 2, 3, 4, 5, 6 };

struct fixture {
	struct driver driver;
	struct model model;
	struct virtio_device device;
};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){
		.device = { .id = 42,
			    .features = MODEL_FEATURE,
			    .nr_queues = 1,
			    .queue_size = 64,
			    .config = config,
			    .config_size = sizeof(config),
			    .ops = &model_ops,
			    .model = &fixture.model },
	};
	driver_init(&fixture.driver, &fixture.device);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	driver_done(&f->driver);
	return 0;
}

static uint32_t status(struct driver *driver)
{
	return driver_read(driver, VIRTIO_MMIO_STATUS);
}

static void offer_one(struct driver *driver)
{
	ring_desc(&driver->ring, 0, DATA_BASE, 4, 0, 0);
	ring_offer(&driver->ring, 0);
}

static void test_virtio_mmio_identification_registers(void **state)
{
	struct fixture *f = *state;
	struct driver *driver = &f->driver;

	assert_int_equal(driver_read(driver, VIRTIO_MMIO_MAGIC_VALUE), 0x74726976);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_VERSION), 2);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_DEVICE_ID), 42);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_NUM_MAX), 64);
	driver_write(driver, VIRTIO_MMIO_QUEUE_SEL, 1);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_SHM_LEN_LOW), UINT32_MAX);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_SHM_LEN_HIGH), UINT32_MAX);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_QUEUE_NOTIFY), 0);
}

static void test_virtio_mmio_device_outside_the_limits_is_einval(void **state)
{
	struct fixture *f = *state;
	struct irq_line irq = { 0 };
	struct virtio_mmio *transport;
	struct virtio_device bad[6];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		bad[i] = f->device;
	bad[0].nr_queues = 0;
	bad[1].nr_queues = VIRTIO_MAX_QUEUES + 1;
	bad[2].queue_size = 0;
	bad[3].queue_size = 3;
	bad[4].queue_size = VIRTQUEUE_MAX_SIZE * 2;
	bad[5].config_size = VIRTIO_CONFIG_SIZE + 1;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(virtio_mmio_create(&bad[i], f->driver.mem, &irq, &transport),
				 -EINVAL);
}

static void test_virtio_mmio_correct_driver_is_served(void **state)
{
	struct fixture *f = *state;
	struct driver *driver = &f->driver;

	driver_start(driver, SIZE);
	assert_int_equal(f->model.nr_starts, 1);
	assert_int_equal(f->model.features, MODEL_FEATURE | FEATURE_VERSION_1 | FEATURE_INDIRECT);
	offer_one(driver);
	driver_notify(driver);
	assert_int_equal(f->model.nr_requests, 1);
	assert_int_equal(driver->nr_irqs, 1);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_INTERRUPT_STATUS), VIRTIO_MMIO_INT_VRING);
	driver_write(driver, VIRTIO_MMIO_INTERRUPT_ACK, VIRTIO_MMIO_INT_VRING);
	assert_int_equal(driver_read(driver, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
}

static void test_virtio_mmio_acknowledge_and_driver_in_one_step(void **state)
{
	struct fixture *f = *state;

	driver_write(&f->driver, VIRTIO_MMIO_STATUS, ACKNOWLEDGE | DRIVER);
	assert_int_equal(status(&f->driver), ACKNOWLEDGE | DRIVER);
}

/* ---- attack family 3: wrong order of initialisation ---- */

static void test_virtio_mmio_status_steps_out_of_order_are_ignored(void **state)
{
	static const uint32_t early[] = { DRIVER,
					  FEATURES_OK,
					  DRIVER_OK,
					  ACKNOWLEDGE | FEATURES_OK,
					  ACKNOWLEDGE | DRIVER | FEATURES_OK,
					  UP,
					  UP & ~DRIVER,
					  0x10,
					  0x100,
					  0x7fffff3f };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(early); i++) {
		driver_write(&f->driver, VIRTIO_MMIO_STATUS, early[i]);
		assert_int_equal(status(&f->driver), 0);
	}
	assert_int_equal(f->model.nr_starts, 0);
}

static void test_virtio_mmio_driver_ok_without_features_ok_is_ignored(void **state)
{
	struct fixture *f = *state;

	driver_write(&f->driver, VIRTIO_MMIO_STATUS, ACKNOWLEDGE);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, ACKNOWLEDGE | DRIVER);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, ACKNOWLEDGE | DRIVER | DRIVER_OK);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
	assert_int_equal(status(&f->driver), ACKNOWLEDGE | DRIVER);
	assert_int_equal(f->model.nr_starts, 0);
}

static void test_virtio_mmio_status_bits_are_cleared_by_reset_only(void **state)
{
	struct fixture *f = *state;

	driver_start(&f->driver, SIZE);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, ACKNOWLEDGE);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
	assert_int_equal(status(&f->driver), UP);
	assert_int_equal(f->model.nr_starts, 1);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(status(&f->driver), 0);
}

static void test_virtio_mmio_failed_driver_is_not_served(void **state)
{
	struct fixture *f = *state;

	driver_start(&f->driver, SIZE);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP | FAILED);
	assert_int_equal(status(&f->driver), UP | FAILED);
	offer_one(&f->driver);
	driver_notify(&f->driver);
	assert_int_equal(f->model.nr_serves, 0);
}

static void refused_features(struct driver *driver, uint32_t sel, uint32_t value)
{
	driver_write(driver, VIRTIO_MMIO_STATUS, 0);
	driver_write(driver, VIRTIO_MMIO_STATUS, ACKNOWLEDGE | DRIVER);
	driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES, 1);
	driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, sel);
	driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES, value);
	driver_write(driver, VIRTIO_MMIO_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	assert_int_equal(status(driver), ACKNOWLEDGE | DRIVER);
}

static void test_virtio_mmio_features_not_offered_are_refused(void **state)
{
	struct fixture *f = *state;

	refused_features(&f->driver, 0, 1);
	refused_features(&f->driver, 1, 3);
	refused_features(&f->driver, 2, 1);
	refused_features(&f->driver, UINT32_MAX, 1);
	/* a legacy driver does not accept VERSION_1 */
	refused_features(&f->driver, 1, 0);
}

static void test_virtio_mmio_features_after_features_ok_are_ignored(void **state)
{
	struct fixture *f = *state;

	driver_negotiate(&f->driver, FEATURE_EVENT_IDX);
	driver_write(&f->driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	driver_write(&f->driver, VIRTIO_MMIO_DRIVER_FEATURES, UINT32_MAX);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
	assert_int_equal(f->model.features, MODEL_FEATURE | FEATURE_VERSION_1 | FEATURE_INDIRECT);
}

static void test_virtio_mmio_feature_words_above_second_are_zero(void **state)
{
	struct fixture *f = *state;

	driver_write(&f->driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_DEVICE_FEATURES), 1);
	driver_write(&f->driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 2);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_DEVICE_FEATURES), 0);
	driver_write(&f->driver, VIRTIO_MMIO_DEVICE_FEATURES_SEL, UINT32_MAX);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_DEVICE_FEATURES), 0);
}

static void test_virtio_mmio_queue_setup_before_features_ok_ignored(void **state)
{
	struct fixture *f = *state;

	ring_init(&f->driver.ring, f->driver.mem, SIZE);
	driver_write_queue(&f->driver, &f->driver.ring.layout);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_QUEUE_READY), 0);
}

static void test_virtio_mmio_queue_setup_after_driver_ok_ignored(void **state)
{
	struct virtqueue_layout wild = { 0xffff, GPA(0x7), GPA(UINT64_MAX), GPA(0xd0000000) };
	struct fixture *f = *state;

	driver_start(&f->driver, SIZE);
	driver_write(&f->driver, VIRTIO_MMIO_QUEUE_READY, 0);
	driver_write_queue(&f->driver, &wild);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_QUEUE_READY), 1);
	offer_one(&f->driver);
	driver_notify(&f->driver);
	assert_int_equal(f->model.nr_requests, 1);
	assert_int_equal(status(&f->driver), UP);
}

static void test_virtio_mmio_queue_setup_while_ready_ignored(void **state)
{
	struct fixture *f = *state;

	driver_negotiate(&f->driver, FEATURE_EVENT_IDX);
	ring_init(&f->driver.ring, f->driver.mem, SIZE);
	driver_write_queue(&f->driver, &f->driver.ring.layout);
	driver_write(&f->driver, VIRTIO_MMIO_QUEUE_NUM, 0xffff);
	driver_write(&f->driver, VIRTIO_MMIO_QUEUE_DESC_HIGH, UINT32_MAX);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
	assert_int_equal(status(&f->driver), UP);
}

static void test_virtio_mmio_queue_beyond_the_last_is_absent(void **state)
{
	struct fixture *f = *state;

	driver_negotiate(&f->driver, 0);
	driver_write(&f->driver, VIRTIO_MMIO_QUEUE_SEL, UINT32_MAX);
	driver_write(&f->driver, VIRTIO_MMIO_QUEUE_NUM, SIZE);
	driver_write(&f->driver, VIRTIO_MMIO_QUEUE_READY, 1);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_QUEUE_READY), 0);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
}

/* ---- attack families 1 and 2, through the registers ---- */

static void test_virtio_mmio_bad_layout_needs_reset(void **state)
{
	static const struct virtqueue_layout bad[] = {
		{ 0, { RING_DESC }, { RING_DRIVER }, { RING_DEVICE } },
		{ 3, { RING_DESC }, { RING_DRIVER }, { RING_DEVICE } },
		{ 0xffff, { RING_DESC }, { RING_DRIVER }, { RING_DEVICE } },
		/* valid for a virtqueue, but larger than queues of this device */
		{ 128, { RING_DESC }, { RING_DRIVER }, { RING_DEVICE } },
		{ SIZE, { UINT64_MAX - 15 }, { RING_DRIVER }, { RING_DEVICE } },
		{ SIZE, { RING_DESC }, { 0xd0000000 }, { RING_DEVICE } },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		driver_negotiate(&f->driver, FEATURE_EVENT_IDX);
		driver_write_queue(&f->driver, &bad[i]);
		f->driver.nr_irqs = 0;
		driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
		assert_int_equal(status(&f->driver), UP | NEEDS_RESET);
		assert_int_equal(f->driver.nr_irqs, 1);
		assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_INTERRUPT_STATUS),
				 VIRTIO_MMIO_INT_CONFIG);
		driver_notify(&f->driver);
		assert_int_equal(f->model.nr_serves, 0);
	}
	driver_start(&f->driver, SIZE);
	offer_one(&f->driver);
	driver_notify(&f->driver);
	assert_int_equal(f->model.nr_requests, 1);
}

static void test_virtio_mmio_broken_chain_needs_reset_once(void **state)
{
	struct fixture *f = *state;

	driver_start(&f->driver, SIZE);
	ring_offer(&f->driver.ring, 0xffff);
	driver_notify(&f->driver);
	driver_notify(&f->driver);
	assert_int_equal(status(&f->driver), UP | NEEDS_RESET);
	assert_int_equal(f->driver.nr_irqs, 1);
	assert_int_equal(f->model.nr_serves, 1);
	/* a write of the status does not help */
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
	assert_int_equal(status(&f->driver), UP | NEEDS_RESET);
}

static void test_virtio_mmio_queue_broken_by_model_needs_reset(void **state)
{
	struct fixture *f = *state;

	f->model.breaks = true;
	driver_start(&f->driver, SIZE);
	offer_one(&f->driver);
	driver_notify(&f->driver);
	assert_int_equal(status(&f->driver), UP | NEEDS_RESET);
}

static void test_virtio_mmio_reset_clears_all_state(void **state)
{
	struct fixture *f = *state;

	driver_start(&f->driver, SIZE);
	offer_one(&f->driver);
	driver_notify(&f->driver);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, 0);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_QUEUE_READY), 0);
	offer_one(&f->driver);
	driver_notify(&f->driver);
	assert_int_equal(f->model.nr_requests, 1);
	driver_start(&f->driver, SIZE);
	offer_one(&f->driver);
	driver_notify(&f->driver);
	assert_int_equal(f->model.nr_requests, 2);
	assert_int_equal(ring_used_idx(&f->driver.ring), 1);
}

struct resetter {
	struct driver *driver;
	unsigned int nr;
};

static void *reset_often(void *arg)
{
	struct resetter *resetter = arg;

	for (unsigned int i = 0; i < resetter->nr; i++)
		driver_write(resetter->driver, VIRTIO_MMIO_STATUS, 0);
	return NULL;
}

static void test_virtio_mmio_reset_during_requests_of_other_vcpu(void **state)
{
	struct fixture *f = *state;
	struct resetter resetter = { .driver = &f->driver, .nr = 2000 };
	pthread_t thread;

	driver_start(&f->driver, SIZE);
	assert_int_equal(pthread_create(&thread, NULL, reset_often, &resetter), 0);
	for (unsigned int i = 0; i < 2000; i++) {
		ring_init(&f->driver.ring, f->driver.mem, SIZE);
		driver_negotiate(&f->driver, 0);
		driver_write_queue(&f->driver, &f->driver.ring.layout);
		driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
		offer_one(&f->driver);
		driver_notify(&f->driver);
	}
	pthread_join(thread, NULL);
	driver_start(&f->driver, SIZE);
	assert_int_equal(status(&f->driver), UP);
}

/* ---- attack family 14: widths, alignment, notify ---- */

static void test_virtio_mmio_other_widths_and_alignments_ignored(void **state)
{
	static const unsigned int widths[] = { 1, 2, 3, 8 };
	uint8_t data[8] = { ACKNOWLEDGE };
	struct fixture *f = *state;
	struct bus *mmio = &f->driver.mmio;

	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		uint8_t seen[8] = { 0 };

		assert_true(bus_access(mmio, DRIVER_WINDOW + VIRTIO_MMIO_STATUS, data, widths[i],
				       true));
		assert_true(bus_access(mmio, DRIVER_WINDOW, seen, widths[i], false));
		assert_int_equal(seen[0], 0xff);
		assert_int_equal(seen[widths[i] - 1], 0xff);
	}
	assert_true(bus_access(mmio, DRIVER_WINDOW + VIRTIO_MMIO_STATUS - 1, data, 4, true));
	assert_true(bus_access(mmio, DRIVER_WINDOW + VIRTIO_MMIO_STATUS + 2, data, 4, true));
	assert_false(bus_access(mmio, DRIVER_WINDOW - 2, data, 4, true));
	assert_false(bus_access(mmio, DRIVER_WINDOW + VIRTIO_MMIO_SIZE - 2, data, 4, true));
	assert_int_equal(status(&f->driver), 0);
}

static void test_virtio_mmio_config_reads_any_width_and_pads_zeros(void **state)
{
	static const uint8_t tail[8] = { 5, 6, 0, 0, 0, 0, 0, 0 };
	uint64_t base = DRIVER_WINDOW + VIRTIO_MMIO_CONFIG;
	struct fixture *f = *state;
	uint8_t data[8];

	assert_true(bus_access(&f->driver.mmio, base + 1, data, 1, false));
	assert_int_equal(data[0], 2);
	assert_true(bus_access(&f->driver.mmio, base + 1, data, 2, false));
	assert_int_equal(get_le16(data), 0x0302);
	assert_true(bus_access(&f->driver.mmio, base + 4, data, 8, false));
	assert_memory_equal(data, tail, sizeof(tail));
	assert_true(
		bus_access(&f->driver.mmio, DRIVER_WINDOW + VIRTIO_MMIO_SIZE - 8, data, 8, false));
	assert_int_equal(get_le64(data), 0);
}

static void test_virtio_mmio_config_cannot_be_written(void **state)
{
	struct fixture *f = *state;

	driver_start(&f->driver, SIZE);
	driver_write(&f->driver, VIRTIO_MMIO_CONFIG, 0xdeadbeef);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_CONFIG), 0x04030201);
}

static void test_virtio_mmio_set_config_interrupts_the_driver(void **state)
{
	static const uint8_t changed[6] = { 9, 2, 3, 4, 5, 6 };
	struct fixture *f = *state;
	uint32_t before = driver_read(&f->driver, VIRTIO_MMIO_CONFIG_GENERATION);

	virtio_mmio_set_config(f->driver.transport, changed);
	assert_int_equal(f->driver.nr_irqs, 0);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_CONFIG), 0x04030209);
	assert_int_not_equal(driver_read(&f->driver, VIRTIO_MMIO_CONFIG_GENERATION), before);
	driver_start(&f->driver, SIZE);
	virtio_mmio_set_config(f->driver.transport, config);
	assert_int_equal(f->driver.nr_irqs, 1);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_INTERRUPT_STATUS),
			 VIRTIO_MMIO_INT_CONFIG);
}

/* as some drivers do: it is not served before DRIVER_OK, and not forgotten either */
static void test_virtio_mmio_early_notify_is_served_at_driver_ok(void **state)
{
	struct fixture *f = *state;

	driver_negotiate(&f->driver, FEATURE_EVENT_IDX);
	ring_init(&f->driver.ring, f->driver.mem, SIZE);
	driver_write_queue(&f->driver, &f->driver.ring.layout);
	offer_one(&f->driver);
	driver_notify(&f->driver);
	assert_int_equal(f->model.nr_serves, 0);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
	assert_int_equal(f->model.nr_serves, 1);
	assert_int_equal(f->model.nr_requests, 1);
	assert_int_equal(f->driver.nr_irqs, 1);
	/* a reset forgets it */
	driver_negotiate(&f->driver, FEATURE_EVENT_IDX);
	driver_write_queue(&f->driver, &f->driver.ring.layout);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
	assert_int_equal(f->model.nr_serves, 1);
}

static void test_virtio_mmio_notify_of_absent_queue_or_before_setup_ignored(void **state)
{
	static const uint32_t queues[] = { 1, VIRTIO_MAX_QUEUES, 0xffff, UINT32_MAX };
	struct fixture *f = *state;

	driver_notify(&f->driver);
	driver_negotiate(&f->driver, FEATURE_EVENT_IDX);
	ring_init(&f->driver.ring, f->driver.mem, SIZE);
	driver_write_queue(&f->driver, &f->driver.ring.layout);
	offer_one(&f->driver);
	for (size_t i = 0; i < ARRAY_SIZE(queues); i++)
		driver_write(&f->driver, VIRTIO_MMIO_QUEUE_NOTIFY, queues[i]);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
	for (size_t i = 0; i < ARRAY_SIZE(queues); i++)
		driver_write(&f->driver, VIRTIO_MMIO_QUEUE_NOTIFY, queues[i]);
	assert_int_equal(f->model.nr_serves, 0);
	driver_notify(&f->driver);
	assert_int_equal(f->model.nr_requests, 1);
}

static void test_virtio_mmio_queue_that_is_not_ready_is_not_served(void **state)
{
	struct fixture *f = *state;

	driver_negotiate(&f->driver, FEATURE_EVENT_IDX);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, UP);
	driver_notify(&f->driver);
	assert_int_equal(status(&f->driver), UP);
	assert_int_equal(f->model.nr_requests, 0);
}

static void test_virtio_mmio_random_register_writes_are_harmless(void **state)
{
	struct fixture *f = *state;
	uint32_t random = 3;

	ring_init(&f->driver.ring, f->driver.mem, SIZE);
	for (int i = 0; i < 200000; i++) {
		uint8_t data[8] = { 0 };

		random = random * 1664525u + 1013904223u;
		put_le32(data, random & 0x40000000 ? random >> 24 & 0xf : random);
		bus_access(&f->driver.mmio, DRIVER_WINDOW + (random >> 8 & 0x1fc), data,
			   random & 0x20000000 ? 4 : 1 + (random >> 20 & 7), random >> 31);
		if (i % 1000 == 0)
			driver_negotiate(&f->driver, 0);
	}
	driver_start(&f->driver, SIZE);
	offer_one(&f->driver);
	f->model.nr_requests = 0;
	driver_notify(&f->driver);
	assert_int_equal(f->model.nr_requests, 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_virtio_mmio_identification_registers),
		T(test_virtio_mmio_device_outside_the_limits_is_einval),
		T(test_virtio_mmio_correct_driver_is_served),
		T(test_virtio_mmio_acknowledge_and_driver_in_one_step),
		T(test_virtio_mmio_status_steps_out_of_order_are_ignored),
		T(test_virtio_mmio_driver_ok_without_features_ok_is_ignored),
		T(test_virtio_mmio_status_bits_are_cleared_by_reset_only),
		T(test_virtio_mmio_failed_driver_is_not_served),
		T(test_virtio_mmio_features_not_offered_are_refused),
		T(test_virtio_mmio_features_after_features_ok_are_ignored),
		T(test_virtio_mmio_feature_words_above_second_are_zero),
		T(test_virtio_mmio_queue_setup_before_features_ok_ignored),
		T(test_virtio_mmio_queue_setup_after_driver_ok_ignored),
		T(test_virtio_mmio_queue_setup_while_ready_ignored),
		T(test_virtio_mmio_queue_beyond_the_last_is_absent),
		T(test_virtio_mmio_bad_layout_needs_reset),
		T(test_virtio_mmio_broken_chain_needs_reset_once),
		T(test_virtio_mmio_queue_broken_by_model_needs_reset),
		T(test_virtio_mmio_reset_clears_all_state),
		T(test_virtio_mmio_reset_during_requests_of_other_vcpu),
		T(test_virtio_mmio_other_widths_and_alignments_ignored),
		T(test_virtio_mmio_config_reads_any_width_and_pads_zeros),
		T(test_virtio_mmio_config_cannot_be_written),
		T(test_virtio_mmio_set_config_interrupts_the_driver),
		T(test_virtio_mmio_early_notify_is_served_at_driver_ok),
		T(test_virtio_mmio_notify_of_absent_queue_or_before_setup_ignored),
		T(test_virtio_mmio_queue_that_is_not_ready_is_not_served),
		T(test_virtio_mmio_random_register_writes_are_harmless),
	};

	return cmocka_run_group_tests_name("virtio_mmio", tests, NULL, NULL);
}
