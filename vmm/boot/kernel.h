/* SPDX-License-Identifier: MIT */
/*
 * A kernel file: what it is, and its way into guest RAM. Owns the file's bytes. Ends where the CPU
 * begins: zero page, start_info, page tables and registers are made elsewhere from struct
 * kernel_entry.
 */
#ifndef BOOT_KERNEL_H
#define BOOT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/gpa.h"
#include "boot/bzimage.h"
#include "boot/reason.h"
#include "kvm/mem.h"

#define KERNEL_RELEASE_SIZE 65

enum kernel_format {
	KERNEL_FORMAT_NONE = 0,
	KERNEL_FORMAT_BZIMAGE, /* x86 bzImage with a 64-bit entry */
	KERNEL_FORMAT_ELF,     /* ELF vmlinux */
};

enum kernel_protocol {
	KERNEL_PROTOCOL_NONE = 0,
	KERNEL_PVH,	/* 32-bit entry, start_info in EBX (Xen, docs/misc/pvh.pandoc) */
	KERNEL_LINUX64, /* 64-bit entry, zero page in RSI (Linux, boot.rst "64-bit Boot Protocol")
			 */
};

/**
 * struct kernel - a kernel that can be loaded
 * @format: by content
 * @release: uname -r, empty when the file does not say
 * @data: the file, unpacked if it was compressed as a whole; owned
 * @len: bytes
 * @bzimage: with KERNEL_FORMAT_BZIMAGE
 */
struct kernel {
	enum kernel_format format;
	char release[KERNEL_RELEASE_SIZE];
	uint8_t *data;
	size_t len;
	struct bzimage bzimage;
};

/**
 * struct kernel_options - how to load
 * @kaslr: let the kernel unpack itself in the guest and choose its own address
 * @store: directory that keeps unpacked payloads (boot/store.h), NULL = none; one that does not work is ignored
 */
struct kernel_options {
	bool kaslr;
	const char *store;
};

/**
 * struct kernel_entry - what the CPU side needs to know
 * @protocol: how to enter
 * @entry: where, physical
 * @load_end: first byte above the kernel and the memory it uses while starting
 * @setup_header: for offset BZIMAGE_HEADER_START of the zero page; for an ELF file made up here
 * @setup_header_len: bytes
 * @initrd_max: highest address an initrd may occupy, inclusive
 * @cmdline_max: longest command line without its NUL, bytes
 */
struct kernel_entry {
	enum kernel_protocol protocol;
	gpa_t entry;
	gpa_t load_end;
	uint8_t setup_header[BZIMAGE_HEADER_MAX];
	size_t setup_header_len;
	uint64_t initrd_max;
	uint32_t cmdline_max;
};

/**
 * kernel_probe() - what are these bytes?
 * @data: malloc'ed; taken over, also on failure
 * @len: bytes
 * @ret_kernel: set only on success
 * @why: filled on failure, or NULL
 *
 * Return: 0; -ENOEXEC no kernel, or none for x86_64; -ENOTSUP a kernel of a kind that is not loaded
 * (the reason names it); -ENODATA empty or truncated; -EINVAL, -EBADMSG damaged; -EFBIG; -ENOMEM.
 */
must_check int kernel_probe(uint8_t *data, size_t len, struct kernel **ret_kernel,
			    struct boot_reason *why);

/**
 * kernel_open() - read and probe a file
 *
 * Return: what kernel_probe() says, and errors of opening and reading @path.
 */
must_check int kernel_open(const char *path, struct kernel **ret_kernel, struct boot_reason *why);

/** kernel_close() - free it; NULL is fine. */
void kernel_close(struct kernel *kernel);

/**
 * kernel_load() - copy the kernel into guest RAM
 * @kernel: stays as it is and can be loaded again
 * @mem: guest RAM that no vCPU runs on yet
 * @options: borrowed
 * @ret_entry: set only on success
 * @why: filled on failure, or NULL
 *
 * Without kaslr a payload packed with gzip, lz4, zstd or xz is unpacked here, and the ELF file in
 * it entered by PVH where it has the note, else by the 64-bit protocol. Everything else starts with
 * its own decompressor.
 *
 * Return: 0; -ENOMEM guest RAM is too small, @why->need_bytes says what is needed; -EINVAL,
 * -EBADMSG, -ENODATA a damaged payload; -ENOTSUP kaslr with an ELF file, which cannot move itself.
 * On failure RAM is partly written.
 */
must_check int kernel_load(const struct kernel *kernel, const struct guest_mem *mem,
			   const struct kernel_options *options, struct kernel_entry *ret_entry,
			   struct boot_reason *why);

#endif
