/* SPDX-License-Identifier: MIT */
/*
 * A kernel ready for guest RAM, and how it is loaded. kernel_unpack() makes it, usually in the
 * loader process. Owns the bytes. Must not use libraries, because this is the part of kernel
 * loading that is linked into the VMM. arch/ makes zero page, start_info, page tables and registers
 * from struct kernel_entry.
 */
#ifndef BOOT_KERNEL_IMAGE_H
#define BOOT_KERNEL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/blob.h"
#include "base/gpa.h"
#include "boot/bzimage.h"
#include "boot/load_error.h"
#include "kvm/mem.h"

#define KERNEL_RELEASE_SIZE   65
#define KERNEL_ARM64_RESERVED 0x80000u /* free bytes below a kernel, as below the oldest images */
#define KERNEL_TABLES_SIZE    0x80000u

enum kernel_format {
	KERNEL_FORMAT_NONE = 0,
	KERNEL_FORMAT_BZIMAGE, /* x86 bzImage with a 64-bit entry */
	KERNEL_FORMAT_ELF,     /* ELF vmlinux */
	KERNEL_FORMAT_ARM64,   /* arm64 Image */
	KERNEL_FORMAT_ARM,     /* 32-bit arm Image, unpacked from a zImage */
	KERNEL_FORMAT_ZIMAGE,  /* 32-bit arm zImage, which unpacks itself in the guest */
};

enum kernel_protocol {
	KERNEL_PROTOCOL_NONE = 0,
	KERNEL_PVH,	/* 32-bit entry, start_info in EBX (Xen, docs/misc/pvh.pandoc) */
	KERNEL_LINUX64, /* 64-bit entry, zero page in RSI (Linux, boot.rst "64-bit Boot Protocol")
			 */
	KERNEL_ARM64,	/* device tree in X0 (Linux, arm64/booting.rst) */
	KERNEL_ARM,	/* 32-bit, device tree in R2 (Linux, arm/booting.rst) */
};

/**
 * struct kernel_image - a kernel and its properties
 * @format: format of @file. With KERNEL_FORMAT_BZIMAGE, @file is the protected-mode part only,
 * which unpacks itself in the guest
 * @release: uname -r; empty: unknown
 * @file: the bytes
 * @setup_header: struct setup_header of a bzImage, from offset BZIMAGE_HEADER_START
 * @setup_header_len: size in bytes, at most BZIMAGE_HEADER_MAX; 0: there is no setup header
 * @cmdline_max, @initrd_max: as in struct bzimage; valid with a setup header
 * @pref_address, @init_size: as in struct bzimage; valid with KERNEL_FORMAT_BZIMAGE
 * @text_offset, @bss_len: as in struct zimage; valid with KERNEL_FORMAT_ARM
 */
struct kernel_image {
	enum kernel_format format;
	char release[KERNEL_RELEASE_SIZE];
	struct blob file;
	uint8_t setup_header[BZIMAGE_HEADER_MAX];
	size_t setup_header_len;
	uint32_t cmdline_max;
	uint64_t initrd_max;
	uint64_t pref_address;
	uint32_t init_size;
	uint32_t text_offset;
	uint32_t bss_len;
};

/**
 * struct kernel_entry - a loaded kernel, for arch/
 * @protocol: boot protocol
 * @entry: physical address of the entry point
 * @load_end: first byte above the kernel, the memory that it uses while it starts, and @tables
 * @tables: address of KERNEL_TABLES_SIZE bytes for tables of arch/ with KERNEL_ARM, where it
 * depends on the kernel; otherwise 0
 * @setup_header: for offset BZIMAGE_HEADER_START of the zero page; generated for an ELF file
 * @setup_header_len: size in bytes; 0 with KERNEL_ARM64 and KERNEL_ARM
 * @initrd_max: highest address that an initrd may occupy, inclusive
 * @cmdline_max: length of the longest command line, without the NUL, in bytes
 */
struct kernel_entry {
	enum kernel_protocol protocol;
	gpa_t entry;
	gpa_t load_end;
	gpa_t tables;
	uint8_t setup_header[BZIMAGE_HEADER_MAX];
	size_t setup_header_len;
	uint64_t initrd_max;
	uint32_t cmdline_max;
};

/**
 * kernel_load() - load a kernel into guest RAM
 * @image: untrusted, except for the members of @file; not changed, and can be loaded again
 * @mem: guest RAM, before vCPUs run
 * @ret_entry: set on success only
 * @why: set on failure; may be NULL
 *
 * An ELF file is entered by PVH if it has the note, and otherwise by the 64-bit protocol; a bzImage
 * by the 64-bit protocol. If mem_should_map() and blob_is_private() allow it (a file in the
 * kernel cache is such a file), whole pages of an ELF file are mapped instead of copied. Such a
 * file must not change during the life of @mem.
 *
 * An arm64 Image is loaded to the first slot of RAM, at least KERNEL_ARM64_RESERVED bytes above its
 * start. A 32-bit arm Image is loaded to the first slot at its own offset, and a zImage above the
 * memory of the kernel that it unpacks.
 *
 * Return: 0; -ENOMEM: guest RAM is too small, and @why->need_bytes is enough; -ENOEXEC, -ENOTSUP,
 * -EINVAL, -ENODATA: a damaged image; other -errno of mem_map_file(). After a failure RAM may have
 * been written in part.
 */
must_check int kernel_load(const struct kernel_image *image, const struct guest_mem *mem,
			   struct kernel_entry *ret_entry, struct load_error *why);

/** kernel_image_is_32bit() - check whether the kernel needs a CPU that starts in 32-bit state */
bool kernel_image_is_32bit(const struct kernel_image *image);

/** kernel_image_done() - release the bytes; @image may be zero except for @file = BLOB_NONE */
void kernel_image_done(struct kernel_image *image);

#endif
