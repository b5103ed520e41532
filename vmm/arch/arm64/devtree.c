/* SPDX-License-Identifier: MIT */
#include "arch/arm64/devtree.h"

#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "arch/arm64/layout.h"
#include "base/bytes.h"
#include "portal/wire.h"

/* values of the first and the third cell of an interrupt specifier */
#define IRQ_SPI		0
#define IRQ_PPI		1
#define IRQ_EDGE_RISING 1
#define IRQ_LEVEL_HIGH	4

#define PHANDLE_GIC   1
#define PHANDLE_CLOCK 2

/* before this version node names contained their path: Devicetree Specification, section 5.2 */
#define OLDEST_VERSION 16

/* the 8250 driver divides it by 16 to get the highest speed; there is no wire, so the value has no
 * other effect */
#define SERIAL_CLOCK_HZ 1843200

/* of no effect either, but drivers of PrimeCell devices require a bus clock */
#define BUS_CLOCK_HZ 24000000

/* KVM's numbers for the generic timer's PPIs: secure, non-secure, virtual, hypervisor */
static const uint32_t timer_ppis[] = { 13, 14, 11, 10 };

/*
 * A tree under construction. @err is the first error; after it, the functions below do nothing.
 * This way their callers need no error handling.
 */
struct tree {
	void *fdt;
	int err;
};

static void begin(struct tree *tree, const char *name)
{
	if (tree->err == 0)
		tree->err = fdt_begin_node(tree->fdt, name);
}

static void begin_at(struct tree *tree, const char *name, uint64_t address)
{
	char full[48];

	(void)snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)address);
	begin(tree, full);
}

static void end(struct tree *tree)
{
	if (tree->err == 0)
		tree->err = fdt_end_node(tree->fdt);
}

static void put_bytes(struct tree *tree, const char *name, const void *data, size_t len)
{
	if (tree->err == 0)
		tree->err = fdt_property(tree->fdt, name, data, (int)len);
}

static void put_string(struct tree *tree, const char *name, const char *value)
{
	put_bytes(tree, name, value, strlen(value) + 1);
}

static void put_flag(struct tree *tree, const char *name)
{
	put_bytes(tree, name, NULL, 0);
}

static void put_u32(struct tree *tree, const char *name, uint32_t value)
{
	if (tree->err == 0)
		tree->err = fdt_property_u32(tree->fdt, name, value);
}

static void put_u64(struct tree *tree, const char *name, uint64_t value)
{
	if (tree->err == 0)
		tree->err = fdt_property_u64(tree->fdt, name, value);
}

/* pairs of address and size, two cells each, in one property */
static void put_reg(struct tree *tree, const uint64_t *pairs, size_t nr_pairs)
{
	fdt64_t cells[2 * MEM_MAX_SLOTS];

	for (size_t i = 0; i < 2 * nr_pairs; i++)
		cells[i] = cpu_to_fdt64(pairs[i]);
	put_bytes(tree, "reg", cells, 2 * nr_pairs * sizeof(cells[0]));
}

static void put_spi(struct tree *tree, uint32_t spi)
{
	const fdt32_t cells[] = { cpu_to_fdt32(IRQ_SPI), cpu_to_fdt32(spi),
				  cpu_to_fdt32(IRQ_EDGE_RISING) };

	put_bytes(tree, "interrupts", cells, sizeof(cells));
}

static void add_chosen(struct tree *tree, const struct devtree_machine *machine)
{
	char console[48];

	(void)snprintf(console, sizeof(console), "/serial@%x", ARM64_SERIAL_BASE);
	begin(tree, "chosen");
	put_string(tree, "bootargs", machine->cmdline);
	put_string(tree, "stdout-path", console);
	if (machine->initrd_size) {
		put_u64(tree, "linux,initrd-start", machine->initrd.value);
		put_u64(tree, "linux,initrd-end", machine->initrd.value + machine->initrd_size);
	}
	put_bytes(tree, "rng-seed", machine->rng_seed, sizeof(machine->rng_seed));
	if (machine->kaslr_seed)
		put_u64(tree, "kaslr-seed", machine->kaslr_seed);
	end(tree);
}

static void add_memory(struct tree *tree, const struct guest_mem *mem)
{
	uint64_t pairs[2 * MEM_MAX_SLOTS];
	size_t nr;
	const struct mem_slot *slots = mem_slots(mem, &nr);

	for (size_t i = 0; i < nr; i++) {
		pairs[2 * i] = slots[i].base.value;
		pairs[2 * i + 1] = slots[i].size;
	}
	begin_at(tree, "memory", ARM64_RAM);
	put_string(tree, "device_type", "memory");
	put_reg(tree, pairs, nr);
	end(tree);
}

uint64_t devtree_mpidr(unsigned int id)
{
	return (id & 0xf) | (uint64_t)(id >> 4 & 0xff) << 8 | (uint64_t)(id >> 12 & 0xff) << 16;
}

