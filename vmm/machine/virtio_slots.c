/* SPDX-License-Identifier: MIT */
#include "machine/virtio_slots.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "base/log.h"

static void on_disk_failed(void *ctx, int err)
{
	const struct virtio_slot *slot = ctx;

	log_guest(LOG_WARN, "%s: %s; the guest gets an I/O error%s", slot->path, strerror(-err),
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

/* the next window, counted at once so that virtio_slots_destroy() takes apart also what fails half
 * way */
static int take_slot(struct virtio_slots *slots, struct virtio_slot **ret_slot)
{
	if (slots->nr == VIRTIO_SLOTS_MAX || slots->nr == arch_platform()->virtio_max)
		return -ENOSPC;
	*ret_slot = &slots->items[slots->nr++];
	**ret_slot = (struct virtio_slot){ .fd = -1 };
	return 0;
}

static int plug(struct virtio_slots *slots, struct virtio_slot *slot,
		const struct virtio_device *device)
{
	const struct arch_platform *platform = arch_platform();
	unsigned int index = (unsigned int)(slot - slots->items);
	struct irq_line irq = slots->irq;
	int err;

	irq.gsi = platform->virtio_gsi + index;
	err = virtio_mmio_create(device, slots->mem, &irq, &slot->transport);
	if (err < 0)
		return err;
	return virtio_mmio_attach(slot->transport, slots->mmio,
				  platform->virtio_base + index * platform->virtio_stride);
}

int virtio_slots_add_disk(struct virtio_slots *slots, int fd, bool read_only, const char *path)
{
	struct virtio_blk_params params = {
		.image = { .fd = fd, .read_only = read_only },
		.failed = on_disk_failed,
	};
	auto_close int owned_fd = fd;
	struct virtio_slot *slot;
	int err = take_slot(slots, &slot);

	if (err < 0)
		return err;
	slot->path = strdup(path);
	if (!slot->path)
		return -ENOMEM;
	slot->fd = take_fd(&owned_fd);
	params.ctx = slot;
	params.id = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	err = image_size(fd, &params.image.size_bytes);
	if (err == 0)
		err = virtio_blk_create(&params, &slot->blk);
	return err < 0 ? err : plug(slots, slot, virtio_blk_device(slot->blk));
}

int virtio_slots_add_rng(struct virtio_slots *slots)
{
	struct virtio_slot *slot;
	int err = take_slot(slots, &slot);

	return err < 0 ? err : plug(slots, slot, virtio_rng_device());
}

static void slot_done(struct virtio_slot *slot)
{
	virtio_mmio_destroy(slot->transport);
	virtio_blk_destroy(slot->blk);
	if (slot->fd >= 0)
		close(slot->fd);
	free(slot->path);
}

void virtio_slots_destroy(struct virtio_slots *slots)
{
	while (slots->nr > 0)
		slot_done(&slots->items[--slots->nr]);
}
