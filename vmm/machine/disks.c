/* SPDX-License-Identifier: MIT */
#include "machine/disks.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/io.h"
#include "base/log.h"

static int plug_root(struct handover *files, struct virtio_slots *slots)
{
	int err = virtio_slots_add_disk(slots, take_fd(&files->root_fd), !files->root_write,
					files->root_path);

	if (err < 0)
		log_error("%s: %s", files->root_path, strerror(-err));
	return err;
}

static int open_disk(const char *path, bool read_only, int *ret_fd)
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

static int plug_disk(const char *spec, struct virtio_slots *slots)
{
	auto_free char *path = strdup(spec);
	char *comma = path ? strrchr(path, ',') : NULL;
	bool read_only = comma && strcmp(comma, ",ro") == 0;
	int fd = -1, err;

	if (!path)
		return -ENOMEM;
	if (read_only)
		*comma = '\0';
	err = open_disk(path, read_only, &fd);
	if (err == 0)
		err = virtio_slots_add_disk(slots, fd, read_only, path);
	if (err == 0)
		return 0;
	log_error("--disk %s: %s", spec,
		  err == -EBUSY	   ? "in use by another program; only one may write it"
		  : err == -EINVAL ? "not a file or block device of at least 512 bytes"
				   : strerror(-err));
	return -EINVAL;
}

int disks_add(struct handover *files, const struct vmm_config *config, struct virtio_slots *slots)
{
	int err = files->root_fd < 0 ? 0 : plug_root(files, slots);

	for (size_t i = 0; i < config->nr_disks && err == 0; i++)
		err = plug_disk(config->disks[i], slots);
	if (err < 0)
		return err;
	err = virtio_slots_add_rng(slots);
	if (err < 0)
		log_error("cannot add the entropy source: %s", strerror(-err));
	return err;
}
