/* SPDX-License-Identifier: MIT */
/* A hostile --dtb: a device tree that is adopted must be valid and end within its buffer. */
#include <libfdt.h>
#include <stdint.h>
#include <stdlib.h>

#include "arch/arm64/devtree.h"
#include "base/bytes.h"

#define ROOM KIB(16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) uint8_t room[ROOM];
	const struct devtree_machine machine = {
		.gic_version = 3,
		.nr_cpus = 1,
		.cmdline = "console=ttyS0",
		.initrd = GPA(GIB(1)),
		.initrd_size = size % 2 ? MIB(1) : 0,
		.kaslr_seed = size % 3,
	};

	if (devtree_adopt(room, sizeof(room), data, size, &machine) < 0)
		return 0;
	if (devtree_len(room) > sizeof(room) || fdt_check_full(room, sizeof(room)) < 0 ||
	    fdt_path_offset(room, "/chosen") < 0)
		abort();
	return 0;
}
