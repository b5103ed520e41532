/* SPDX-License-Identifier: MIT */
/*
 * Inputs for the tests of boot/ and loader/: compressed data, small kernels of all formats, module
 * files. They are written by hand from the specifications of the formats. The caller frees the
 * results. If memory runs out, the test program ends.
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

/* the zImage of sample_zimage(): a header, the table, code, the payload at an odd offset, more code
 */
#define SAMPLE_ZIMAGE_TABLE	  0x100
#define SAMPLE_ZIMAGE_PAYLOAD	  0x403
#define SAMPLE_ZIMAGE_BSS_LEN	  0x5000u
#define SAMPLE_ZIMAGE_TEXT_OFFSET 0x208000u

/* the 32-bit arm kernel of sample_arm(): code, a banner */
#define SAMPLE_ARM_LEN	   0x3000
#define SAMPLE_ARM_RELEASE "6.1.0-1-sample-armmp-lpae"

/** sample_bytes() - make @len bytes that compress a little; the result is always the same. */
struct sample sample_bytes(size_t len);

/** sample_zeros() - make @len zero bytes. */
struct sample sample_zeros(size_t len);

/** sample_pack() - compress @plain in @format. */
struct sample sample_pack(enum unpack_format format, const struct sample *plain);

/** sample_append() - append @more to @sample. */
void sample_append(struct sample *sample, const void *more, size_t len);

/** sample_copy() - copy the first @len bytes to a block of exactly that size, so that ASan detects
 * every read beyond it. */
struct sample sample_copy(const struct sample *sample, size_t len);

/** sample_elf() - make an x86_64 kernel with a PVH note and a banner. */
struct sample sample_elf(void);

/** sample_bzimage() - make a bzImage of protocol 2.15 with @payload, followed by the size that
 * kernel builds append. */
struct sample sample_bzimage(const struct sample *payload, uint32_t unpacked_len);

/* the ELF file of sample_arm64_elf(): ELF header, two program headers, then the segments, the
 * higher one first */
#define SAMPLE_ARM64_ELF_VADDR	0xffff800008000000ull
#define SAMPLE_ARM64_ELF_HEADER 64
#define SAMPLE_ARM64_ELF_HALF	(SAMPLE_ARM64_LEN / 2)

/** sample_arm64_elf() - make the arm64 vmlinux from which the content of sample_arm64() results. */
struct sample sample_arm64_elf(void);

/** sample_kernel() - make a bzImage with sample_elf() compressed in @format. */
struct sample sample_kernel(enum unpack_format format);

/** sample_arm64() - make an arm64 Image. */
struct sample sample_arm64(void);

/** sample_arm() - make a 32-bit arm kernel, as it is inside a zImage. */
struct sample sample_arm(void);

/**
 * sample_zimage() - make a zImage with @payload, followed by the size that kernel builds append
 * unless the payload is gzip data.
 */
struct sample sample_zimage(const struct sample *payload, uint32_t unpacked_len);

/** sample_zboot() - make an EFI zboot image with @payload. */
struct sample sample_zboot(const struct sample *payload);

/**
 * struct sample_module - properties of a kernel module's file
 * @name: "name=" of its .modinfo
 * @vermagic: "vermagic=", or NULL
 * @softdep: "pre: other", or NULL
 * @exports: a symbol that it exports, or NULL
 * @needs: a symbol that it needs from another module, or NULL
 */
struct sample_module {
	const char *name, *vermagic, *softdep, *exports, *needs;
};

/** sample_module() - make a relocatable ELF file that depmod and libelf accept. */
struct sample sample_module(const struct sample_module *module);

/** sample_dir() - create a directory below /tmp. Return: its path, for sample_remove(). */
char *sample_dir(void);

/** sample_remove() - remove a directory with its content, and free the path. */
void sample_remove(char *dir);

/** sample_put() - write @data to the file @name below @dir; create missing directories. */
void sample_put(const char *dir, const char *name, const void *data, size_t len);

/**
 * sample_kernel_dir() - find a kernel of scripts/fetch-kernel in the cache: vmlinuz, release, root/
 *
 * Return: its directory, valid until the program ends; NULL: there is none.
 */
const char *sample_kernel_dir(void);

/**
 * sample_setup() - make @sample the state of a cmocka test; sample_teardown() frees it. Return: 0.
 */
int sample_setup(void **state, struct sample sample);
int sample_teardown(void **state);

/** sample_write() - write @data to a new file below /tmp. Return: its path; unlink and free it. */
char *sample_write(const void *data, size_t len);

#endif
