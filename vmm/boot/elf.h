/* SPDX-License-Identifier: MIT */
/*
 * A bounded reader of 64-bit little-endian ELF: header, program headers and notes, which is enough
 * to load a kernel. Must not know machines or copy segments. The input is untrusted.
 *
 * Source: System V ABI, ELF-64 object file format; the PVH note: Xen, public/elfnote.h.
 */
#ifndef BOOT_ELF_H
#define BOOT_ELF_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/**
 * struct elf_image - a validated header
 * @data: the file, borrowed
 * @len: its size in bytes
 * @machine: EM_*
 * @type: ET_*
 * @nr_segments: number of program headers, all of which are within the file
 * @segments_offset: offset of the first program header
 * @entry: e_entry, not validated
 */
struct elf_image {
	const uint8_t *data;
	size_t len;
	uint16_t machine;
	uint16_t type;
	uint16_t nr_segments;
	uint64_t segments_offset;
	uint64_t entry;
};

/**
 * struct elf_segment - one program header, validated only as far as elf_segment() describes
 * @type: PT_*
 * @offset: offset of its bytes in the file
 * @paddr: physical address
 * @file_size: bytes in the file
 * @mem_size: bytes in memory; the part beyond @file_size is zero
 * @align: alignment of the segment; of the notes for PT_NOTE
 */
struct elf_segment {
	uint32_t type;
	uint64_t offset;
	uint64_t paddr;
	uint64_t file_size;
	uint64_t mem_size;
	uint64_t align;
};

/**
 * elf_parse() - validate the header
 * @data: the whole file, borrowed; must outlive @ret_elf
 * @len: its size in bytes, any value
 * @ret_elf: set on success only
 *
 * Return: 0; -ENOEXEC: no ELF magic; -ENOTSUP: 32-bit, big-endian, or more than 65534 program
 * headers; -ENODATA: the file ends within the header or the program header table; -EINVAL:
 * another version of ELF, or contradictory sizes.
 */
must_check int elf_parse(const void *data, size_t len, struct elf_image *ret_elf);

/**
 * elf_segment() - read one program header
 * @elf: the file
 * @index: number of the program header
 * @ret_segment: set on success and with -ENODATA
 *
 * Return: 0; -ENODATA: the file ends before the segment's bytes do; -EINVAL: @index is too large
 * for @elf->nr_segments, the file part wraps, or the memory of a PT_LOAD segment wraps or is
 * smaller than its file part.
 */
must_check int elf_segment(const struct elf_image *elf, unsigned int index,
			   struct elf_segment *ret_segment);

/**
 * elf_pvh_entry() - read the 32-bit entry point from the note XEN_ELFNOTE_PHYS32_ENTRY
 *
 * Return: 0; -ENOENT: there is no such note; -EINVAL: a note does not fit its segment, or the
 * address has neither 4 nor 8 bytes or is above 4 GiB.
 */
must_check int elf_pvh_entry(const struct elf_image *elf, uint64_t *ret_entry);

#endif
