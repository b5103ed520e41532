/* SPDX-License-Identifier: MIT */
/* A task of the fake guest: user memory with access rights, descriptors, arguments, registers. */
#ifndef FAKE_TASK_H
#define FAKE_TASK_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_MAX_AREAS 8
#define FAKE_MAX_FDS   8

#define FAKE_READ   1u
#define FAKE_WRITE  2u
#define FAKE_ABSENT 4u /* becomes present when the guest accesses it; counted */

/* a mapping; addresses outside of all areas fault */
struct fake_area {
	uint64_t start;
	size_t size;
	unsigned int rights;
	uint8_t *bytes;
};

/* a descriptor and its name */
struct fake_fd {
	int fd;
	const char *name;
};

/**
 * struct fake_task - a task
 * @compat: its calls are those of the 32-bit ABI
 * @comm: its name
 * @pid: thread group id; @tid: thread id
 * @regs: user registers, PORTAL_REG_*
 * @pgd: address of its page table in events; @paging: its format in events
 * @areas: user memory, @nr_areas of them
 * @fds: open descriptors, @nr_fds of them
 * @args: argument area of @args_len bytes; @env, @env_len likewise
 * @faulted_in: areas that became present by an access
 * @killed: its operations are answered RESP_CANCELLED
 */
struct fake_task {
	bool compat;
	char comm[PORTAL_COMM_SIZE];
	uint32_t pid, tid;
	uint64_t regs[PORTAL_NR_REGS];
	uint64_t pgd;
	uint32_t paging;
	struct fake_area areas[FAKE_MAX_AREAS];
	size_t nr_areas;
	struct fake_fd fds[FAKE_MAX_FDS];
	size_t nr_fds;
	const char *args, *env;
	size_t args_len, env_len;
	unsigned int faulted_in;
	bool killed;
};

/** fake_task_init() - make a task without memory. */
void fake_task_init(struct fake_task *task, const char *comm, bool compat);

/** fake_task_done() - free its memory. */
void fake_task_done(struct fake_task *task);

/**
 * fake_map() - map zeroed memory at @start. Return: the memory, for the test; NULL: out of memory.
 */
uint8_t *fake_map(struct fake_task *task, uint64_t start, size_t size, unsigned int rights);

/** fake_add_fd() - add an open descriptor. @name: borrowed. */
void fake_add_fd(struct fake_task *task, int fd, const char *name);

/** fake_copy_from() - copy from user memory. Return: bytes copied before the first fault. */
size_t fake_copy_from(struct fake_task *task, void *to, uint64_t from, size_t len);

/** fake_copy_to() - copy to user memory. Return: bytes copied before the first fault. */
size_t fake_copy_to(struct fake_task *task, uint64_t to, const void *from, size_t len);

#endif
