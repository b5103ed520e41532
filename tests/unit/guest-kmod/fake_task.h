/* SPDX-License-Identifier: MIT */
/*
 * A task for files of the guest module: user memory with holes, one descriptor, arguments. It
 * replaces base/ and the operations on descriptors and the process. Its credentials are 1000 to
 * 1003, its numbers those of identity_get() in the source.
 */
#ifndef FAKE_TASK_H
#define FAKE_TASK_H

#include <linux/types.h>

#define FAKE_TASK_BASE	   0x7000000ull /* user address of the first byte */
#define FAKE_TASK_PAGE	   128u
#define FAKE_TASK_NR_PAGES 96u
#define FAKE_TASK_SIZE	   (FAKE_TASK_PAGE * FAKE_TASK_NR_PAGES)
#define FAKE_TASK_FD	   3
#define FAKE_TASK_PPID	   77u

/**
 * struct fake_task - the current task
 * @bytes: its memory
 * @is_hole: pages that cannot be accessed
 * @is_absent: pages that can be read only after a fault
 * @is_read_only: pages that cannot be written
 * @absent_from_read: number of the read from which on all pages are; 0: none
 * @faults_disabled: a fault ends a read
 * @nr_reads: calls of user_mem_read()
 * @fd_name: name of descriptor FAKE_TASK_FD
 * @cwd: name of its current directory
 * @args: its arguments with their NULs
 * @args_len: bytes of @args
 * @args_err: error of reading the arguments, 0: none
 */
struct fake_task {
	u8 bytes[FAKE_TASK_SIZE];
	bool is_hole[FAKE_TASK_NR_PAGES];
	bool is_absent[FAKE_TASK_NR_PAGES];
	bool is_read_only[FAKE_TASK_NR_PAGES];
	unsigned int absent_from_read;
	bool faults_disabled;
	unsigned int nr_reads;
	const char *fd_name;
	const char *cwd;
	const char *args;
	size_t args_len;
	s64 args_err;
};

extern struct fake_task fake_task;

/** fake_task_reset() - make zeroed memory without holes, no name, no arguments */
void fake_task_reset(void);

/** fake_task_put() - write @len bytes to offset @at of the memory. Return: their user address. */
u64 fake_task_put(size_t at, const void *bytes, size_t len);

#endif
