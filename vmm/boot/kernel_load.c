/* SPDX-License-Identifier: MIT */
#include "boot/kernel_image.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#include "base/bytes.h"
#include "boot/arm64_image.h"
#include "boot/elf.h"
#include "boot/zimage.h"

#define LOAD_MIN MIB(1) /* the tables of arch/ are below */
#define LOAD_MAX GIB(2) /* a kernel that ends above is considered damaged */

/* limits of an x86_64 kernel without a setup header: arch/x86/include/asm/setup.h and boot.rst */
#define ELF_CMDLINE_MAX 2047
#define ELF_INITRD_MAX	0x7fffffffu
#define ELF_ALIGNMENT	MIB(2)
#define ELF_PROTOCOL	0x020c

/* arch/arm64/include/uapi/asm/setup.h, and booting.rst on the address of an initrd */
#define ARM64_CMDLINE_MAX   2047
#define ARM64_INITRD_WINDOW GIB(32)

/* arch/arm/include/uapi/asm/setup.h; lowmem is larger than this for every CONFIG_VMSPLIT_* */
#define ARM_CMDLINE_MAX	  1023
#define ARM_INITRD_WINDOW MIB(512)

/*
 * A zImage unpacks its kernel to the start of the 128 MiB window that it runs in. It is loaded
 * above the unpacked kernel. If the zImage does not contain the size, the kernel ends below 32 MiB,
 * according to booting.rst.
 */
#define ZIMAGE_WINDOW MIB(128)
#define ZIMAGE_ABOVE  MIB(32)
#define ZIMAGE_LOOSE  MIB(4) /* largest offset of a kernel, if the zImage does not contain it */
/* memory after the zImage for its stack, bss and heap; they need somewhat more than 64 KiB */
#define ZIMAGE_WORK_SIZE MIB(1)
#define ARM_ALIGN	 0x10000u

static int too_small(uint64_t need, struct load_error *why)
{
	load_error_note(why, "the kernel needs %llu MiB of guest memory just to start",
			(unsigned long long)(align_up(need, MIB(1)) >> 20));
	if (why)
		why->need_bytes = need;
	return -ENOMEM;
}

static int check_segment(const struct elf_segment *s, struct load_error *why)
{
	if (s->paddr < LOAD_MIN)
		return load_error_fail(why, -EINVAL,
				       "the kernel's ELF file has a segment below 1 MiB");
	if (s->paddr > LOAD_MAX || s->mem_size > LOAD_MAX - s->paddr)
		return load_error_fail(why, -EINVAL,
				       "the kernel's ELF file requires memory up to 0x%llx",
				       (unsigned long long)(s->paddr + s->mem_size));
	return 0;
}

/* check all segments before the first one is copied, so that the message can contain the amount of
 * memory needed */
static int find_end(const struct elf_image *elf, uint64_t *ret_end, struct load_error *why)
{
	uint64_t end = 0;

	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		struct elf_segment s;
		int err = elf_segment(elf, i, &s);

		if (err < 0)
			return load_error_fail(why, err, "the kernel's ELF file is damaged");
		if (s.type != PT_LOAD || s.mem_size == 0)
			continue;
		err = check_segment(&s, why);
		if (err < 0)
			return err;
		if (s.paddr + s.mem_size > end)
			end = s.paddr + s.mem_size;
	}
	if (end == 0)
		return load_error_fail(why, -EINVAL,
				       "the kernel's ELF file has no segment to load");
	*ret_end = end;
	return 0;
}

/*
 * Map the whole pages of the segment, if @fd is not -1 and the offsets within a page are the same
 * in the file and in RAM. Copy the rest to @to.
 */
static int place_bytes(const struct elf_image *elf, int fd, const struct elf_segment *s,
		       const struct guest_mem *mem, uint8_t *to)
{
	const uint8_t *from = elf->data + s->offset;
	uint64_t end = s->paddr + s->file_size;
	uint64_t first = align_up(s->paddr, MEM_PAGE_SIZE);
	uint64_t last = align_down(end, MEM_PAGE_SIZE);

	if (fd < 0 || (s->paddr ^ s->offset) & (MEM_PAGE_SIZE - 1) || first >= last) {
		memcpy(to, from, s->file_size);
		return 0;
	}
	memcpy(to, from, first - s->paddr);
	memcpy(to + (last - s->paddr), from + (last - s->paddr), end - last);
	return mem_map_file(mem, GPA(first), fd, s->offset + (first - s->paddr), last - first);
}

