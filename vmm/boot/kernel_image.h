/* SPDX-License-Identifier: MIT */
/*
 * A kernel as it goes into guest RAM: found, checked and unpacked by kernel_unpack(), perhaps in
 * another process. Owns the bytes. Needs no library: what is linked into the process that runs the
 * guest ends here. Where the CPU begins, zero page, start_info, page tables and registers are made
 * elsewhere from struct kernel_entry.
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

#define KERNEL_RELEASE_SIZE 65
#define KERNEL_ARM64_BELOW  0x80000u /* what the oldest images leave free below themselves */
#define KERNEL_TABLES_SIZE  0x80000u

enum kernel_format {
	KERNEL_FORMAT_NONE = 0,
	KERNEL_FORMAT_BZIMAGE, /* x86 bzImage with a 64-bit entry */
	KERNEL_FORMAT_ELF,     /* ELF vmlinux */
	KERNEL_FORMAT_ARM64,   /* arm64 Image */
	KERNEL_FORMAT_ARM,     /* 32-bit arm Image: what was in a zImage */
	KERNEL_FORMAT_ZIMAGE,  /* 32-bit arm zImage, which unpacks itself */
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
 * struct kernel_image - bytes and what is known of them
 * @format: of @file: an ELF file, the protected-mode code of a bzImage, which unpacks itself, an
 * arm64 Image, a 32-bit arm one, or the zImage around such a one
 * @release: uname -r, empty when the file did not say
 * @file: the bytes
 * @setup_header: struct setup_header of a bzImage, from offset BZIMAGE_HEADER_START
 * @setup_header_len: bytes, at most BZIMAGE_HEADER_MAX; 0: there was none
 * @cmdline_max, @initrd_max: as in struct bzimage, with @setup_header
 * @pref_address, @init_size: as in struct bzimage, with KERNEL_FORMAT_BZIMAGE
 * @text_offset, @bss_len: as in struct zimage, with KERNEL_FORMAT_ARM
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
 * struct kernel_entry - what the CPU side needs to know
 * @protocol: how to enter
 * @entry: where, physical
 * @load_end: first byte above the kernel and the memory it uses while starting, and above @tables
 * @tables: KERNEL_TABLES_SIZE bytes for what the CPU side makes, where the place for that is not
 * the same for every kernel (KERNEL_ARM); else 0
 * @setup_header: for offset BZIMAGE_HEADER_START of the zero page; for an ELF file made up here
 * @setup_header_len: bytes; 0 with KERNEL_ARM64 and KERNEL_ARM
 * @initrd_max: highest address an initrd may occupy, inclusive
 * @cmdline_max: longest command line without its NUL, bytes
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
 * kernel_load() - bring the kernel into guest RAM
 * @image: hostile in every field but @file's own; stays as it is and can be loaded again
 * @mem: guest RAM that no vCPU runs on yet
 * @ret_entry: set only on success
 * @why: filled on failure, or NULL
 *
 * An ELF file is entered by PVH where it has the note, else by the 64-bit protocol; a bzImage's
 * code by the 64-bit protocol. Where mem_should_map(), the pages of an ELF file in the store
 * (boot/store.h), or of another that blob_is_ours_alone(), take the place of RAM instead of being
 * copied: the file has to stay as it is as long as @mem is there. An arm64 Image goes into the
 * first run of RAM, and leaves at least KERNEL_ARM64_BELOW bytes at its beginning free. So does a
 * 32-bit one, where its image wants to be, or what is to unpack it behind that.
 *
 * Return: 0; -ENOMEM guest RAM is too small, @why->need_bytes says what is needed; -ENOEXEC,
 * -ENOTSUP, -EINVAL, -ENODATA a damaged image; other -errno of mapping. On failure RAM is partly
 * written.
 */
must_check int kernel_load(const struct kernel_image *image, const struct guest_mem *mem,
			   struct kernel_entry *ret_entry, struct load_error *why);

/** kernel_image_is_32bit() - does it run on a CPU that has begun in 32-bit state? */
bool kernel_image_is_32bit(const struct kernel_image *image);

/** kernel_image_done() - give the bytes back; zeroed but for a BLOB_NONE is fine. */
void kernel_image_done(struct kernel_image *image);

#endif
