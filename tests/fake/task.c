/* SPDX-License-Identifier: MIT */
#include "fake/task.h"

#include <stdlib.h>
#include <string.h>

void fake_task_init(struct fake_task *task, const char *comm, bool compat)
{
	memset(task, 0, sizeof(*task));
	task->compat = compat;
	strncpy(task->comm, comm, sizeof(task->comm) - 1);
	task->pid = 100;
	task->tid = 101;
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
