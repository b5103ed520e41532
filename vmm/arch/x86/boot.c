/* SPDX-License-Identifier: MIT */
/*
 * The memory contents that a boot loader leaves: ACPI tables, command line, and either the zero
 * page (Linux Documentation/arch/x86/boot.rst and zero-page.rst) or the PVH start info (Xen
 * public/arch-x86/hvm/start_info.h).
 */
#include <errno.h>
#include <string.h>

#include "arch/x86/acpi.h"
#include "arch/x86/cpu.h"
#include "arch/x86/layout.h"
#include "base/bytes.h"

#define E820_RAM      1
#define E820_RESERVED 2

#define ZP_ACPI_RSDP	    0x070
#define ZP_EXT_INITRD	    0x0c0
#define ZP_EXT_INITRD_SIZE  0x0c4
#define ZP_EXT_CMDLINE	    0x0c8
#define ZP_E820_ENTRIES	    0x1e8
#define ZP_SETUP_HEADER	    0x1f1
#define ZP_VID_MODE	    0x1fa
#define ZP_BOOT_FLAG	    0x1fe
#define ZP_HEADER_MAGIC	    0x202
#define ZP_VERSION	    0x206
#define ZP_LOADER	    0x210
#define ZP_INITRD	    0x218
#define ZP_INITRD_SIZE	    0x21c
#define ZP_CMDLINE	    0x228
#define ZP_KERNEL_ALIGNMENT 0x230
#define ZP_CMDLINE_SIZE	    0x238
#define ZP_E820		    0x2d0
#define ZP_SIZE		    4096
#define ZP_HEADER_MAX	    (ZP_E820 - ZP_SETUP_HEADER)

#define START_INFO_MAGIC   0x336ec578
#define START_INFO_VERSION 1
#define START_INFO_SIZE	   56
#define MODLIST_SIZE	   32
#define MEMMAP_ENTRY_SIZE  24

struct ram_map {
	struct {
		uint64_t base, size;
		uint32_t type;
	} entries[MEM_MAX_SLOTS + 3];
	size_t nr;
};

static void map_add(struct ram_map *map, uint64_t base, uint64_t size, uint32_t type)
{
	map->entries[map->nr].base = base;
	map->entries[map->nr].size = size;
	map->entries[map->nr].type = type;
	map->nr++;
}

/* the RAM slots, without the part of the first MiB that is reserved for tables */
static void map_build(struct ram_map *map, const struct guest_mem *mem)
{
	size_t nr;
	const struct mem_slot *slots = mem_slots(mem, &nr);

	map_add(map, 0, X86_LOW_RAM_END, E820_RAM);
	map_add(map, X86_LOW_RAM_END, X86_HIGH_RAM - X86_LOW_RAM_END, E820_RESERVED);
	for (size_t i = 0; i < nr; i++) {
		uint64_t base = slots[i].base.value;
		uint64_t skip = base < X86_HIGH_RAM ? X86_HIGH_RAM - base : 0;

		if (slots[i].size > skip)
			map_add(map, base + skip, slots[i].size - skip, E820_RAM);
	}
}

