/* SPDX-License-Identifier: MIT */
#include "fake/task.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

void fake_task_init(struct fake_task *task, const char *comm, bool compat)
{
	memset(task, 0, sizeof(*task));
	task->compat = compat;
	strncpy(task->comm, comm, sizeof(task->comm) - 1);
	task->pid = 100;
	task->tid = 101;
	task->ppid = 1;
	task->start_time = 5000000000u;
	task->scope = PORTAL_SCOPE_FIRMWARE;
	task->cwd = "/";
}

void fake_task_done(struct fake_task *task)
{
	for (size_t i = 0; i < task->nr_areas; i++)
		free(task->areas[i].bytes);
	task->nr_areas = 0;
}

uint8_t *fake_map(struct fake_task *task, uint64_t start, size_t size, unsigned int rights)
{
	struct fake_area *area = &task->areas[task->nr_areas];

	if (task->nr_areas == FAKE_MAX_AREAS)
		return NULL;
	area->bytes = calloc(1, size);
	if (!area->bytes)
		return NULL;
	area->start = start;
	area->size = size;
	area->rights = rights;
	task->nr_areas++;
	return area->bytes;
}

void fake_add_fd(struct fake_task *task, int fd, const char *name)
{
	if (task->nr_fds < FAKE_MAX_FDS)
		task->fds[task->nr_fds++] = (struct fake_fd){ .fd = fd, .name = name };
}

const char *fake_fd_name(const struct fake_task *task, int fd)
{
	if (fd == AT_FDCWD)
		return task->cwd;
	for (size_t i = 0; i < task->nr_fds; i++)
		if (task->fds[i].fd == fd)
			return task->fds[i].name;
	return NULL;
}

/* Return: the byte at @addr, for an access that needs @rights; NULL: a fault. */
static uint8_t *touch(struct fake_task *task, uint64_t addr, unsigned int rights)
{
	for (size_t i = 0; i < task->nr_areas; i++) {
		struct fake_area *area = &task->areas[i];

		if (addr - area->start >= area->size)
			continue;
		if ((area->rights & rights) != rights)
			return NULL;
		if (area->rights & FAKE_ABSENT) {
			area->rights &= ~FAKE_ABSENT;
			task->faulted_in++;
		}
		return &area->bytes[addr - area->start];
	}
	return NULL;
}

size_t fake_copy_from(struct fake_task *task, void *to, uint64_t from, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const uint8_t *byte = touch(task, from + i, FAKE_READ);

		if (!byte)
			return i;
		((uint8_t *)to)[i] = *byte;
	}
	return len;
}

size_t fake_copy_to(struct fake_task *task, uint64_t to, const void *from, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t *byte = touch(task, to + i, FAKE_WRITE);

		if (!byte)
			return i;
		*byte = ((const uint8_t *)from)[i];
	}
	return len;
}

/* ---- the task as its program sees it ---- */

static uint64_t base_of(const struct fake_task *task)
{
	return task->program.abi == PORTAL_ABI_NONE ? 0 : task->program.base;
}

size_t fake_program_from(struct fake_task *task, void *to, uint64_t from, size_t len)
{
	return fake_copy_from(task, to, from + base_of(task), len);
}

size_t fake_program_to(struct fake_task *task, uint64_t to, const void *from, size_t len)
{
	return fake_copy_to(task, to + base_of(task), from, len);
}

uint8_t fake_pointer_size(const struct fake_task *task)
{
	if (task->program.abi != PORTAL_ABI_NONE)
		return task->program.pointer_size;
	return task->compat ? 4 : 8;
}

static bool is_big_endian(const struct fake_task *task)
{
	return task->program.abi != PORTAL_ABI_NONE &&
	       task->program.byte_order == PORTAL_BIG_ENDIAN;
}

uint64_t fake_number(const struct fake_task *task, const uint8_t *bytes, size_t len)
{
	uint64_t value = 0;

	for (size_t i = 0; i < len; i++)
		value = value << 8 | bytes[is_big_endian(task) ? i : len - 1 - i];
	return value;
}

void fake_store_number(const struct fake_task *task, uint64_t value, uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bytes[is_big_endian(task) ? len - 1 - i : i] = (uint8_t)value;
		value >>= 8;
	}
}

bool fake_load(struct fake_task *task, uint64_t addr, size_t len, uint64_t *ret_value)
{
	uint8_t bytes[8];

	if (fake_program_from(task, bytes, addr, len) != len)
		return false;
	*ret_value = fake_number(task, bytes, len);
	return true;
}
