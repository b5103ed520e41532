/* SPDX-License-Identifier: MIT */
/* A hostile ELF file: every segment that the reader returns must lie in the file. */
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>

#include "boot/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct elf_image *elf, const struct elf_segment *segment)
{
	if (segment->offset > elf->len || segment->file_size > elf->len - segment->offset)
		abort();
	if (segment->type == PT_LOAD && segment->mem_size < segment->file_size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_image elf;
	uint64_t entry;

	if (elf_parse(data, size, &elf) < 0)
		return 0;
	for (unsigned int i = 0; i <= elf.nr_segments; i++) {
		struct elf_segment segment;

		if (elf_segment(&elf, i, &segment) == 0)
			check(&elf, &segment);
	}
	if (elf_pvh_entry(&elf, &entry) == 0 && entry > UINT32_MAX)
		abort();
	return 0;
}
