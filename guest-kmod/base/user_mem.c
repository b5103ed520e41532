// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "base/user_mem.h"
#include "compat/task_size.h"

/*
 * Bytes of the range that can be user memory. copy_from_user() and copy_to_user() copy nothing of a
 * range that extends beyond TASK_SIZE_MAX, so the range is cut there and gives a short count. A
 * kernel thread may have another task's memory mapped, which it must not access.
 *
 * A tag in the high bits of a pointer (arm64's top byte, x86's LAM) is no part of the address. Only
 * the length is found without it: the copy functions get the pointer with its tag, and accept it if
 * a system call of this task would.
 */
static size_t user_len(u64 addr, size_t len)
{
	addr = untagged_addr(addr);
	if (!current->mm || fatal_signal_pending(current) || addr >= TASK_SIZE_MAX)
		return 0;
	return min_t(u64, len, TASK_SIZE_MAX - addr);
}

static void __user *user_ptr(u64 addr)
{
	return (void __user *)(uintptr_t)addr;
}

/*
 * Bytes to copy at once: not across a page boundary. A copy that faults in the next page stops
 * early, on arm64 by some bytes, on arm by up to 32. Within a page all can be copied, or nothing.
 */
static size_t piece_len(u64 addr, size_t len)
{
	return min_t(size_t, len, PAGE_SIZE - addr % PAGE_SIZE);
}

size_t user_mem_read(u64 addr, void *buf, size_t len)
{
	size_t done = 0, piece, left = 0;

	len = user_len(addr, len);
	while (done < len && left == 0) {
		piece = piece_len(addr + done, len - done);
		left = copy_from_user(buf + done, user_ptr(addr + done), piece);
		done += piece - left;
	}
	return done;
}

size_t user_mem_write(u64 addr, const void *buf, size_t len)
{
	size_t done = 0, piece, left = 0;

	len = user_len(addr, len);
	while (done < len && left == 0) {
		piece = piece_len(addr + done, len - done);
		left = copy_to_user(user_ptr(addr + done), buf + done, piece);
		done += piece - left;
	}
	return done;
}

ssize_t user_mem_read_str(u64 addr, void *buf, size_t len)
{
	if (len == 0)
		return 0;
	if (user_len(addr, len) == 0)
		return -EFAULT;
	return strncpy_from_user(buf, user_ptr(addr), len);
}
