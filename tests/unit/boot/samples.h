/* SPDX-License-Identifier: MIT */
/*
 * Inputs for the tests of boot/ and initramfs/: packed data, small ELF kernels and bzImages, made
 * by hand after the formats' specifications. The caller frees what a function returns; running out
 * of memory ends the test program.
 */
#ifndef TEST_BOOT_SAMPLES_H
#define TEST_BOOT_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "loader/kernel/unpack.h"

struct sample {
	uint8_t *data;
	size_t len;
};

/* the ELF kernel of sample_elf(): ELF header, two program headers, a PVH note, then the code */
#define SAMPLE_ELF_LOAD	    0x40
#define SAMPLE_ELF_NOTES    0x78
#define SAMPLE_ELF_NOTE	    0xb0
#define SAMPLE_ELF_CODE	    0x400
#define SAMPLE_ELF_CODE_LEN 0x600
#define SAMPLE_ELF_LEN	    (SAMPLE_ELF_CODE + SAMPLE_ELF_CODE_LEN)
#define SAMPLE_ELF_PADDR    0x1000000u
#define SAMPLE_ELF_MEM_LEN  0x3000u /* code and bss */
#define SAMPLE_ELF_PVH	    (SAMPLE_ELF_PADDR + 0x10)
#define SAMPLE_ELF_ENTRY    (SAMPLE_ELF_PADDR + 0x20)
#define SAMPLE_RELEASE	    "6.1.0-1-sample"

/* the bzImage of sample_bzimage(): setup sectors, then SAMPLE_BZ_HEAD bytes of code, then the
 * payload */
#define SAMPLE_BZ_SETUP_SECTS 2
#define SAMPLE_BZ_CODE	      ((SAMPLE_BZ_SETUP_SECTS + 1) * 512)
#define SAMPLE_BZ_HEAD	      0x400
#define SAMPLE_BZ_PREF	      0x1000000u
#define SAMPLE_BZ_INIT_SIZE   0x200000u

/* the arm64 Image of sample_arm64(): a header of 64 bytes, code, a banner */
#define SAMPLE_ARM64_LEN     0x2000
#define SAMPLE_ARM64_MEM_LEN 0x4000u /* image_size: code and bss */
#define SAMPLE_ARM64_RELEASE "6.1.0-1-sample-arm64"

/* the header of sample_zboot() */
#define SAMPLE_ZBOOT_PAYLOAD 0x200

/* the zImage of sample_zimage(): a header, the table, code, the payload at an odd place, more code
 */
#define SAMPLE_ZIMAGE_TABLE	  0x100
#define SAMPLE_ZIMAGE_PAYLOAD	  0x403
#define SAMPLE_ZIMAGE_BSS_LEN	  0x5000u
#define SAMPLE_ZIMAGE_TEXT_OFFSET 0x208000u

/* what sample_arm() has: code, a banner */
#define SAMPLE_ARM_LEN	   0x3000
#define SAMPLE_ARM_RELEASE "6.1.0-1-sample-armmp-lpae"

/** sample_bytes() - @len bytes that compress a little, the same every time. */
struct sample sample_bytes(size_t len);

/** sample_zeros() - @len zero bytes. */
struct sample sample_zeros(size_t len);

/** sample_pack() - @plain in @format. */
struct sample sample_pack(enum unpack_format format, const struct sample *plain);

/** sample_append() - @more behind @sample. */
void sample_append(struct sample *sample, const void *more, size_t len);

/** sample_copy() - the first @len bytes in a block of just that size, so that ASan sees every read
 * behind it. */
struct sample sample_copy(const struct sample *sample, size_t len);

/** sample_elf() - an x86_64 kernel with a PVH note and a banner. */
struct sample sample_elf(void);

/** sample_bzimage() - a bzImage of protocol 2.15 around @payload, with the size that kernel builds
 * append. */
struct sample sample_bzimage(const struct sample *payload, uint32_t unpacked_len);

/* the ELF file of sample_arm64_elf(): ELF header, two program headers, then the segments, the
 * higher one first */
#define SAMPLE_ARM64_ELF_VADDR	0xffff800008000000ull
#define SAMPLE_ARM64_ELF_HEADER 64
#define SAMPLE_ARM64_ELF_HALF	(SAMPLE_ARM64_LEN / 2)

/** sample_arm64_elf() - the arm64 vmlinux that becomes sample_arm64(). */
struct sample sample_arm64_elf(void);

/** sample_kernel() - a bzImage around sample_elf() packed with @format. */
struct sample sample_kernel(enum unpack_format format);

/** sample_arm64() - an arm64 Image. */
struct sample sample_arm64(void);

/** sample_arm() - what is packed in a zImage. */
struct sample sample_arm(void);

/**
 * sample_zimage() - a zImage around @payload, with the size that kernel builds append unless it is
 * gzip's.
 */
struct sample sample_zimage(const struct sample *payload, uint32_t unpacked_len);

/** sample_zboot() - an EFI zboot image around @payload. */
struct sample sample_zboot(const struct sample *payload);

/**
 * struct sample_module - what a module file says about itself
 * @name: "name=" of its .modinfo
 * @vermagic: NULL: none
 * @softdep: "pre: other", or NULL
 * @exports: a symbol it has, or NULL
 * @needs: a symbol it wants from another module, or NULL
 */
struct sample_module {
	const char *name, *vermagic, *softdep, *exports, *needs;
};

/** sample_module() - a relocatable ELF file with just enough in it for depmod and libelf. */
struct sample sample_module(const struct sample_module *module);

/** sample_dir() - a new directory below /tmp. Return: its path; sample_remove() it. */
char *sample_dir(void);

/** sample_remove() - a directory with all that is in it, and the string. */
void sample_remove(char *dir);

/** sample_put() - write @data to the file @name below @dir, making directories on the way. */
void sample_put(const char *dir, const char *name, const void *data, size_t len);

/**
 * sample_kernel_dir() - a kernel that scripts/fetch-kernel left in the cache: vmlinuz, release,
 * root/
 *
 * Return: its directory, for the life of the program; NULL: there is none.
 */
const char *sample_kernel_dir(void);

/**
 * sample_setup() - @sample becomes the state of a cmocka test; sample_teardown() frees it. Return:
 * 0.
 */
int sample_setup(void **state, struct sample sample);
int sample_teardown(void **state);

/** sample_write() - into a new file below /tmp. Return: its path; unlink and free it. */
char *sample_write(const void *data, size_t len);

#endif
