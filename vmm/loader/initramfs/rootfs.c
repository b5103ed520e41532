/* SPDX-License-Identifier: MIT */
#include "loader/initramfs/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/io.h"
#include "loader/initramfs/fs_type.h"

_Static_assert(ROOTFS_TYPE_SIZE == FS_TYPE_NAME_SIZE, "names are copied");
_Static_assert(ROOTFS_MODULES_MAX == FS_TYPE_MODULES_MAX, "requests are copied");

static bool ends_with(const char *s, const char *end)
{
	size_t len = strlen(s), end_len = strlen(end);

	return len > end_len && strcmp(s + len - end_len, end) == 0;
}

/* a path may contain commas; only a known word after the last one is an option */
static int parse_spec(struct rootfs *rootfs, const char *spec)
{
	size_t len = strlen(spec);

	rootfs->write = ends_with(spec, ",rw");
	if (rootfs->write || ends_with(spec, ",ro"))
		len -= strlen(",rw");
	rootfs->path = strndup(spec, len);
	return rootfs->path ? 0 : -ENOMEM;
}

/*
 * A writer excludes readers and other writers: an image must not change while it is mounted.
 * Without ",rw", the image may be on a file system without locks.
 */
static int lock(const struct rootfs *rootfs, struct load_error *why)
{
	int err = io_lock(rootfs->fd, rootfs->write);

	if (err == -EBUSY)
		return load_error_fail(why, -EBUSY, "in use by another program%s",
				       rootfs->write ? "; only one may write to it"
						     : " that writes to it");
	if (err == 0 || !rootfs->write)
		return 0;
	return load_error_fail(why, err, "cannot be locked for writing: %s", strerror(-err));
}

static int measure(struct rootfs *rootfs, struct load_error *why)
{
	off_t end = lseek(rootfs->fd, 0, SEEK_END);

	if (end < 0)
		return load_error_fail(why, -errno, "%s", strerror(errno));
	rootfs->size_bytes = (uint64_t)end;
	return 0;
}

static void take_type(struct rootfs *rootfs, const struct fs_type *type)
{
	memcpy(rootfs->type, type->name, sizeof(rootfs->type));
	rootfs->options = rootfs->write ? NULL : type->read_only_options;
	for (size_t i = 0; i < FS_TYPE_MODULES_MAX && type->modules[i]; i++)
		rootfs->modules[rootfs->nr_modules++] =
			(struct module_request){ .name = type->modules[i], .optional = i > 0 };
	if (rootfs->nr_modules > 0)
		return;
	/* the module of every file system has this alias */
	(void)snprintf(rootfs->module_name, sizeof(rootfs->module_name), "fs-%s", rootfs->type);
	rootfs->modules[rootfs->nr_modules++] =
		(struct module_request){ .name = rootfs->module_name };
}

static int open_image(struct rootfs *rootfs, struct load_error *why)
{
	struct fs_type type;
	int err;

	rootfs->kind = ROOTFS_IMAGE;
	rootfs->fd = open(rootfs->path, (rootfs->write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (rootfs->fd < 0)
		return load_error_fail(why, -errno, "%s", strerror(errno));
	err = lock(rootfs, why);
	if (err < 0)
		return err;
	err = measure(rootfs, why);
	if (err < 0)
		return err;
	err = fs_type_probe(rootfs->fd, rootfs->size_bytes, &type, why);
	if (err < 0)
		return err;
	if (rootfs->write && !type.can_write)
		return load_error_fail(why, -ENOTSUP,
				       "%s images cannot be written; leave out \",rw\"", type.name);
	take_type(rootfs, &type);
	return 0;
}

static int open_any(struct rootfs *rootfs, struct load_error *why)
{
	struct stat st;

	if (stat(rootfs->path, &st) < 0)
		return load_error_fail(why, -errno, "%s", strerror(errno));
	if (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))
		return open_image(rootfs, why);
	if (!S_ISDIR(st.st_mode))
		return load_error_fail(why, -EINVAL, "neither a file nor a directory");
	if (rootfs->write)
		return load_error_fail(
			why, -EINVAL,
			"a directory is copied into guest memory and cannot be written "
			"through; leave out \",rw\"");
	rootfs->kind = ROOTFS_DIRECTORY;
	return 0;
}

int rootfs_open(const char *spec, struct rootfs **ret_rootfs, struct load_error *why)
{
	struct rootfs *rootfs = calloc(1, sizeof(*rootfs));
	int err;

	if (!rootfs)
		return load_error_fail(why, -ENOMEM, "not enough host memory to read it");
	rootfs->fd = -1;
	err = parse_spec(rootfs, spec);
	if (err < 0)
		(void)load_error_fail(why, err, "not enough host memory to read it");
	else
		err = open_any(rootfs, why);
	if (err < 0) {
		rootfs_close(rootfs);
		return err;
	}
	*ret_rootfs = rootfs;
	return 0;
}

void rootfs_close(struct rootfs *rootfs)
{
	if (!rootfs)
		return;
	if (rootfs->fd >= 0)
		close(rootfs->fd);
	free(rootfs->path);
	free(rootfs);
}
