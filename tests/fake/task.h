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
 * struct fake_program - a foreign program, which runs under an emulator in the task
 * @abi: PORTAL_ABI_* of its system calls; PORTAL_ABI_NONE: the task runs no foreign program
 * @pointer_size: 4 or 8
 * @byte_order: PORTAL_LITTLE_ENDIAN or PORTAL_BIG_ENDIAN
 * @nr_args: arguments of its system calls, at most PORTAL_NR_ARGS
 * @base: added to an address of the program gives the address in the task
 */
struct fake_program {
	uint16_t abi;
	uint8_t pointer_size, byte_order, nr_args;
	uint64_t base;
};

/**
 * struct fake_task - a task
 * @compat: its calls are those of the 32-bit ABI
 * @program: the foreign program that it runs, if any
 * @comm: its name
 * @pid: thread group id; @tid: thread id; @ppid: the parent's thread group id
 * @start_time: start time of the process, ns since boot
 * @scope: its class, PORTAL_SCOPE_*
 * @uid, @gid, @euid, @egid: its credentials
 * @regs: user registers, PORTAL_REG_*
 * @pgd: address of its page table in events
 * @areas: user memory, @nr_areas of them
 * @fds: open descriptors, @nr_fds of them
 * @cwd: name of the current directory
 * @args: argument area of @args_len bytes; @env, @env_len likewise
 * @faulted_in: areas that became present by an access
 * @killed: its operations are answered RESP_CANCELLED
 * @end: PORTAL_CALL_END_* of its next system call, at the return; RESTARTS holds for one run
 */
struct fake_task {
	bool compat;
	struct fake_program program;
	char comm[PORTAL_COMM_SIZE];
	uint32_t pid, tid, ppid;
	uint64_t start_time;
	uint32_t scope;
	uint32_t uid, gid, euid, egid;
	uint64_t regs[PORTAL_NR_REGS];
	uint64_t pgd;
	struct fake_area areas[FAKE_MAX_AREAS];
	size_t nr_areas;
	struct fake_fd fds[FAKE_MAX_FDS];
	size_t nr_fds;
	const char *cwd;
	const char *args, *env;
	size_t args_len, env_len;
	unsigned int faulted_in;
	bool killed;
	uint8_t end;
};

/** fake_task_init() - make a task of the firmware, without memory. */
void fake_task_init(struct fake_task *task, const char *comm, bool compat);

/** fake_task_done() - free its memory. */
void fake_task_done(struct fake_task *task);

/**
 * fake_map() - map zeroed memory at @start. Return: the memory, for the test; NULL: out of memory.
 */
uint8_t *fake_map(struct fake_task *task, uint64_t start, size_t size, unsigned int rights);

/** fake_add_fd() - add an open descriptor. @name: borrowed. */
void fake_add_fd(struct fake_task *task, int fd, const char *name);

/** fake_fd_name() - get the name of a descriptor, or AT_FDCWD. Return: NULL: it is not open. */
const char *fake_fd_name(const struct fake_task *task, int fd);

/** fake_copy_from() - copy from user memory. Return: bytes copied before the first fault. */
size_t fake_copy_from(struct fake_task *task, void *to, uint64_t from, size_t len);

/** fake_copy_to() - copy to user memory. Return: bytes copied before the first fault. */
size_t fake_copy_to(struct fake_task *task, uint64_t to, const void *from, size_t len);

/* ---- the task as its program sees it ---- */

/** fake_program_from() - copy from an address of the program. Return: as fake_copy_from(). */
size_t fake_program_from(struct fake_task *task, void *to, uint64_t from, size_t len);

/** fake_program_to() - copy to an address of the program. Return: as fake_copy_to(). */
size_t fake_program_to(struct fake_task *task, uint64_t to, const void *from, size_t len);

/** fake_pointer_size() - get the size of the program's pointers, which is that of its long. */
uint8_t fake_pointer_size(const struct fake_task *task);

/** fake_number() - get the number in @len (at most 8) bytes in the program's byte order. */
uint64_t fake_number(const struct fake_task *task, const uint8_t *bytes, size_t len);

/** fake_store_number() - the inverse of fake_number(); writes @len bytes. */
void fake_store_number(const struct fake_task *task, uint64_t value, uint8_t *bytes, size_t len);

/** fake_load() - read a number of @len bytes from the program's memory. Return: false: a fault. */
bool fake_load(struct fake_task *task, uint64_t addr, size_t len, uint64_t *ret_value);

#endif