static int place_segments(const struct elf_image *elf, int fd, const struct guest_mem *mem,
			  uint64_t end, struct load_error *why)
{
	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		struct elf_segment s;
		uint8_t *to;
		int err;

		if (elf_segment(elf, i, &s) < 0 || s.type != PT_LOAD || s.mem_size == 0)
			continue;
		to = mem_slice(mem, GPA(s.paddr), s.mem_size);
		if (!to)
			return too_small(end, why);
		err = place_bytes(elf, fd, &s, mem, to);
		if (err < 0)
			return load_error_fail(why, err, "the unpacked kernel cannot be mapped: %s",
					       strerror(-err));
		memset(to + s.file_size, 0, s.mem_size - s.file_size);
	}
	return 0;
}

/* an entry point is code, so it must be in the file part of a segment */
static bool is_loaded(const struct elf_image *elf, uint64_t entry)
{
	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		struct elf_segment s;

		if (elf_segment(elf, i, &s) < 0 || s.type != PT_LOAD)
			continue;
		if (entry >= s.paddr && entry - s.paddr < s.file_size)
			return true;
	}
	return false;
}

static int choose_entry(const struct elf_image *elf, struct kernel_entry *entry,
			struct load_error *why)
{
	int err = elf_pvh_entry(elf, &entry->entry.value);

	entry->protocol = KERNEL_PVH;
	if (err == -ENOENT) {
		entry->protocol = KERNEL_LINUX64;
		entry->entry = GPA(elf->entry);
	} else if (err < 0) {
		return load_error_fail(why, err, "the kernel's PVH note is damaged");
	}
	if (!is_loaded(elf, entry->entry.value))
		return load_error_fail(why, -EINVAL,
				       "the kernel's entry point 0x%llx is not in the file",
				       (unsigned long long)entry->entry.value);
	return 0;
}

/* map a file only if no other user can change it while the guest runs; otherwise copy it */
static int load_elf(const struct blob *file, const struct guest_mem *mem,
		    struct kernel_entry *entry, struct load_error *why)
{
	bool is_mapped = mem_should_map(mem) && blob_is_private(file);
	struct elf_image elf;
	int err = elf_parse(file->data, file->len, &elf);

	if (err < 0)
		return load_error_fail(why, err, "the kernel's ELF file is damaged");
	err = choose_entry(&elf, entry, why);
	if (err < 0)
		return err;
	err = find_end(&elf, &entry->load_end.value, why);
	if (err < 0)
		return err;
	return place_segments(&elf, is_mapped ? file->fd : -1, mem, entry->load_end.value, why);
}

static void put_header16(struct kernel_entry *entry, size_t offset, uint16_t value)
{
	put_le16(entry->setup_header + (offset - BZIMAGE_HEADER_START), value);
}

static void put_header32(struct kernel_entry *entry, size_t offset, uint32_t value)
{
	put_le32(entry->setup_header + (offset - BZIMAGE_HEADER_START), value);
}

/* an ELF file has no setup header: make one with limits that every 64-bit kernel supports */
static void make_header(struct kernel_entry *entry)
{
	memset(entry->setup_header, 0, sizeof(entry->setup_header));
	put_header16(entry, 0x1fe, 0xaa55);
	memcpy(entry->setup_header + (0x202 - BZIMAGE_HEADER_START), "HdrS", 4);
	put_header16(entry, 0x206, ELF_PROTOCOL);
	entry->setup_header[0x211 - BZIMAGE_HEADER_START] = 1; /* LOADED_HIGH */
	put_header32(entry, 0x22c, ELF_INITRD_MAX);
	put_header32(entry, 0x230, ELF_ALIGNMENT);
	put_header16(entry, 0x236, BZIMAGE_XLF_KERNEL_64);
	put_header32(entry, 0x238, ELF_CMDLINE_MAX);
	entry->setup_header_len = sizeof(entry->setup_header);
	entry->cmdline_max = ELF_CMDLINE_MAX;
	entry->initrd_max = ELF_INITRD_MAX;
}