static void add_cpus(struct tree *tree, unsigned int nr_cpus)
{
	begin(tree, "cpus");
	put_u32(tree, "#address-cells", 1);
	put_u32(tree, "#size-cells", 0);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		begin_at(tree, "cpu", devtree_mpidr(i));
		put_string(tree, "device_type", "cpu");
		put_string(tree, "compatible", "arm,armv8");
		put_string(tree, "enable-method", "psci");
		put_u32(tree, "reg", (uint32_t)devtree_mpidr(i));
		end(tree);
	}
	end(tree);
}

static void add_psci(struct tree *tree)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";

	begin(tree, "psci");
	put_bytes(tree, "compatible", compatible, sizeof(compatible));
	put_string(tree, "method", "hvc");
	end(tree);
}

static void add_gic(struct tree *tree, const struct devtree_machine *machine)
{
	const uint64_t v2[] = { ARM64_GICD, ARM64_GICV2_DIST_SIZE, ARM64_GICC,
				ARM64_GICV2_CPU_SIZE };
	const uint64_t v3[] = { ARM64_GICD, ARM64_GICV3_DIST_SIZE, ARM64_GICR,
				(uint64_t)ARM64_GICV3_REDIST_SIZE * machine->nr_cpus };
	bool is_v3 = machine->gic_version == 3;

	begin_at(tree, "intc", ARM64_GICD);
	put_string(tree, "compatible", is_v3 ? "arm,gic-v3" : "arm,cortex-a15-gic");
	put_flag(tree, "interrupt-controller");
	put_u32(tree, "#interrupt-cells", 3);
	put_reg(tree, is_v3 ? v3 : v2, 2);
	put_u32(tree, "phandle", PHANDLE_GIC);
	end(tree);
}

static void add_timer(struct tree *tree, const struct devtree_machine *machine)
{
	/* for a GICv2, which has at most eight CPUs, the third cell also contains a mask of the
	 * CPUs that receive the interrupt */
	uint32_t cpus = machine->gic_version == 2 ? (0xffu >> (8 - machine->nr_cpus)) << 8 : 0;
	static const char compatible[] = "arm,armv8-timer\0arm,armv7-timer";
	fdt32_t cells[3 * ARRAY_SIZE(timer_ppis)];

	for (size_t i = 0; i < ARRAY_SIZE(timer_ppis); i++) {
		cells[3 * i] = cpu_to_fdt32(IRQ_PPI);
		cells[3 * i + 1] = cpu_to_fdt32(timer_ppis[i]);
		cells[3 * i + 2] = cpu_to_fdt32(cpus | IRQ_LEVEL_HIGH);
	}
	begin(tree, "timer");
	put_bytes(tree, "compatible", compatible, sizeof(compatible));
	put_bytes(tree, "interrupts", cells, sizeof(cells));
	put_flag(tree, "always-on");
	end(tree);
}

static void add_serial(struct tree *tree)
{
	const uint64_t reg[] = { ARM64_SERIAL_BASE, ARM64_SERIAL_SIZE };

	begin_at(tree, "serial", ARM64_SERIAL_BASE);
	put_string(tree, "compatible", "ns16550a");
	put_reg(tree, reg, 1);
	put_spi(tree, ARM64_SERIAL_SPI);
	put_u32(tree, "clock-frequency", SERIAL_CLOCK_HZ);
	end(tree);
}

static void add_clock(struct tree *tree)
{
	begin(tree, "apb-pclk");
	put_string(tree, "compatible", "fixed-clock");
	put_u32(tree, "#clock-cells", 0);
	put_u32(tree, "clock-frequency", BUS_CLOCK_HZ);
	put_u32(tree, "phandle", PHANDLE_CLOCK);
	end(tree);
}

static void add_rtc(struct tree *tree)
{
	static const char compatible[] = "arm,pl031\0arm,primecell";
	const uint64_t reg[] = { ARM64_RTC_BASE, ARM64_RTC_SIZE };

	begin_at(tree, "rtc", ARM64_RTC_BASE);
	put_bytes(tree, "compatible", compatible, sizeof(compatible));
	put_reg(tree, reg, 1);
	put_u32(tree, "clocks", PHANDLE_CLOCK);
	put_string(tree, "clock-names", "apb_pclk");
	end(tree);
}

static void add_virtio(struct tree *tree, unsigned int index)
{
	const uint64_t reg[] = { ARM64_VIRTIO_BASE + (uint64_t)ARM64_VIRTIO_STRIDE * index,
				 ARM64_VIRTIO_SIZE };

	begin_at(tree, "virtio_mmio", reg[0]);
	put_string(tree, "compatible", "virtio,mmio");
	put_reg(tree, reg, 1);
	put_spi(tree, ARM64_VIRTIO_SPI + index);
	put_flag(tree, "dma-coherent");
	end(tree);
}

