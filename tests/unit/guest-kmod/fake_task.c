/* SPDX-License-Identifier: MIT */
#include "fake_task.h"

#include <linux/fcntl.h>

#include "base/identity.h"
#include "base/user_mem.h"
#include "ops/op.h"

struct fake_task fake_task;

void fake_task_reset(void)
{
	memset(&fake_task, 0, sizeof(fake_task));
	fake_task.fd_name = "";
	fake_task.args = "";
	fake_task.cwd = "/";
}

u64 fake_task_put(size_t at, const void *bytes, size_t len)
{
	memcpy(fake_task.bytes + at, bytes, len);
	return FAKE_TASK_BASE + at;
}

static bool is_absent(u64 page)
{
	return fake_task.is_absent[page] ||
	       (fake_task.absent_from_read > 0 && fake_task.nr_reads >= fake_task.absent_from_read);
}

static bool is_readable(u64 addr)
{
	u64 at = addr - FAKE_TASK_BASE, page = at / FAKE_TASK_PAGE;

	if (at >= FAKE_TASK_SIZE || fake_task.is_hole[page])
		return false;
	return !fake_task.faults_disabled || !is_absent(page);
}

size_t user_mem_read(u64 addr, void *buf, size_t len)
{
	u8 *to = buf;
	size_t done;

	fake_task.nr_reads++;
	for (done = 0; done < len && is_readable(addr + done); done++)
		to[done] = fake_task.bytes[addr + done - FAKE_TASK_BASE];
	return done;
}

size_t user_mem_write(u64 addr, const void *buf, size_t len)
{
	const u8 *from = buf;
	size_t done;

	for (done = 0; done < len && is_readable(addr + done); done++) {
		u64 at = addr + done - FAKE_TASK_BASE;

		if (fake_task.is_read_only[at / FAKE_TASK_PAGE])
			break;
		fake_task.bytes[at] = from[done];
	}
	return done;
}

ssize_t user_mem_read_str(u64 addr, void *buf, size_t len)
{
	u8 *to = buf;
	size_t done;

	for (done = 0; done < len; done++) {
		if (user_mem_read(addr + done, to + done, 1) != 1)
			return -EFAULT;
		if (to[done] == '\0')
			return (ssize_t)done;
	}
	return (ssize_t)len;
}

/* As the operations do: answers with the part of @text from op->addr, and sets the cursor. */
static s64 copy_text(struct op *op, const char *text, size_t len)
{
	size_t count;

	if (op->addr >= len)
		return 0;
	count = min_t(size_t, len - op->addr, op->room);
	memcpy(op->data, text + op->addr, count);
	if (op->addr + count < len)
		op->cursor = op->addr + count;
	return (s64)count;
}

s64 op_fd_name(struct op *op)
{
	memset(op->scratch, 0x5a, PORTAL_PAGE_SIZE);
	if ((s32)op->arg == AT_FDCWD)
		return copy_text(op, fake_task.cwd, strlen(fake_task.cwd));
	if ((s32)op->arg != FAKE_TASK_FD)
		return -EBADF;
	return copy_text(op, fake_task.fd_name, strlen(fake_task.fd_name));
}

s64 op_proc_args(struct op *op)
{
	memset(op->scratch, 0x5a, PORTAL_PAGE_SIZE);
	return fake_task.args_err ? fake_task.args_err
				  : copy_text(op, fake_task.args, fake_task.args_len);
}

void identity_get(struct identity *ret_identity)
{
	*ret_identity = (struct identity){ .start_time = 0x1234567890, .pid = 100, .tid = 101 };
}

u32 identity_ppid(void)
{
	return FAKE_TASK_PPID;
}

void identity_credentials(__le32 *ids)
{
	for (u32 i = 0; i < IDENTITY_NR_CREDENTIALS; i++)
		ids[i] = cpu_to_le32(1000 + i);
}
