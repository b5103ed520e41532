/* SPDX-License-Identifier: MIT */
/*
 * A hostile kernel file, probed, unpacked and loaded for each architecture. The addresses that the
 * loader returns must lie in guest RAM.
 */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "loader/kernel/kernel.h"

#define RAM_SIZE MIB(64)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load(const struct kernel *kernel, const struct guest_mem *mem, bool kaslr)
{
	const struct kernel_options options = { .kaslr = kaslr };
	struct load_error why;
	struct kernel_image image;
	struct kernel_entry entry;
	int err = kernel_unpack(kernel, &options, &image, &why);

	if (err < 0)
		return;
	err = kernel_load(&image, mem, &entry, &why);
	kernel_image_done(&image);
	if (err < 0)
		return;
	if (!mem_slice(mem, entry.entry, 1) || !mem_slice(mem, entry.tables, KERNEL_TABLES_SIZE) ||
	    entry.load_end.value > RAM_SIZE || entry.setup_header_len > sizeof(entry.setup_header))
		abort();
}

static void boot(const uint8_t *data, size_t size, unsigned int machine,
		 const struct guest_mem *mem)
{
	uint8_t *copy = malloc(size ? size : 1);
	struct load_error why;
	struct kernel *kernel;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	if (kernel_probe(copy, size, machine, &kernel, &why) < 0)
		return;
	load(kernel, mem, false);
	load(kernel, mem, true);
	kernel_close(kernel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct guest_mem *mem;

	if (!mem && (mem_create(&mem) < 0 || mem_add_ram(mem, GPA(0), RAM_SIZE) < 0))
		abort();
	boot(data, size, EM_X86_64, mem);
	boot(data, size, EM_AARCH64, mem);
	return 0;
}