static void add_portal(struct tree *tree, bool has_doorbell)
{
	const uint64_t reg[] = { ARM64_PORTAL_BASE, PORTAL_DEV_SIZE, ARM64_DOORBELL_BASE,
				 PORTAL_DOORBELL_MMIO_SIZE };

	begin_at(tree, "portal", ARM64_PORTAL_BASE);
	put_string(tree, "compatible", PORTAL_DEV_OF_COMPATIBLE);
	put_reg(tree, reg, has_doorbell ? 2 : 1);
	put_spi(tree, ARM64_PORTAL_SPI);
	end(tree);
}

static void add_root(struct tree *tree, const struct devtree_machine *machine)
{
	begin(tree, "");
	put_string(tree, "compatible", "portal,machine");
	put_string(tree, "model", "portal-vmm");
	put_u32(tree, "#address-cells", 2);
	put_u32(tree, "#size-cells", 2);
	put_u32(tree, "interrupt-parent", PHANDLE_GIC);
	add_chosen(tree, machine);
	add_memory(tree, machine->mem);
	add_cpus(tree, machine->nr_cpus);
	add_psci(tree);
	add_gic(tree, machine);
	add_timer(tree, machine);
	add_serial(tree);
	add_clock(tree);
	add_rtc(tree);
	for (unsigned int i = 0; i < machine->nr_virtio; i++)
		add_virtio(tree, i);
	add_portal(tree, machine->has_doorbell);
	end(tree);
}

int devtree_build(void *buf, size_t size, const struct devtree_machine *machine)
{
	struct tree tree = { .fdt = buf };

	tree.err = fdt_create(buf, (int)size);
	if (tree.err == 0)
		tree.err = fdt_finish_reservemap(buf);
	add_root(&tree, machine);
	if (tree.err == 0)
		tree.err = fdt_finish(buf);
	/* the calls are in a valid order: the only possible error is that the buffer is full */
	return tree.err < 0 ? -E2BIG : 0;
}

static void set_bytes(struct tree *tree, int node, const char *name, const void *data, size_t len)
{
	if (tree->err == 0)
		tree->err = fdt_setprop(tree->fdt, node, name, data, (int)len);
}

static void set_u64(struct tree *tree, int node, const char *name, uint64_t value)
{
	const fdt64_t cells = cpu_to_fdt64(value);

	set_bytes(tree, node, name, &cells, sizeof(cells));
}

/* an earlier boot loader may have left values in the tree, which are wrong here */
static void set_initrd(struct tree *tree, int node, const struct devtree_machine *machine)
{
	if (machine->initrd_size) {
		set_u64(tree, node, "linux,initrd-start", machine->initrd.value);
		set_u64(tree, node, "linux,initrd-end",
			machine->initrd.value + machine->initrd_size);
	} else {
		(void)fdt_delprop(tree->fdt, node, "linux,initrd-start");
		(void)fdt_delprop(tree->fdt, node, "linux,initrd-end");
	}
}

static void set_chosen(struct tree *tree, int node, const struct devtree_machine *machine)
{
	set_bytes(tree, node, "bootargs", machine->cmdline, strlen(machine->cmdline) + 1);
	set_initrd(tree, node, machine);
	set_bytes(tree, node, "rng-seed", machine->rng_seed, sizeof(machine->rng_seed));
	if (machine->kaslr_seed)
		set_u64(tree, node, "kaslr-seed", machine->kaslr_seed);
	else
		(void)fdt_delprop(tree->fdt, node, "kaslr-seed");
}

/* libfdt 1.6.1 dereferences a null pointer for some damaged trees older than version 16, which is
 * obsolete */
static bool is_sound(const void *tree, size_t len)
{
	return len >= sizeof(struct fdt_header) && fdt_version(tree) >= OLDEST_VERSION &&
	       fdt_check_full(tree, len) == 0;
}

int devtree_adopt(void *buf, size_t size, const void *source, size_t len,
		  const struct devtree_machine *machine)
{
	struct tree tree = { .fdt = buf };
	int node;

	if (!is_sound(source, len))
		return -EBADMSG;
	tree.err = fdt_open_into(source, buf, (int)size);
	if (tree.err < 0)
		return -E2BIG;
	/* version 17, which it has now, is checked for more */
	if (fdt_check_full(buf, size) < 0)
		return -EBADMSG;
	node = fdt_path_offset(buf, "/chosen");
	if (node == -FDT_ERR_NOTFOUND)
		node = fdt_add_subnode(buf, 0, "chosen");
	if (node < 0)
		return node == -FDT_ERR_NOSPACE ? -E2BIG : -EBADMSG;
	set_chosen(&tree, node, machine);
	if (tree.err == 0)
		tree.err = fdt_pack(buf);
	return tree.err < 0 ? -E2BIG : 0;
}

size_t devtree_len(const void *tree)
{
	return fdt_totalsize(tree);
}