static void copy_header(const struct kernel_image *image, struct kernel_entry *entry)
{
	memcpy(entry->setup_header, image->setup_header, sizeof(entry->setup_header));
	entry->setup_header_len = image->setup_header_len;
	entry->cmdline_max = image->cmdline_max;
	entry->initrd_max = image->initrd_max;
}

/* load the kernel with its decompressor, which uses memory from pref_address to + init_size only */
static int load_compressed(const struct kernel_image *image, const struct guest_mem *mem,
			   struct kernel_entry *entry, struct load_error *why)
{
	uint64_t end = image->pref_address + image->init_size;
	uint8_t *to;

	if (end > LOAD_MAX || end < image->init_size)
		return load_error_fail(why, -EINVAL,
				       "the setup header requires memory up to 0x%llx",
				       (unsigned long long)end);
	to = mem_slice(mem, GPA(image->pref_address), image->init_size);
	if (!to)
		return too_small(end, why);
	memcpy(to, image->file.data, image->file.len);
	entry->protocol = KERNEL_LINUX64;
	entry->entry = GPA(image->pref_address + BZIMAGE_ENTRY64);
	entry->load_end = GPA(end);
	return 0;
}

/* lowest address for the image that leaves KERNEL_ARM64_RESERVED bytes free */
static uint64_t arm64_start(const struct mem_slot *ram, const struct arm64_image *image)
{
	uint64_t start = align_up(ram->base.value, ARM64_IMAGE_ALIGN) + image->text_offset;

	return start - ram->base.value < KERNEL_ARM64_RESERVED ? start + ARM64_IMAGE_ALIGN : start;
}

static int load_arm64(const struct blob *file, const struct guest_mem *mem,
		      struct kernel_entry *entry, struct load_error *why)
{
	struct arm64_image image;
	size_t nr_slots;
	const struct mem_slot *ram = mem_slots(mem, &nr_slots);
	int err = arm64_image_parse(file->data, file->len, &image, why);
	uint64_t start;
	uint8_t *to;

	if (err < 0)
		return err;
	if (image.size > LOAD_MAX)
		return load_error_fail(why, -EINVAL,
				       "the image's header requires %llu bytes of memory",
				       (unsigned long long)image.size);
	if (nr_slots == 0)
		return too_small(image.size, why);
	start = arm64_start(ram, &image);
	to = mem_slice(mem, GPA(start), image.size);
	if (!to)
		return too_small(start - ram->base.value + image.size, why);
	memcpy(to, file->data, file->len);
	entry->protocol = KERNEL_ARM64;
	entry->entry = GPA(start);
	entry->load_end = GPA(start + image.size);
	entry->cmdline_max = ARM64_CMDLINE_MAX;
	entry->initrd_max = align_down(start, GIB(1)) + ARM64_INITRD_WINDOW - 1;
	return 0;
}

/* the kernel uses @start .. @end, relative to the start of RAM; the tables follow it */
static int place_arm(const struct kernel_image *image, const struct guest_mem *mem, uint64_t start,
		     size_t len, uint64_t end, struct kernel_entry *entry, struct load_error *why)
{
	uint64_t tables = align_up(end, ARM_ALIGN);
	uint64_t need = tables + KERNEL_TABLES_SIZE;
	size_t nr_slots;
	const struct mem_slot *ram = mem_slots(mem, &nr_slots);
	uint8_t *to = nr_slots ? mem_slice(mem, ram->base, need) : NULL;

	if (!to)
		return too_small(need, why);
	memcpy(to + start, image->file.data, len);
	entry->protocol = KERNEL_ARM;
	entry->entry = GPA(ram->base.value + start);
	entry->tables = GPA(ram->base.value + tables);
	entry->load_end = GPA(ram->base.value + need);
	entry->cmdline_max = ARM_CMDLINE_MAX;
	entry->initrd_max = ram->base.value + ARM_INITRD_WINDOW - 1;
	return 0;
}

