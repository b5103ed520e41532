/* SPDX-License-Identifier: MIT */
#include "loader/initramfs/cpio.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/io.h"

#define WRITE_SIZE KIB(64) /* smaller writes are collected */
#define DIR_MODE   0755

struct cpio {
	struct archive *archive;
	int fd;
	uint32_t last_inode;
};

static la_ssize_t on_write(struct archive *archive, void *data, const void *buf, size_t len)
{
	const struct cpio *cpio = data;
	int err = io_write_full(cpio->fd, buf, len);

	if (err < 0) {
		archive_set_error(archive, ENOMEM, "%s", strerror(-err));
		return -1;
	}
	return (la_ssize_t)len;
}

static int result(struct cpio *cpio, int status)
{
	if (status == ARCHIVE_OK)
		return 0;
	return archive_errno(cpio->archive) == ENOMEM ? -ENOMEM : -EINVAL;
}

static int open_archive(struct cpio *cpio)
{
	cpio->fd = blob_new_file();
	if (cpio->fd < 0)
		return cpio->fd;
	cpio->archive = archive_write_new();
	if (!cpio->archive)
		return -ENOMEM;
	/* no padding at the end: the kernel does not need it */
	if (archive_write_set_format_cpio_newc(cpio->archive) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(cpio->archive, WRITE_SIZE) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(cpio->archive, 1) != ARCHIVE_OK ||
	    archive_write_open(cpio->archive, cpio, NULL, on_write, NULL) != ARCHIVE_OK)
		return -ENOMEM;
	return 0;
}

int cpio_create(struct cpio **ret_cpio)
{
	struct cpio *cpio = calloc(1, sizeof(*cpio));
	int err;

	if (!cpio)
		return -ENOMEM;
	cpio->fd = -1;
	err = open_archive(cpio);
	if (err < 0) {
		cpio_destroy(cpio);
		return err;
	}
	*ret_cpio = cpio;
	return 0;
}

void cpio_destroy(struct cpio *cpio)
{
	if (!cpio)
		return;
	archive_write_free(cpio->archive);
	if (cpio->fd >= 0)
		close(cpio->fd);
	free(cpio);
}

uint32_t cpio_new_inode(struct cpio *cpio)
{
	return ++cpio->last_inode;
}

int cpio_add(struct cpio *cpio, const struct cpio_entry *entry)
{
	struct archive_entry *e = archive_entry_new();
	int status;

	if (!e)
		return -ENOMEM;
	archive_entry_copy_pathname(e, entry->name);
	archive_entry_set_mode(e, entry->mode);
	archive_entry_set_mtime(e, entry->mtime, 0);
	archive_entry_set_rdev(e, entry->rdev);
	archive_entry_set_size(e, (la_int64_t)entry->size);
	archive_entry_set_nlink(e, entry->nr_links > 1 ? entry->nr_links : 1);
	archive_entry_set_ino64(e, entry->inode ? entry->inode : cpio_new_inode(cpio));
	if (entry->target)
		archive_entry_copy_symlink(e, entry->target);
	status = archive_write_header(cpio->archive, e);
	archive_entry_free(e);
	return result(cpio, status);
}

int cpio_write(struct cpio *cpio, const void *data, size_t len)
{
	la_ssize_t n = archive_write_data(cpio->archive, data, len);

	if (n < 0)
		return result(cpio, (int)n);
	return (size_t)n == len ? 0 : -EINVAL;
}

int cpio_add_dir(struct cpio *cpio, const char *name)
{
	struct cpio_entry entry = { .name = name, .mode = S_IFDIR | DIR_MODE };

	return cpio_add(cpio, &entry);
}

int cpio_add_file(struct cpio *cpio, const char *name, mode_t mode, const void *data, size_t len)
{
	struct cpio_entry entry = { .name = name, .mode = S_IFREG | mode, .size = len };
	int err = cpio_add(cpio, &entry);

	return err < 0 ? err : cpio_write(cpio, data, len);
}

int cpio_finish(struct cpio *cpio, struct blob *ret_archive)
{
	int err = result(cpio, archive_write_close(cpio->archive));

	return err < 0 ? err : blob_map(take_fd(&cpio->fd), ret_archive);
}
