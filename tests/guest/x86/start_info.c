/* SPDX-License-Identifier: MIT */
#include "start_info.h"

#include "guest.h"

/* offsets in the PVH start info (Xen, public/arch-x86/hvm/start_info.h) */
#define INFO_CMDLINE   24
#define INFO_MEMMAP    40
#define INFO_NR_MEMMAP 48
#define MEMMAP_ENTRY   24
#define MEMMAP_RAM     1
#define SOME_RAM       0x100000u

static const uint8_t *info;

void start_info_set(const uint8_t *start_info)
{
	info = start_info;
}

static uint32_t load32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static uint64_t load64(const uint8_t *p)
{
	return load32(p) | (uint64_t)load32(p + 4) << 32;
}

uint64_t guest_ram_end(void)
{
	const uint8_t *entry = (const uint8_t *)(uintptr_t)load64(info + INFO_MEMMAP);

	for (uint32_t i = 0; i < load32(info + INFO_NR_MEMMAP); i++, entry += MEMMAP_ENTRY) {
		uint64_t start = load64(entry), size = load64(entry + 8);

		if (load32(entry + 16) == MEMMAP_RAM && SOME_RAM >= start &&
		    SOME_RAM - start < size)
			return start + size;
	}
	return 0;
}

const char *guest_cmdline(void)
{
	return (const char *)(uintptr_t)load64(info + INFO_CMDLINE);
}
