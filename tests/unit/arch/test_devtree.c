/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <libfdt.h>
#include <string.h>

#include "arch/arm64/devtree.h"
#include "arch/arm64/layout.h"
#include "base/bytes.h"
#include "portal/wire.h"

#define RAM_SIZE MIB(64)

static _Alignas(8) uint8_t blob[ARM64_FDT_SIZE];
static struct guest_mem *mem;

static int setup(void **state)
{
	(void)state;
	if (mem_create(&mem) < 0)
		return -1;
	return mem_add_ram(mem, GPA(ARM64_RAM), RAM_SIZE);
}

static int teardown(void **state)
{
	(void)state;
	mem_destroy(mem);
	return 0;
}

static struct devtree_machine machine(void)
{
	return (struct devtree_machine){
		.mem = mem,
		.gic_version = 3,
		.nr_cpus = 1,
		.cmdline = "console=ttyS0 quiet",
		.rng_seed = { 1, 2, 3 },
	};
}

static void build(const struct devtree_machine *m)
{
	assert_int_equal(devtree_build(blob, sizeof(blob), m), 0);
	assert_int_equal(fdt_check_full(blob, sizeof(blob)), 0);
}

static int node_at(const char *path)
{
	int node = fdt_path_offset(blob, path);

	assert_true(node >= 0);
	return node;
}

static const void *property(int node, const char *name, int len)
{
	int got;
	const void *value = fdt_getprop(blob, node, name, &got);

	assert_non_null(value);
	assert_int_equal(got, len);
	return value;
}

static uint32_t cell(int node, const char *name, int nr_cells, int index)
{
	return fdt32_to_cpu(((const fdt32_t *)property(node, name, nr_cells * 4))[index]);
}

static uint64_t reg(int node, int nr_pairs, int index)
{
	/* cells have four bytes, so that a value of two cells need not be 8-byte aligned */
	return fdt64_ld((const fdt64_t *)property(node, "reg", nr_pairs * 16) + index);
}

static void test_devtree_memory_node_covers_ram(void **state)
{
	const struct devtree_machine m = machine();
	int node;

	(void)state;
	build(&m);
	node = node_at("/memory@40000000");
	assert_int_equal(reg(node, 1, 0), ARM64_RAM);
	assert_int_equal(reg(node, 1, 1), RAM_SIZE);
}

static void test_devtree_chosen_has_command_line_and_initrd(void **state)
{
	struct devtree_machine m = machine();
	int node;

	(void)state;
	build(&m);
	node = node_at("/chosen");
	assert_string_equal(fdt_getprop(blob, node, "bootargs", NULL), "console=ttyS0 quiet");
	assert_memory_equal(property(node, "rng-seed", 64), m.rng_seed, 64);
	assert_null(fdt_getprop(blob, node, "linux,initrd-start", NULL));
	assert_null(fdt_getprop(blob, node, "kaslr-seed", NULL));
	node_at(fdt_getprop(blob, node, "stdout-path", NULL));
	m.initrd = GPA(ARM64_RAM + MIB(32));
	m.initrd_size = 1000;
	m.kaslr_seed = 0x0123456789abcdef;
	build(&m);
	node = node_at("/chosen");
	assert_int_equal(cell(node, "linux,initrd-start", 2, 0), 0);
	assert_int_equal(cell(node, "linux,initrd-start", 2, 1), ARM64_RAM + MIB(32));
	assert_int_equal(cell(node, "linux,initrd-end", 2, 1), ARM64_RAM + MIB(32) + 1000);
	assert_int_equal(cell(node, "kaslr-seed", 2, 0), 0x01234567);
}

static void test_devtree_cpu_affinities_match_kvm(void **state)
{
	struct devtree_machine m = machine();
	int cpus, node;

	(void)state;
	m.nr_cpus = 18;
	build(&m);
	cpus = node_at("/cpus");
	fdt_for_each_subnode(node, blob, cpus)
		assert_string_equal(fdt_getprop(blob, node, "enable-method", NULL), "psci");
	assert_int_equal(cell(node_at("/cpus/cpu@f"), "reg", 1, 0), 0xf);
	assert_int_equal(cell(node_at("/cpus/cpu@100"), "reg", 1, 0), 0x100);
	assert_int_equal(cell(node_at("/cpus/cpu@101"), "reg", 1, 0), 0x101);
	assert_true(fdt_path_offset(blob, "/cpus/cpu@102") < 0);
	assert_int_equal(devtree_mpidr(0x12345), 0x123405);
}

