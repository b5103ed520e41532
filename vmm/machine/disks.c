/* SPDX-License-Identifier: MIT */
#include "machine/disks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/log.h"
#include "devices/virtio/blk.h"

/**
 * struct disk - a disk in its virtio slot
 * @path: of the image, for messages
 * @fd: of the image
 * @blk: the device
 */
struct disk {
	char *path;
	int fd;
	struct virtio_blk *blk;
};

static void on_disk_failed(void *ctx, int err)
{
	const struct disk *disk = ctx;

	log_guest(LOG_WARN, "%s: %s; the guest gets an I/O error%s", disk->path, strerror(-err),
		  err == -ENOSPC ? ": make room on the host's file system" : "");
}

static int image_size(int fd, uint64_t *ret_size)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISBLK(st.st_mode))
		return ioctl(fd, BLKGETSIZE64, ret_size) < 0 ? -errno : 0;
	*ret_size = (uint64_t)st.st_size;
	return S_ISREG(st.st_mode) ? 0 : -EINVAL;
}

static void disk_destroy(void *device)
{
	struct disk *disk = device;

	if (!disk)
		return;
	virtio_blk_destroy(disk->blk);
	if (disk->fd >= 0)
		close(disk->fd);
	free(disk->path);
	free(disk);
}

/* @disk has its image; the last part of the path is the disk's serial number */
static int make_blk(struct disk *disk, bool read_only)
{
	const char *slash = strrchr(disk->path, '/');
	struct virtio_blk_params params = {
		.image = { .fd = disk->fd, .read_only = read_only },
		.id = slash ? slash + 1 : disk->path,
		.failed = on_disk_failed,
		.ctx = disk,
	};
	int err = image_size(disk->fd, &params.image.size_bytes);

	return err < 0 ? err : virtio_blk_create(&params, &disk->blk);
}

/* @fd is taken, also on failure */
static int disk_create(int fd, bool read_only, const char *path, struct disk **ret_disk)
{
	auto_close int owned_fd = fd;
	struct disk *disk = calloc(1, sizeof(*disk));
	int err;

	if (!disk)
		return -ENOMEM;
	disk->fd = take_fd(&owned_fd);
	disk->path = strdup(path);
	err = disk->path ? make_blk(disk, read_only) : -ENOMEM;
	if (err < 0) {
		disk_destroy(disk);
		return err;
	}
	*ret_disk = disk;
	return 0;
}

static int add_disk(struct virtio_slots *slots, int fd, bool read_only, const char *path)
{
	struct disk *disk;
	int err = disk_create(fd, read_only, path, &disk);

	if (err < 0)
		return err;
	return virtio_slots_add(slots, virtio_blk_device(disk->blk), disk, disk_destroy);
}

static int add_root(struct handover *handover, struct virtio_slots *slots)
{
	int err = add_disk(slots, take_fd(&handover->root_fd), !handover->root_write,
			   handover->root_path);

	if (err < 0)
		log_error("%s: %s", handover->root_path, strerror(-err));
	return err;
}

static int open_image(const char *path, bool read_only, int *ret_fd)
{
	auto_close int fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = io_lock(fd, !read_only);
	if (err == -EBUSY || (err < 0 && !read_only))
		return err;
	*ret_fd = take_fd(&fd);
	return 0;
}

static const char *explain(int err)
{
	switch (err) {
	case -EBUSY:
		return "in use by another program; only one may write to it";
	case -EINVAL:
		return "not a file or block device of at least 512 bytes";
	case -ENOSPC:
		return "no virtio slot is left";
	default:
		return strerror(-err);
	}
}

static int add_further(const char *spec, struct virtio_slots *slots)
{
	auto_free char *path = strdup(spec);
	char *comma = path ? strrchr(path, ',') : NULL;
	bool read_only = comma && strcmp(comma, ",ro") == 0;
	int fd = -1, err;

	if (!path) {
		log_error("--disk %s: %s", spec, strerror(ENOMEM));
		return -ENOMEM;
	}
	if (read_only)
		*comma = '\0';
	err = open_image(path, read_only, &fd);
	if (err == 0)
		err = add_disk(slots, fd, read_only, path);
	if (err == 0)
		return 0;
	log_error("--disk %s: %s", spec, explain(err));
	return -EINVAL;
}

int disks_add(struct handover *handover, const struct vmm_config *config,
	      struct virtio_slots *slots)
{
	int err = handover->root_fd < 0 ? 0 : add_root(handover, slots);

	for (size_t i = 0; i < config->nr_disks && err == 0; i++)
		err = add_further(config->disks[i], slots);
	return err;
}
