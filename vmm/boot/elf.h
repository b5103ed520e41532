/* SPDX-License-Identifier: MIT */
/*
 * A bounded reader of 64-bit little-endian ELF: header, program headers and notes, which is all
 * that loading a kernel takes. Knows no machine and copies no segment. The input is hostile.
 *
 * Source: System V ABI, ELF-64 object file format; the PVH note: Xen, public/elfnote.h.
 */
#ifndef BOOT_ELF_H
#define BOOT_ELF_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/**
 * struct elf_image - a checked header over borrowed bytes
 * @data: the file, borrowed
 * @len: bytes
 * @machine: EM_*
 * @type: ET_*
 * @nr_segments: program headers, all of which lie within the file
 * @segments_offset: of the first one
 * @entry: e_entry, not checked
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
 * struct elf_segment - one program header, not checked beyond what elf_segment() says
 * @type: PT_*
 * @offset: of its bytes in the file
 * @paddr: physical address
 * @file_size: bytes in the file
 * @mem_size: bytes in memory; what exceeds @file_size is zero
 * @align: of the segment; for PT_NOTE of its entries
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
 * elf_parse() - check the header
 * @data: stays with the caller and outlives @ret_elf
 * @len: any
 *
 * Return: 0; -ENOEXEC no ELF magic; -ENOTSUP 32-bit, big-endian, or more than 65534 program
 * headers; -ENODATA the file ends inside the header or the program header table; -EINVAL sizes that
 * contradict.
 */
must_check int elf_parse(const void *data, size_t len, struct elf_image *ret_elf);

/**
 * elf_segment() - one program header
 * @index: below @elf->nr_segments
 *
 * Return: 0; -ENODATA the file ends inside the segment's bytes; -EINVAL PT_LOAD whose memory is
 * smaller than its file part or wraps, or an index out of range. @ret_segment is also set with
 * -ENODATA.
 */
must_check int elf_segment(const struct elf_image *elf, unsigned int index,
			   struct elf_segment *ret_segment);

/**
 * elf_pvh_entry() - 32-bit entry point of the note XEN_ELFNOTE_PHYS32_ENTRY
 *
 * Return: 0; -ENOENT no such note; -EINVAL a note that does not fit its segment, or an address that
 * is neither 4 nor 8 bytes or above 4 GiB.
 */
must_check int elf_pvh_entry(const struct elf_image *elf, uint64_t *ret_entry);

#endif
