/* SPDX-License-Identifier: MIT */
/*
 * The machine's devices at the addresses of arch_platform(): what each causes comes up through
 * struct devices_events. bus_add() is replaced, so that one device after the other cannot be added,
 * and arch_platform(), so that optional devices exist or do not.
 */
#include "test.h"

#include <errno.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_mmio.h>
#include <portal/wire.h>
#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "lib/capture.h"
#include "machine/devices.h"
#include "samples.h"

#define FREE_WINDOW 0xe0000000u

static struct rig {
	struct arch_platform platform;
	struct devices devices;
	struct guest_mem *mem;
	struct handover handover;
	struct vmm_config config;
	unsigned int nr_bus_adds;
	unsigned int fail_bus_add; /* this one fails; 0: none */

	uint8_t serial_byte, mark;
	int power;
	uint32_t guest_state;
	unsigned int nr_traces;
	unsigned int gsi;
} rig;

const struct arch_platform *__real_arch_platform(void);
const struct arch_platform *__wrap_arch_platform(void);
int __real_bus_add(struct bus *bus, uint64_t base, uint64_t len, const struct bus_ops *ops,
		   void *dev);
int __wrap_bus_add(struct bus *bus, uint64_t base, uint64_t len, const struct bus_ops *ops,
		   void *dev);

const struct arch_platform *__wrap_arch_platform(void)
{
	return &rig.platform;
}

int __wrap_bus_add(struct bus *bus, uint64_t base, uint64_t len, const struct bus_ops *ops,
		   void *dev)
{
	if (++rig.nr_bus_adds == rig.fail_bus_add)
		return -EEXIST;
	return __real_bus_add(bus, base, len, ops, dev);
}

static void on_serial_out(void *ctx, const uint8_t *data, size_t len)
{
	assert_ptr_equal(ctx, &rig);
	assert_int_equal(len, 1);
	rig.serial_byte = data[0];
}

static void on_power(void *ctx, enum power_event event)
{
	assert_ptr_equal(ctx, &rig);
	rig.power = (int)event;
}

static void on_guest_state(void *ctx, uint32_t guest_state)
{
	assert_ptr_equal(ctx, &rig);
	rig.guest_state = guest_state;
}

static void on_trace(void *ctx)
{
	assert_ptr_equal(ctx, &rig);
	rig.nr_traces++;
}

static void on_mark(void *ctx, uint8_t value)
{
	assert_ptr_equal(ctx, &rig);
	rig.mark = value;
}

static void on_raise_irq(void *ctx, unsigned int gsi)
{
	assert_ptr_equal(ctx, &rig);
	rig.gsi = gsi;
}

static const struct devices_events events = {
	.serial_out = on_serial_out,
	.power = on_power,
	.guest_state = on_guest_state,
	.trace = on_trace,
	.mark = on_mark,
	.raise_irq = on_raise_irq,
	.ctx = &rig,
};

