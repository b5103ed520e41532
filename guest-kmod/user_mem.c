// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "user_mem.h"

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
 * Where memory ends in the middle, arm64's copies stop some bytes before its end. Going on from there moves one
 * byte at least, until the first that cannot be.
 */
size_t user_mem_read(u64 addr, void *buf, size_t len)
{
	size_t done = 0, count;

	len = user_len(addr, len);
	while (done < len) {
		count = len - done - copy_from_user(buf + done, user_ptr(addr + done), len - done);
		if (count == 0)
			break;
		done += count;
	}
	return done;
}

size_t user_mem_write(u64 addr, const void *buf, size_t len)
{
	size_t done = 0, count;

	len = user_len(addr, len);
	while (done < len) {
		count = len - done - copy_to_user(user_ptr(addr + done), buf + done, len - done);
		if (count == 0)
			break;
		done += count;
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