static int load_arm(const struct kernel_image *image, const struct guest_mem *mem,
		    struct kernel_entry *entry, struct load_error *why)
{
	uint64_t end = (uint64_t)image->text_offset + image->file.len + image->bss_len;

	if (image->text_offset < ZIMAGE_TEXT_OFFSET_MIN ||
	    image->text_offset > ZIMAGE_TEXT_OFFSET_MAX || end > LOAD_MAX)
		return load_error_fail(why, -EINVAL, "the kernel requires %llu bytes of memory",
				       (unsigned long long)end);
	return place_arm(image, mem, image->text_offset, image->file.len, end, entry, why);
}

static int load_zimage(const struct kernel_image *image, const struct guest_mem *mem,
		       struct kernel_entry *entry, struct load_error *why)
{
	struct zimage zimage;
	int err = zimage_parse(image->file.data, image->file.len, &zimage, why);
	uint64_t kernel_end, start, end;

	if (err < 0)
		return err;
	kernel_end = (uint64_t)zimage.unpacked_len + zimage.bss_len;
	kernel_end += zimage.text_offset ? zimage.text_offset : ZIMAGE_LOOSE;
	if (!zimage.text_offset && kernel_end < ZIMAGE_ABOVE)
		kernel_end = ZIMAGE_ABOVE;
	start = align_up(kernel_end, ARM_ALIGN);
	end = start + zimage.len + ZIMAGE_WORK_SIZE;
	if (end > ZIMAGE_WINDOW)
		return load_error_fail(why, -EINVAL, "the zImage requires %llu bytes of memory",
				       (unsigned long long)end);
	return place_arm(image, mem, start, zimage.len, end, entry, why);
}

/* the loader process is not trusted, because it has parsed an untrusted file */
static int check_image(const struct kernel_image *image, struct load_error *why)
{
	if (image->setup_header_len > sizeof(image->setup_header))
		return load_error_fail(why, -EINVAL, "the setup header is damaged");
	if (image->format == KERNEL_FORMAT_BZIMAGE && image->file.len > image->init_size)
		return load_error_fail(why, -EINVAL, "the setup header is damaged");
	return 0;
}

static int load_x86(const struct kernel_image *image, const struct guest_mem *mem,
		    struct kernel_entry *entry, struct load_error *why)
{
	if (image->setup_header_len)
		copy_header(image, entry);
	else
		make_header(entry);
	if (image->format == KERNEL_FORMAT_ELF)
		return load_elf(&image->file, mem, entry, why);
	return load_compressed(image, mem, entry, why);
}

static int load_format(const struct kernel_image *image, const struct guest_mem *mem,
		       struct kernel_entry *entry, struct load_error *why)
{
	switch (image->format) {
	case KERNEL_FORMAT_BZIMAGE:
	case KERNEL_FORMAT_ELF:
		return load_x86(image, mem, entry, why);
	case KERNEL_FORMAT_ARM64:
		return load_arm64(&image->file, mem, entry, why);
	case KERNEL_FORMAT_ARM:
		return load_arm(image, mem, entry, why);
	case KERNEL_FORMAT_ZIMAGE:
		return load_zimage(image, mem, entry, why);
	case KERNEL_FORMAT_NONE:
		break;
	}
	return load_error_fail(why, -EINVAL, "the format of the kernel is not supported");
}

int kernel_load(const struct kernel_image *image, const struct guest_mem *mem,
		struct kernel_entry *ret_entry, struct load_error *why)
{
	struct kernel_entry entry = { 0 };
	int err = check_image(image, why);

	if (err == 0)
		err = load_format(image, mem, &entry, why);
	if (err < 0)
		return err;
	*ret_entry = entry;
	return 0;
}

bool kernel_image_is_32bit(const struct kernel_image *image)
{
	return image->format == KERNEL_FORMAT_ARM || image->format == KERNEL_FORMAT_ZIMAGE;
}

void kernel_image_done(struct kernel_image *image)
{
	blob_done(&image->file);
	*image = (struct kernel_image){ .file = BLOB_NONE };
}
