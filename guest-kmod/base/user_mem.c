// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "base/user_mem.h"

/*
 * How much of a range can be user memory at all. The copy functions refuse a range that reaches
 * beyond the end as a whole; cut there it gives the short count that is due. A kernel thread has
 * another task's memory mapped, which is not its business.
 */
static size_t user_len(u64 addr, size_t len)
{
	if (!current->mm || fatal_signal_pending(current) || addr >= TASK_SIZE_MAX)
		return 0;
	return min_t(u64, len, TASK_SIZE_MAX - addr);
}

static void __user *user_ptr(u64 addr)
{
	return (void __user *)(uintptr_t)addr;
}

/*
 * How much to copy at once. Memory ends at a page boundary, and copies that run into its end stop
 * before it: arm64's some bytes, arm's up to 32. Within a page all can be copied, or nothing.
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
