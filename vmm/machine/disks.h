/* SPDX-License-Identifier: MIT */
/* The disks of a machine: from open images and file names to virtio-blk devices in virtio slots. */
#ifndef DISKS_H
#define DISKS_H

#include "config.h"
#include "handover/handover.h"
#include "machine/virtio_slots.h"

/**
 * disks_add() - the disk of the root file system, then the disks of --disk in their order
 * @handover: has the root image, which moves to its disk; without one there is no such disk
 * @config: names of the further disks
 * @slots: gets the disks
 *
 * Reports on the log what is wrong.
 *
 * Return: 0; -EINVAL: a disk cannot be used; other -errno.
 */
must_check int disks_add(struct handover *handover, const struct vmm_config *config,
			 struct virtio_slots *slots);

#endif