static int setup(void **state)
{
	(void)state;
	rig = (struct rig){ .handover = HANDOVER_NONE, .platform = *__real_arch_platform() };
	assert_int_equal(mem_create(&rig.mem), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	devices_done(&rig.devices);
	mem_destroy(rig.mem);
	return 0;
}

static int add(void)
{
	return devices_add(&rig.devices, &events, rig.mem, &rig.handover, &rig.config);
}

static struct bus *serial_bus(void)
{
	return arch_platform()->serial_is_pio ? &rig.devices.pio : &rig.devices.mmio;
}

static void write_bus(struct bus *bus, uint64_t address, uint32_t value, unsigned int len)
{
	assert_true(bus_access(bus, address, &value, len, true));
}

static uint32_t read_bus(struct bus *bus, uint64_t address, unsigned int len)
{
	uint32_t value = 0;

	assert_true(bus_access(bus, address, &value, len, false));
	return value;
}

static void test_serial_port_passes_output_on(void **state)
{
	(void)state;
	assert_int_equal(add(), 0);
	write_bus(serial_bus(), arch_platform()->serial_base, 'x', 1);
	assert_int_equal(rig.serial_byte, 'x');
}

static void test_serial_port_has_its_interrupt(void **state)
{
	const uint64_t ier = 1;

	(void)state;
	assert_int_equal(add(), 0);
	/* the transmitter is empty, and says so as soon as it may */
	write_bus(serial_bus(), arch_platform()->serial_base + ier, 2, 1);
	assert_int_equal(rig.gsi, arch_platform()->serial_gsi);
}

static void test_boot_marks_are_passed_on(void **state)
{
	(void)state;
	assert_int_equal(add(), 0);
	write_bus(serial_bus(), arch_platform()->marks_base, 0x42, 1);
	assert_int_equal(rig.mark, 0x42);
}

static void test_portal_device_passes_state_and_trace_on(void **state)
{
	uint64_t base = arch_platform()->portal_base;

	(void)state;
	assert_int_equal(add(), 0);
	write_bus(&rig.devices.mmio, base + PORTAL_DEV_STATE, PORTAL_STATE_UP, 4);
	assert_int_equal(rig.guest_state, PORTAL_STATE_UP);
	write_bus(&rig.devices.mmio, base + PORTAL_DEV_TRACE, 1, 4);
	assert_int_equal(rig.nr_traces, 1);
	portal_dev_raise_work(&rig.devices.portal_dev, 1);
	assert_int_equal(rig.gsi, arch_platform()->portal_gsi);
}

static bool reset_by_port(void)
{
	uint8_t value = POWER_RESET_VALUE;

	return bus_access(&rig.devices.pio, POWER_RESET_PORT, &value, 1, true);
}

static void test_platform_with_power_ports_has_them(void **state)
{
	(void)state;
	rig.platform.has_power_ports = true;
	assert_int_equal(add(), 0);
	assert_true(reset_by_port());
	assert_int_equal(rig.power, POWER_RESET);
}

static void test_platform_without_power_ports_has_none(void **state)
{
	(void)state;
	rig.platform.has_power_ports = false;
	assert_int_equal(add(), 0);
	assert_false(reset_by_port());
}

static void test_platform_with_a_clock_has_it(void **state)
{
	const uint64_t peripheral_id = 0xfe0;

	(void)state;
	rig.platform.rtc_base = FREE_WINDOW;
	assert_int_equal(add(), 0);
	assert_int_equal(read_bus(&rig.devices.mmio, FREE_WINDOW + peripheral_id, 4), 0x31);
}

static void test_platform_without_a_clock_has_none(void **state)
{
	size_t nr_windows;

	(void)state;
	rig.platform.rtc_base = FREE_WINDOW;
	assert_int_equal(add(), 0);
	nr_windows = rig.devices.mmio.nr_ranges;
	devices_done(&rig.devices);
	rig.devices = (struct devices){ 0 };
	rig.platform.rtc_base = 0;
	assert_int_equal(add(), 0);
	assert_int_equal(rig.devices.mmio.nr_ranges, nr_windows - 1);
}

static uint32_t device_id(unsigned int slot)
{
	return read_bus(&rig.devices.mmio,
			arch_platform()->virtio_base + slot * arch_platform()->virtio_stride +
				VIRTIO_MMIO_DEVICE_ID,
			4);
}

static void test_entropy_source_is_behind_the_disks(void **state)
{
	static const uint8_t sector[512];
	char *path = sample_write(sector, sizeof(sector));

	(void)state;
	rig.config.disks[rig.config.nr_disks++] = path;
	assert_int_equal(add(), 0);
	unlink(path);
	free(path);
	assert_int_equal(rig.devices.slots.nr, 2);
	assert_int_equal(device_id(0), VIRTIO_ID_BLOCK);
	assert_int_equal(device_id(1), VIRTIO_ID_RNG);
}

static void test_failed_disk_is_an_error(void **state)
{
	(void)state;
	rig.config.disks[rig.config.nr_disks++] = "/nonexistent/disk.img";
	capture_start();
	assert_int_equal(add(), -EINVAL);
	assert_has(capture_stop(), "--disk /nonexistent/disk.img: No such file or directory");
	assert_int_equal(rig.devices.slots.nr, 0);
}

/* the device whose @nr_bus_add'th window is taken is named; NULL: there are not that many */
static const char *failure_of(unsigned int nr_bus_add)
{
	const char *text;
	int err;

	rig.devices = (struct devices){ 0 };
	rig.nr_bus_adds = 0;
	rig.fail_bus_add = nr_bus_add;
	capture_start();
	err = add();
	text = capture_stop();
	devices_done(&rig.devices);
	rig.devices = (struct devices){ 0 };
	if (err == 0)
		return NULL;
	assert_int_equal(err, -EEXIST);
	return text;
}

static void test_each_device_that_cannot_be_added_is_named(void **state)
{
	static const char *const names[] = { "the power ports",	  "the serial port",
					     "the clock",	  "the boot marks",
					     "the portal device", "the entropy source" };
	unsigned int nr_named = 0;
	const char *text;

	(void)state;
	rig.platform.has_power_ports = true;
	rig.platform.rtc_base = FREE_WINDOW;
	for (unsigned int i = 1; (text = failure_of(i)); i++) {
		char expected[128];

		assert_has(text, "error: cannot add the ");
		assert_has(text, ": File exists\n");
		snprintf(expected, sizeof(expected), "cannot add %s:", names[nr_named]);
		nr_named += strstr(text, expected) != NULL;
		if (nr_named == ARRAY_SIZE(names))
			break;
	}
	assert_int_equal(nr_named, ARRAY_SIZE(names));
}

static void test_nothing_to_free_is_no_error(void **state)
{
	(void)state;
	devices_done(&rig.devices);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_serial_port_passes_output_on),
		CASE(test_serial_port_has_its_interrupt),
		CASE(test_boot_marks_are_passed_on),
		CASE(test_portal_device_passes_state_and_trace_on),
		CASE(test_platform_with_power_ports_has_them),
		CASE(test_platform_without_power_ports_has_none),
		CASE(test_platform_with_a_clock_has_it),
		CASE(test_platform_without_a_clock_has_none),
		CASE(test_entropy_source_is_behind_the_disks),
		CASE(test_failed_disk_is_an_error),
		CASE(test_each_device_that_cannot_be_added_is_named),
		CASE(test_nothing_to_free_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
