// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/kernel.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "ops/op.h"

/* Takes a reference on the path, because another thread may close the descriptor. */
static int fd_path(int fd, struct path *ret_path)
{
	struct file *file;

	if (fd == AT_FDCWD) {
		get_fs_pwd(current->fs, ret_path);
		return 0;
	}
	file = fget_raw(fd);
	if (!file)
		return -EBADF;
	*ret_path = file->f_path;
	path_get(ret_path);
	fput(file);
	return 0;
}

static s64 copy_from_offset(struct op *op, const char *name)
{
	size_t len = strlen(name), count;

	if (op->addr >= len)
		return 0;
	count = min_t(size_t, len - op->addr, op->room);
	memcpy(op->data, name + op->addr, count);
	if (op->addr + count < len)
		op->cursor = op->addr + count;
	return count;
}

s64 op_fd_name(struct op *op)
{
	struct path path;
	char *name;
	int err;

	err = fd_path((s32)lower_32_bits(op->arg), &path);
	if (err)
		return err;
	name = d_path(&path, op->scratch, PORTAL_PAGE_SIZE);
	path_put(&path);
	if (IS_ERR(name))
		return PTR_ERR(name);
	return copy_from_offset(op, name);
}
