/* SPDX-License-Identifier: MIT */
#include "boot/elf.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18

/* a note, which consists of a header of three 32-bit numbers, a name and a description */
struct note {
	uint32_t type;
	const uint8_t *name, *desc;
	uint32_t name_size, desc_size;
};

static bool fits(const struct elf_image *elf, uint64_t offset, uint64_t size)
{
	return offset <= elf->len && size <= elf->len - offset;
}

static int check_ident(const uint8_t *ident)
{
	if (ident[EI_CLASS] != ELFCLASS64 || ident[EI_DATA] != ELFDATA2LSB)
		return -ENOTSUP;
	return ident[EI_VERSION] == EV_CURRENT ? 0 : -EINVAL;
}

int elf_parse(const void *data, size_t len, struct elf_image *ret_elf)
{
	struct elf_image elf = { .data = data, .len = len };
	Elf64_Ehdr header;
	int err;

	if (len < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0)
		return -ENOEXEC;
	if (len < EI_NIDENT)
		return -ENODATA;
	err = check_ident(data);
	if (err < 0)
		return err;
	if (len < sizeof(header))
		return -ENODATA;
	memcpy(&header, data, sizeof(header));
	elf.machine = le16toh(header.e_machine);
	elf.type = le16toh(header.e_type);
	elf.entry = le64toh(header.e_entry);
	elf.nr_segments = le16toh(header.e_phnum);
	elf.segments_offset = le64toh(header.e_phoff);
	if (elf.nr_segments == PN_XNUM)
		return -ENOTSUP;
	if (elf.nr_segments != 0 && le16toh(header.e_phentsize) != sizeof(Elf64_Phdr))
		return -EINVAL;
	if (!fits(&elf, elf.segments_offset, (uint64_t)elf.nr_segments * sizeof(Elf64_Phdr)))
		return -ENODATA;
	*ret_elf = elf;
	return 0;
}

int elf_segment(const struct elf_image *elf, unsigned int index, struct elf_segment *ret_segment)
{
	struct elf_segment s;
	Elf64_Phdr header;

	if (index >= elf->nr_segments)
		return -EINVAL;
	memcpy(&header, elf->data + elf->segments_offset + index * sizeof(header), sizeof(header));
	s = (struct elf_segment){
		.type = le32toh(header.p_type),
		.offset = le64toh(header.p_offset),
		.paddr = le64toh(header.p_paddr),
		.file_size = le64toh(header.p_filesz),
		.mem_size = le64toh(header.p_memsz),
		.align = le64toh(header.p_align),
	};
	if (s.file_size > UINT64_MAX - s.offset)
		return -EINVAL;
	if (s.type == PT_LOAD && (s.mem_size < s.file_size || s.mem_size > UINT64_MAX - s.paddr))
		return -EINVAL;
	*ret_segment = s;
	return fits(elf, s.offset, s.file_size) ? 0 : -ENODATA;
}

/*
 * The offsets of the description and of the next note from the note's start are multiples of
 * @align. The padding after the last description may be missing.
 */
static int next_note(const uint8_t **at, size_t *left, uint32_t align, struct note *ret_note)
{
	uint64_t desc, end;
	struct note note;

	if (*left < sizeof(Elf64_Nhdr))
		return -EINVAL;
	note.name_size = get_le32(*at);
	note.desc_size = get_le32(*at + 4);
	note.type = get_le32(*at + 8);
	desc = align_up(sizeof(Elf64_Nhdr) + (uint64_t)note.name_size, align);
	end = desc + note.desc_size;
	if (end > *left)
		return -EINVAL;
	note.name = *at + sizeof(Elf64_Nhdr);
	note.desc = *at + desc;
	end = align_up(end, align);
	if (end > *left)
		end = *left;
	*at += end;
	*left -= end;
	*ret_note = note;
	return 0;
}

static bool is_pvh(const struct note *note)
{
	return note->type == XEN_ELFNOTE_PHYS32_ENTRY && note->name_size == sizeof("Xen") &&
	       memcmp(note->name, "Xen", sizeof("Xen")) == 0;
}

static int read_pvh(const struct note *note, uint64_t *ret_entry)
{
	uint64_t entry;

	if (note->desc_size == 4)
		entry = get_le32(note->desc);
	else if (note->desc_size == 8)
		entry = get_le64(note->desc);
	else
		return -EINVAL;
	if (entry > UINT32_MAX)
		return -EINVAL;
	*ret_entry = entry;
	return 0;
}

static int find_pvh(const struct elf_image *elf, const struct elf_segment *notes,
		    uint64_t *ret_entry)
{
	const uint8_t *at = elf->data + notes->offset;
	uint32_t align = notes->align == 8 ? 8 : 4;
	size_t left = notes->file_size;

	while (left != 0) {
		struct note note;
		int err = next_note(&at, &left, align, &note);

		if (err < 0)
			return err;
		if (is_pvh(&note))
			return read_pvh(&note, ret_entry);
	}
	return -ENOENT;
}

int elf_pvh_entry(const struct elf_image *elf, uint64_t *ret_entry)
{
	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		struct elf_segment s;
		int err = elf_segment(elf, i, &s);

		if (err < 0 && err != -ENODATA)
			return err;
		if (s.type != PT_NOTE)
			continue;
		if (err < 0)
			return -EINVAL;
		err = find_pvh(elf, &s, ret_entry);
		if (err != -ENOENT)
			return err;
	}
	return -ENOENT;
}
