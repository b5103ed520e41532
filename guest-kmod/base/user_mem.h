/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The current task's user memory, as the task itself could touch it: absent pages are faulted in,
 * private ones copied before they are written. It takes addresses of any value, in any task.
 */
#ifndef GUEST_USER_MEM_H
#define GUEST_USER_MEM_H

#include <linux/types.h>

/**
 * user_mem_read() - read user memory
 * @addr: any number
 * @buf: where to put it
 * @len: bytes; any number that @buf has
 *
 * Context: process, may sleep.
 * Return: bytes read; fewer than @len when a later part faulted; 0 when the first did, in a kernel
 * thread, and in a task that is being killed.
 */
size_t user_mem_read(u64 addr, void *buf, size_t len);

/**
 * user_mem_write() - write user memory
 * @addr: any number
 * @buf: the bytes
 * @len: their number
 *
 * Context: process, may sleep.
 * Return: bytes written, as user_mem_read().
 */
size_t user_mem_write(u64 addr, const void *buf, size_t len);

/**
 * user_mem_read_str() - read a string
 * @addr: any number
 * @buf: where to put it; NUL terminated when the string is shorter than @len
 * @len: most bytes to read
 *
 * Context: process, may sleep.
 * Return: bytes before the NUL; @len when there is none among so many; -EFAULT.
 */
ssize_t user_mem_read_str(u64 addr, void *buf, size_t len);

#endif /* GUEST_USER_MEM_H */
