/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User memory of the current task, accessed as the task itself would access it: absent pages are
 * faulted in, private pages are copied before they are written. Any address is accepted, and a tag
 * in its high bits is ignored where the kernel ignores it for this task.
 */
#ifndef GUEST_USER_MEM_H
#define GUEST_USER_MEM_H

#include <linux/types.h>

/**
 * user_mem_read() - read user memory
 * @addr: user address, any value
 * @buf: receives the bytes
 * @len: bytes, at most the size of @buf
 *
 * Context: process, may sleep.
 * Return: bytes read; fewer than @len if a later part faulted; 0 if the first part faulted, in a
 * kernel thread, and in a task that is being killed.
 */
size_t user_mem_read(u64 addr, void *buf, size_t len);

/**
 * user_mem_write() - write user memory
 * @addr: user address, any value
 * @buf: the bytes
 * @len: their number
 *
 * Context: process, may sleep.
 * Return: bytes written, as user_mem_read().
 */
size_t user_mem_write(u64 addr, const void *buf, size_t len);

/**
 * user_mem_read_str() - read a string
 * @addr: user address, any value
 * @buf: receives the string; NUL terminated if the string is shorter than @len
 * @len: maximum number of bytes to read
 *
 * Context: process, may sleep.
 * Return: bytes before the NUL; @len if the first @len bytes have no NUL; -EFAULT.
 */
ssize_t user_mem_read_str(u64 addr, void *buf, size_t len);

#endif /* GUEST_USER_MEM_H */
