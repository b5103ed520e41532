/* SPDX-License-Identifier: MIT */
#include "kvm/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/bytes.h"

#define HUGE_PAGE   MIB(2)
#define THP_ENABLED "/sys/kernel/mm/transparent_hugepage/enabled"

struct guest_mem {
	struct mem_slot slots[MEM_MAX_SLOTS];
	size_t nr_slots;
	bool keeps_ram; /* huge pages or prefaulting was requested: map no files over RAM */
};

int mem_create(struct guest_mem **ret_mem)
{
	struct guest_mem *mem = calloc(1, sizeof(*mem));

	if (!mem)
		return -ENOMEM;
	*ret_mem = mem;
	return 0;
}

void mem_destroy(struct guest_mem *mem)
{
	if (!mem)
		return;
	for (size_t i = 0; i < mem->nr_slots; i++)
		munmap(mem->slots[i].host - MEM_PAGE_SIZE, mem->slots[i].size + 2 * MEM_PAGE_SIZE);
	free(mem);
}

/*
 * Reserve more than @size without access, enable access to the part with the right alignment, and
 * unmap the rest except a guard page on each side.
 */
static uint8_t *map_guarded(uint64_t size)
{
	uint64_t span = size + 2 * HUGE_PAGE;
	uint8_t *all, *start;

	all = mmap(NULL, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (all == MAP_FAILED)
		return NULL;
	start = all + (align_up((uintptr_t)all + MEM_PAGE_SIZE, HUGE_PAGE) - (uintptr_t)all);
	if (mprotect(start, size, PROT_READ | PROT_WRITE) < 0) {
		munmap(all, span);
		return NULL;
	}
	if (start - all > MEM_PAGE_SIZE)
		munmap(all, (size_t)(start - all) - MEM_PAGE_SIZE);
	if (all + span > start + size + MEM_PAGE_SIZE)
		munmap(start + size + MEM_PAGE_SIZE,
		       (size_t)(all + span - (start + size)) - MEM_PAGE_SIZE);
	return start;
}

static bool overlaps(const struct mem_slot *slot, gpa_t base, uint64_t size)
{
	return base.value < slot->base.value + slot->size && slot->base.value < base.value + size;
}

int mem_add_ram(struct guest_mem *mem, gpa_t base, uint64_t size)
{
	size_t at = 0;
	gpa_t end;
	uint8_t *host;

	if (size == 0 || (base.value | size) & (MEM_PAGE_SIZE - 1) || !gpa_add(base, size, &end))
		return -EINVAL;
	for (size_t i = 0; i < mem->nr_slots; i++) {
		if (overlaps(&mem->slots[i], base, size))
			return -EEXIST;
		if (mem->slots[i].base.value < base.value)
			at = i + 1;
	}
	if (mem->nr_slots == MEM_MAX_SLOTS)
		return -ENOSPC;
	if (size > SIZE_MAX - 2 * HUGE_PAGE)
		return -ENOMEM;
	host = map_guarded(size);
	if (!host)
		return -ENOMEM;
	memmove(&mem->slots[at + 1], &mem->slots[at], (mem->nr_slots - at) * sizeof(*mem->slots));
	mem->slots[at] = (struct mem_slot){ .base = base, .size = size, .host = host };
	mem->nr_slots++;
	return 0;
}

static int check_file_range(int fd, uint64_t offset, uint64_t len)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (offset > (uint64_t)st.st_size || len > (uint64_t)st.st_size - offset)
		return -ENODATA;
	return 0;
}

int mem_map_file(const struct guest_mem *mem, gpa_t gpa, int fd, uint64_t offset, uint64_t len)
{
	void *host = mem_slice(mem, gpa, len);
	int err;

	if (len == 0 || (gpa.value | offset | len) & (MEM_PAGE_SIZE - 1))
		return -EINVAL;
	if (!host)
		return -EFAULT;
	err = check_file_range(fd, offset, len);
	if (err < 0)
		return err;
	if (mmap(host, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd,
		 (off_t)offset) == MAP_FAILED)
		return -errno;
	return 0;
}

/* the file reads like "always [madvise] never"; without the file there are no huge pages */
static bool gives_huge_pages(void)
{
	auto_close int fd = open(THP_ENABLED, O_RDONLY | O_CLOEXEC);
	char text[64] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return false;
	return strstr(text, "[always]") && prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 0;
}

bool mem_should_map(const struct guest_mem *mem)
{
	return !mem->keeps_ram && !gives_huge_pages();
}

void mem_use_huge_pages(struct guest_mem *mem)
{
	mem->keeps_ram = true;
	for (size_t i = 0; i < mem->nr_slots; i++)
		(void)madvise(mem->slots[i].host, mem->slots[i].size, MADV_HUGEPAGE);
}

int mem_prefault(struct guest_mem *mem)
{
	mem->keeps_ram = true;
	for (size_t i = 0; i < mem->nr_slots; i++) {
		const struct mem_slot *slot = &mem->slots[i];
		int ret;

		do {
			ret = madvise(slot->host, slot->size, MADV_POPULATE_WRITE);
		} while (ret < 0 && errno == EINTR);
		if (ret < 0)
			return -errno;
	}
	return 0;
}

void *mem_slice(const struct guest_mem *mem, gpa_t gpa, uint64_t len)
{
	for (size_t i = 0; i < mem->nr_slots; i++) {
		const struct mem_slot *slot = &mem->slots[i];
		uint64_t offset = gpa.value - slot->base.value;

		if (gpa.value < slot->base.value || offset >= slot->size)
			continue;
		if (len > slot->size - offset)
			return NULL;
		return slot->host + offset;
	}
	return NULL;
}

int mem_read(const struct guest_mem *mem, gpa_t gpa, void *buf, size_t len)
{
	const void *from = mem_slice(mem, gpa, len);

	if (!from)
		return -EFAULT;
	memcpy(buf, from, len);
	return 0;
}

int mem_write(const struct guest_mem *mem, gpa_t gpa, const void *buf, size_t len)
{
	void *to = mem_slice(mem, gpa, len);

	if (!to)
		return -EFAULT;
	memcpy(to, buf, len);
	return 0;
}

const struct mem_slot *mem_slots(const struct guest_mem *mem, size_t *ret_nr)
{
	*ret_nr = mem->nr_slots;
	return mem->slots;
}

uint64_t mem_total(const struct guest_mem *mem)
{
	uint64_t total = 0;

	for (size_t i = 0; i < mem->nr_slots; i++)
		total += mem->slots[i].size;
	return total;
}
