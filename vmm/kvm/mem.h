/* SPDX-License-Identifier: MIT */
/*
 * Guest RAM: host mappings under guest physical addresses, and the only way from a gpa to a
 * pointer.
 * Knows no KVM, so that loaders and devices can be tested over real memory without a VM; vm.c
 * registers the slots with the kernel.
 */
#ifndef KVM_MEM_H
#define KVM_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/gpa.h"

#define MEM_MAX_SLOTS 8
#define MEM_PAGE_SIZE 4096u

/**
 * struct mem_slot - one run of guest RAM
 * @base: first guest physical address, page aligned
 * @size: bytes, page aligned, not 0
 * @host: where it is mapped here
 */
struct mem_slot {
	gpa_t base;
	uint64_t size;
	uint8_t *host;
};

struct guest_mem;

/** mem_create() - guest memory without a slot. Return: 0; -ENOMEM. */
must_check int mem_create(struct guest_mem **ret_mem);

/**
 * mem_destroy() - unmaps everything; NULL is fine. No pointer from mem_slice() may be used
 * afterwards.
 */
void mem_destroy(struct guest_mem *mem);

/**
 * mem_add_ram() - back a run of guest physical addresses with fresh zero pages
 * @mem: before the VM runs; not safe against mem_slice() of other threads
 * @base: page aligned
 * @size: bytes, page aligned, not 0
 *
 * Pages are reserved, not touched: the host gives memory when the guest first uses it. The mapping
 * starts on a 2 MiB boundary when @base does, so that the host can use huge pages, and has guard
 * pages around it.
 *
 * Return: 0; -EINVAL misaligned, empty, or past the 64-bit end; -EEXIST overlaps; -ENOSPC
 * MEM_MAX_SLOTS; -ENOMEM.
 */
must_check int mem_add_ram(struct guest_mem *mem, gpa_t base, uint64_t size);

/**
 * mem_map_file() - put whole pages of a file in place of pages of RAM
 * @mem: before the VM runs; not safe against mem_slice() of other threads
 * @gpa: page aligned
 * @fd: a file that can be read; need not stay open
 * @offset: of the first page, page aligned
 * @len: bytes, page aligned, not 0, within the file
 *
 * The pages are those of the page cache, shared by all who map the file, until somebody writes to
 * one: the writer gets a copy then, and the file is never written. It must neither change nor
 * shrink while @mem is there: what it loses cannot be read any more (SIGBUS here, KVM_RUN fails
 * with EFAULT).
 *
 * Return: 0; -EINVAL misaligned or empty; -EFAULT not in one slot; -ENODATA the file ends before;
 * nothing is changed then. Other -errno of fstat(2) and mmap(2); the range may be without memory
 * after the latter.
 */
must_check int mem_map_file(const struct guest_mem *mem, gpa_t gpa, int fd, uint64_t offset,
			    uint64_t len);

/**
 * mem_should_map() - is mem_map_file() better than copying?
 * @mem: after mem_use_huge_pages() and mem_prefault(), where they are called
 *
 * Return: false where huge pages would be lost by it, asked for or given to everybody (the host's
 * transparent_hugepage/enabled is "always", and this process has not been excepted), and where all
 * of RAM has been provided already.
 */
bool mem_should_map(const struct guest_mem *mem);

/**
 * mem_use_huge_pages() - ask the host for huge pages behind all slots. Advice: one without them
 * works as well.
 */
void mem_use_huge_pages(struct guest_mem *mem);

/**
 * mem_prefault() - have the host provide every page now, so that the guest never waits for one
 *
 * Return: 0; -ENOMEM the host has not that much; -EINVAL it cannot (before Linux 5.14).
 */
must_check int mem_prefault(struct guest_mem *mem);

/**
 * mem_slice() - the host view of a guest range
 * @mem: guest memory
 * @gpa: guest address, any value
 * @len: bytes, any value
 *
 * The memory is shared with the guest, which may change it at any time: copy once, validate the
 * copy. Any thread.
 *
 * Return: pointer to @len bytes; NULL unless the whole range lies in one slot.
 */
void *mem_slice(const struct guest_mem *mem, gpa_t gpa, uint64_t len);

/** mem_read() - copy out of guest RAM. Return: 0; -EFAULT: not in one slot, nothing copied. */
must_check int mem_read(const struct guest_mem *mem, gpa_t gpa, void *buf, size_t len);

/** mem_write() - copy into guest RAM. Return: 0; -EFAULT: not in one slot, nothing copied. */
must_check int mem_write(const struct guest_mem *mem, gpa_t gpa, const void *buf, size_t len);

/**
 * mem_slots() - the slots in order of address. @ret_nr: how many. Valid until the next
 * mem_add_ram().
 */
const struct mem_slot *mem_slots(const struct guest_mem *mem, size_t *ret_nr);

/** mem_total() - bytes of RAM in all slots. */
uint64_t mem_total(const struct guest_mem *mem);

#endif