static int write_zero_page(const struct guest_mem *mem, const struct arch_boot *boot)
{
	uint8_t page[ZP_SIZE] = { 0 };
	struct ram_map map = { 0 };

	if (boot->setup_header) {
		if (boot->setup_header_len > ZP_HEADER_MAX)
			return -EINVAL;
		memcpy(page + ZP_SETUP_HEADER, boot->setup_header, boot->setup_header_len);
	} else {
		put_le16(page + ZP_BOOT_FLAG, 0xaa55);
		memcpy(page + ZP_HEADER_MAGIC, "HdrS", 4);
		put_le16(page + ZP_VERSION, 0x20f);
		put_le32(page + ZP_KERNEL_ALIGNMENT, MIB(2));
	}
	put_le64(page + ZP_ACPI_RSDP, X86_ACPI);
	put_le16(page + ZP_VID_MODE, 0xffff);
	page[ZP_LOADER] = 0xff;
	put_le32(page + ZP_INITRD, (uint32_t)boot->initrd.value);
	put_le32(page + ZP_EXT_INITRD, (uint32_t)(boot->initrd.value >> 32));
	put_le32(page + ZP_INITRD_SIZE, (uint32_t)boot->initrd_size);
	put_le32(page + ZP_EXT_INITRD_SIZE, (uint32_t)(boot->initrd_size >> 32));
	put_le32(page + ZP_CMDLINE, X86_CMDLINE);
	put_le32(page + ZP_EXT_CMDLINE, 0);
	put_le32(page + ZP_CMDLINE_SIZE, X86_CMDLINE_SIZE - 1);
	map_build(&map, mem);
	page[ZP_E820_ENTRIES] = (uint8_t)map.nr;
	for (size_t i = 0; i < map.nr; i++) {
		uint8_t *entry = page + ZP_E820 + 20 * i;

		put_le64(entry, map.entries[i].base);
		put_le64(entry + 8, map.entries[i].size);
		put_le32(entry + 16, map.entries[i].type);
	}
	return mem_write(mem, GPA(X86_ZERO_PAGE), page, sizeof(page));
}

static int write_start_info(const struct guest_mem *mem, const struct arch_boot *boot)
{
	uint8_t info[START_INFO_SIZE + MODLIST_SIZE + MEMMAP_ENTRY_SIZE * (MEM_MAX_SLOTS + 3)] = {
		0
	};
	uint8_t *module = info + START_INFO_SIZE;
	uint8_t *entry = module + MODLIST_SIZE;
	struct ram_map map = { 0 };

	map_build(&map, mem);
	put_le32(info, START_INFO_MAGIC);
	put_le32(info + 4, START_INFO_VERSION);
	put_le32(info + 12, boot->initrd_size ? 1 : 0);
	put_le64(info + 16, X86_START_INFO + START_INFO_SIZE);
	put_le64(info + 24, X86_CMDLINE);
	put_le64(info + 32, X86_ACPI);
	put_le64(info + 40, X86_START_INFO + START_INFO_SIZE + MODLIST_SIZE);
	put_le32(info + 48, (uint32_t)map.nr);
	put_le64(module, boot->initrd.value);
	put_le64(module + 8, boot->initrd_size);
	for (size_t i = 0; i < map.nr; i++, entry += MEMMAP_ENTRY_SIZE) {
		put_le64(entry, map.entries[i].base);
		put_le64(entry + 8, map.entries[i].size);
		put_le32(entry + 16, map.entries[i].type);
	}
	return mem_write(mem, GPA(X86_START_INFO), info, sizeof(info));
}

static int write_tables(const struct guest_mem *mem, const struct arch_boot *boot)
{
	uint8_t *image = mem_slice(mem, GPA(X86_ACPI), X86_ACPI_SIZE);
	size_t cmdline_size = strlen(boot->cmdline) + 1;
	ssize_t used;

	if (!image)
		return -EFAULT;
	if (cmdline_size > X86_CMDLINE_SIZE)
		return -E2BIG;
	used = acpi_build(image, X86_ACPI_SIZE, GPA(X86_ACPI), boot->nr_cpus, boot->nr_virtio);
	if (used < 0)
		return (int)used;
	return mem_write(mem, GPA(X86_CMDLINE), boot->cmdline, cmdline_size);
}

const void *arch_devtree(const struct guest_mem *mem, gpa_t tables, size_t *ret_len)
{
	(void)mem;
	(void)tables;
	(void)ret_len;
	return NULL;
}

int arch_boot_setup(const struct vm *vm, const struct guest_mem *mem, const struct vcpu *cpu,
		    const struct arch_boot *boot)
{
	int err = write_tables(mem, boot);

	(void)vm;
	if (err < 0)
		return err;
	if (boot->protocol == ARCH_ENTRY_PVH) {
		err = write_start_info(mem, boot);
		return err < 0 ? err : cpu_enter_pvh(mem, cpu, boot->entry);
	}
	err = write_zero_page(mem, boot);
	return err < 0 ? err : cpu_enter_linux64(mem, cpu, boot->entry);
}