static void test_devtree_gic_node_of_each_version(void **state)
{
	struct devtree_machine m = machine();
	int node;

	(void)state;
	m.nr_cpus = 3;
	build(&m);
	node = node_at("/intc@8000000");
	assert_string_equal(fdt_getprop(blob, node, "compatible", NULL), "arm,gic-v3");
	assert_int_equal(reg(node, 2, 2), ARM64_GICR);
	assert_int_equal(reg(node, 2, 3), 3 * ARM64_GICV3_REDIST_SIZE);
	assert_int_equal(fdt_get_phandle(blob, node), cell(node_at("/"), "interrupt-parent", 1, 0));
	assert_int_equal(cell(node_at("/timer"), "interrupts", 12, 2), 4);
	m.gic_version = 2;
	build(&m);
	node = node_at("/intc@8000000");
	assert_string_equal(fdt_getprop(blob, node, "compatible", NULL), "arm,cortex-a15-gic");
	assert_int_equal(reg(node, 2, 2), ARM64_GICC);
	assert_int_equal(cell(node_at("/timer"), "interrupts", 12, 2), 0x704);
	m.nr_cpus = 8;
	build(&m);
	assert_int_equal(cell(node_at("/timer"), "interrupts", 12, 2), 0xff04);
}

static void assert_spi(int node, uint32_t spi)
{
	assert_int_equal(cell(node, "interrupts", 3, 0), 0);
	assert_int_equal(cell(node, "interrupts", 3, 1), spi);
	assert_int_equal(cell(node, "interrupts", 3, 2), 1);
}

static void test_devtree_device_windows_and_interrupts(void **state)
{
	struct devtree_machine m = machine();
	int node;

	(void)state;
	m.nr_virtio = 2;
	build(&m);
	node = node_at("/virtio_mmio@a010000");
	assert_string_equal(fdt_getprop(blob, node, "compatible", NULL), "virtio,mmio");
	assert_int_equal(reg(node, 1, 0), ARM64_VIRTIO_BASE + ARM64_VIRTIO_STRIDE);
	assert_spi(node, ARM64_VIRTIO_SPI + 1);
	assert_true(fdt_path_offset(blob, "/virtio_mmio@a020000") < 0);
	node = node_at("/portal@b000000");
	assert_string_equal(fdt_getprop(blob, node, "compatible", NULL), PORTAL_DEV_OF_COMPATIBLE);
	assert_int_equal(reg(node, 1, 1), PORTAL_DEV_SIZE);
	assert_spi(node, ARM64_PORTAL_SPI);
	node = node_at("/serial@9000000");
	assert_string_equal(fdt_getprop(blob, node, "compatible", NULL), "ns16550a");
	assert_spi(node, ARM64_SERIAL_SPI);
	node = node_at("/rtc@9020000");
	assert_int_equal(fdt_node_check_compatible(blob, node, "arm,pl031"), 0);
	assert_int_equal(fdt_node_check_compatible(blob, node, "arm,primecell"), 0);
	assert_int_equal(reg(node, 1, 0), ARM64_RTC_BASE);
	assert_int_equal(cell(node, "clocks", 1, 0), fdt_get_phandle(blob, node_at("/apb-pclk")));
	assert_null(fdt_getprop(blob, node, "interrupts", NULL));
}

static void test_devtree_mmio_doorbell_has_a_window(void **state)
{
	struct devtree_machine m = machine();
	int node;

	(void)state;
	m.has_doorbell = true;
	build(&m);
	node = node_at("/portal@b000000");
	assert_int_equal(reg(node, 2, 0), ARM64_PORTAL_BASE);
	assert_int_equal(reg(node, 2, 2), ARM64_DOORBELL_BASE);
	assert_int_equal(reg(node, 2, 3), PORTAL_DOORBELL_MMIO_SIZE);
}

static void test_devtree_timer_matches_32_and_64_bit_kernels(void **state)
{
	const struct devtree_machine m = machine();

	(void)state;
	build(&m);
	assert_int_equal(fdt_node_check_compatible(blob, node_at("/timer"), "arm,armv8-timer"), 0);
	assert_int_equal(fdt_node_check_compatible(blob, node_at("/timer"), "arm,armv7-timer"), 0);
}

static void test_devtree_psci_method_is_hvc(void **state)
{
	const struct devtree_machine m = machine();
	int node;

	(void)state;
	build(&m);
	node = node_at("/psci");
	assert_string_equal(fdt_getprop(blob, node, "method", NULL), "hvc");
	assert_int_equal(fdt_node_check_compatible(blob, node, "arm,psci-0.2"), 0);
	assert_int_equal(fdt_node_check_compatible(blob, node, "arm,psci-1.0"), 0);
}

