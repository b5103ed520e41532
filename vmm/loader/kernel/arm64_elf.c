/* SPDX-License-Identifier: MIT */
#include "loader/kernel/arm64_elf.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* range of addresses; end is exclusive */
struct span {
	uint64_t start, end;
};

/* Return: 1 a PT_LOAD segment with bytes; 0 any other segment; -errno of elf_segment() */
static int next_load(const struct elf_image *elf, unsigned int index,
		     struct elf_segment *ret_segment)
{
	int err = elf_segment(elf, index, ret_segment);

	if (err < 0)
		return err;
	return ret_segment->type == PT_LOAD && ret_segment->file_size > 0;
}

static int find_span(const struct elf_image *elf, struct span *ret_span)
{
	struct span span = { .start = UINT64_MAX };

	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		struct elf_segment s;
		int ret = next_load(elf, i, &s);

		if (ret < 0)
			return ret;
		if (ret == 0)
			continue;
		if (s.paddr < span.start)
			span.start = s.paddr;
		if (s.paddr + s.file_size > span.end)
			span.end = s.paddr + s.file_size;
	}
	*ret_span = span;
	return 0;
}

static void copy_segments(const struct elf_image *elf, uint64_t start, uint8_t *to)
{
	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		struct elf_segment s;

		if (next_load(elf, i, &s) > 0)
			memcpy(to + (s.paddr - start), elf->data + s.offset, s.file_size);
	}
}

int arm64_elf_flatten(const struct elf_image *elf, size_t limit, void **ret_data, size_t *ret_len,
		      struct load_error *why)
{
	struct span span;
	uint8_t *data;
	int err = find_span(elf, &span);

	if (err < 0)
		return load_error_fail(why, err, "an ELF file with a damaged program header");
	if (span.start >= span.end)
		return load_error_fail(why, -EINVAL, "an ELF file with nothing to load");
	if (span.end - span.start > limit)
		return load_error_fail(why, -EINVAL,
				       "an ELF file whose segments are %llu MiB apart",
				       (unsigned long long)((span.end - span.start) >> 20));
	data = calloc(1, span.end - span.start);
	if (!data)
		return load_error_fail(why, -ENOMEM, "not enough host memory for the kernel");
	copy_segments(elf, span.start, data);
	*ret_data = data;
	*ret_len = span.end - span.start;
	return 0;
}
