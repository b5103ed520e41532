/* SPDX-License-Identifier: MIT */
/*
 * Guest RAM: host mappings of guest physical addresses, and the only translation from a GPA to a
 * pointer. Does not use KVM, so that loaders and devices can be tested with real memory but without
 * a VM; vm.c registers the slots with the kernel.
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
 * @host: address of the mapping in this process
 */
struct mem_slot {
	gpa_t base;
	uint64_t size;
	uint8_t *host;
};

struct guest_mem;

/** mem_create() - create guest memory without slots. Return: 0; -ENOMEM. */
must_check int mem_create(struct guest_mem **ret_mem);

/**
 * mem_destroy() - unmap everything; @mem may be NULL. Pointers from mem_slice() are invalid
 * afterwards.
 */
void mem_destroy(struct guest_mem *mem);

/**
 * mem_add_ram() - back a range of guest physical addresses with zeroed pages
 * @mem: guest memory
 * @base: page aligned
 * @size: bytes, page aligned, not 0
 *
 * Pages are reserved, not touched: the host allocates memory when the guest first uses it. The
 * mapping starts on a 2 MiB boundary, so that the host can use huge pages, and has guard pages
 * around it.
 *
 * Context: before the VM runs; not safe against mem_slice() in other threads.
 * Return: 0; -EINVAL: misaligned, empty, or beyond the 64-bit address space; -EEXIST: overlaps
 * another slot; -ENOSPC: MEM_MAX_SLOTS slots exist; -ENOMEM.
 */
must_check int mem_add_ram(struct guest_mem *mem, gpa_t base, uint64_t size);

/**
 * mem_map_file() - replace pages of RAM by a private mapping of a file
 * @mem: guest memory
 * @gpa: page aligned
 * @fd: open for reading; may be closed afterwards
 * @offset: of the first page in the file, page aligned
 * @len: bytes, page aligned, not 0, within the file
 *
 * The pages are those of the page cache, shared with other mappings of the file. A write to a page
 * makes a private copy of it; the file is never written. The file must neither change nor shrink
 * during the life of @mem: an access to a page that is no longer in the file raises SIGBUS here,
 * and makes KVM_RUN fail with EFAULT.
 *
 * Context: before the VM runs; not safe against mem_slice() in other threads.
 * Return: 0. Without any change: -EINVAL: misaligned or empty; -EFAULT: not within one slot;
 * -ENODATA: beyond the end of the file; other -errno of fstat(2). -errno of mmap(2): the range may
 * be left without memory.
 */
must_check int mem_map_file(const struct guest_mem *mem, gpa_t gpa, int fd, uint64_t offset,
			    uint64_t len);

/**
 * mem_should_map() - check whether mem_map_file() is better than copying
 * @mem: if mem_use_huge_pages() or mem_prefault() is used at all, it has been called before
 *
 * Return: false if RAM has been prefaulted already, or if mapping would replace huge pages. RAM has
 * huge pages if mem_use_huge_pages() was called, or if the host's transparent_hugepage/enabled is
 * "always" and this process has not disabled them with prctl(2).
 */
bool mem_should_map(const struct guest_mem *mem);

/**
 * mem_use_huge_pages() - request huge pages for all slots. This is advice: it is not an error if
 * the host has none.
 */
void mem_use_huge_pages(struct guest_mem *mem);

/**
 * mem_prefault() - make the host allocate every page now, so that the guest never waits for one
 *
 * Return: 0; -ENOMEM: the host has not enough memory; -EINVAL: the host kernel is older than
 * Linux 5.14; other -errno of madvise(2).
 */
must_check int mem_prefault(struct guest_mem *mem);

/**
 * mem_slice() - get the host pointer to a range of guest memory
 * @mem: guest memory
 * @gpa: guest address, any value
 * @len: bytes, any value
 *
 * The memory is shared with the guest, which may change it at any time: copy once, validate the
 * copy.
 *
 * Context: any thread.
 * Return: pointer to @len bytes; NULL unless the whole range is within one slot.
 */
void *mem_slice(const struct guest_mem *mem, gpa_t gpa, uint64_t len);

/** mem_read() - copy from guest RAM. Return: 0; -EFAULT: not within one slot, nothing copied. */
must_check int mem_read(const struct guest_mem *mem, gpa_t gpa, void *buf, size_t len);

/** mem_write() - copy to guest RAM. Return: 0; -EFAULT: not within one slot, nothing copied. */
must_check int mem_write(const struct guest_mem *mem, gpa_t gpa, const void *buf, size_t len);

/**
 * mem_slots() - get the slots, in order of address
 * @mem: guest memory
 * @ret_nr: number of slots
 *
 * Return: the slots; valid until the next mem_add_ram().
 */
const struct mem_slot *mem_slots(const struct guest_mem *mem, size_t *ret_nr);

/** mem_total() - get the size of all slots, in bytes */
uint64_t mem_total(const struct guest_mem *mem);

#endif