static void test_user_devtree_chosen_node_is_updated(void **state)
{
	static _Alignas(8) uint8_t source[4096];
	struct devtree_machine m = machine();
	int node;

	(void)state;
	assert_int_equal(fdt_create_empty_tree(source, sizeof(source)), 0);
	m.initrd = GPA(ARM64_RAM + MIB(32));
	m.initrd_size = 4;
	m.kaslr_seed = 1;
	assert_int_equal(devtree_adopt(blob, sizeof(blob), source, sizeof(source), &m), 0);
	assert_int_equal(fdt_check_full(blob, devtree_len(blob)), 0);
	node = node_at("/chosen");
	assert_string_equal(fdt_getprop(blob, node, "bootargs", NULL), m.cmdline);
	assert_int_equal(cell(node, "linux,initrd-end", 2, 1), ARM64_RAM + MIB(32) + 4);
	/* adopt the result again: properties without a value now must be removed */
	memcpy(source, blob, devtree_len(blob));
	m.initrd_size = 0;
	m.kaslr_seed = 0;
	assert_int_equal(devtree_adopt(blob, sizeof(blob), source, devtree_len(source), &m), 0);
	node = node_at("/chosen");
	assert_null(fdt_getprop(blob, node, "linux,initrd-start", NULL));
	assert_null(fdt_getprop(blob, node, "kaslr-seed", NULL));
}

static void test_user_devtree_truncated_or_damaged_is_ebadmsg(void **state)
{
	static _Alignas(8) uint8_t source[ARM64_FDT_SIZE];
	const struct devtree_machine m = machine();
	size_t len;

	(void)state;
	build(&m);
	len = devtree_len(blob);
	memcpy(source, blob, len);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(devtree_adopt(blob, sizeof(blob), source, cut, &m), -EBADMSG);
	assert_int_equal(devtree_adopt(blob, len / 2, source, len, &m), -E2BIG);
	assert_int_equal(devtree_adopt(blob, sizeof(blob), source, len, &m), 0);
	source[0] ^= 1;
	assert_int_equal(devtree_adopt(blob, sizeof(blob), source, len, &m), -EBADMSG);
}

/* for these versions libfdt searches the root's empty name for a path separator, and uses the
 * result without a check for NULL */
static void test_user_devtree_before_version_16_is_ebadmsg(void **state)
{
	static _Alignas(8) uint8_t source[4096];
	const struct devtree_machine m = machine();

	(void)state;
	assert_int_equal(fdt_create_empty_tree(source, sizeof(source)), 0);
	for (uint32_t version = 0; version < 16; version++) {
		fdt_set_version(source, version);
		fdt_set_last_comp_version(source, version);
		assert_int_equal(devtree_adopt(blob, sizeof(blob), source, sizeof(source), &m),
				 -EBADMSG);
	}
}

/* libfdt checks the offsets of names against the size of the strings from version 17 on, which is
 * what the tree becomes */
static void test_user_devtree_names_beyond_strings_is_ebadmsg(void **state)
{
	static _Alignas(8) uint8_t source[ARM64_FDT_SIZE];
	const struct devtree_machine m = machine();
	size_t len;

	(void)state;
	build(&m);
	len = devtree_len(blob);
	memcpy(source, blob, len);
	fdt_set_version(source, 16);
	assert_int_equal(devtree_adopt(blob, sizeof(blob), source, len, &m), 0);
	fdt_set_size_dt_strings(source, 1);
	assert_int_equal(devtree_adopt(blob, sizeof(blob), source, len, &m), -EBADMSG);
}

static void test_devtree_buffer_size_limit_of_largest_machine(void **state)
{
	static char cmdline[2048];
	struct devtree_machine m = machine();
	size_t len;

	(void)state;
	memset(cmdline, 'x', sizeof(cmdline) - 1);
	m.cmdline = cmdline;
	m.nr_cpus = ARM64_MAX_CPUS;
	m.nr_virtio = ARM64_VIRTIO_MAX;
	build(&m);
	len = fdt_totalsize(blob);
	assert_true(len <= ARM64_FDT_SIZE);
	for (size_t size = 0; size < len; size += 97)
		assert_int_equal(devtree_build(blob, size, &m), -E2BIG);
	assert_int_equal(devtree_build(blob, len - 1, &m), -E2BIG);
	assert_int_equal(devtree_build(blob, len, &m), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devtree_memory_node_covers_ram),
		cmocka_unit_test(test_devtree_chosen_has_command_line_and_initrd),
		cmocka_unit_test(test_devtree_cpu_affinities_match_kvm),
		cmocka_unit_test(test_devtree_gic_node_of_each_version),
		cmocka_unit_test(test_devtree_device_windows_and_interrupts),
		cmocka_unit_test(test_devtree_mmio_doorbell_has_a_window),
		cmocka_unit_test(test_devtree_timer_matches_32_and_64_bit_kernels),
		cmocka_unit_test(test_devtree_psci_method_is_hvc),
		cmocka_unit_test(test_user_devtree_chosen_node_is_updated),
		cmocka_unit_test(test_user_devtree_truncated_or_damaged_is_ebadmsg),
		cmocka_unit_test(test_user_devtree_before_version_16_is_ebadmsg),
		cmocka_unit_test(test_user_devtree_names_beyond_strings_is_ebadmsg),
		cmocka_unit_test(test_devtree_buffer_size_limit_of_largest_machine),
	};

	return cmocka_run_group_tests_name("devtree", tests, setup, teardown);
}
