/* SPDX-License-Identifier: MIT */
/* The disks of a machine, and what else goes into its slots: from open images and names to virtio
 * windows. */
#ifndef DISKS_H
#define DISKS_H

#include "config.h"
#include "handover/handover.h"
#include "machine/virtio_slots.h"

/**
 * disks_add() - the root's disk, the further disks, the entropy source, in this order
 * @files: the slots take its root image over
 * @config: names of the further disks
 * @slots: empty
 *
 * Return: 0; -EINVAL a disk cannot be used; other -errno. All has been said.
 */
must_check int disks_add(struct handover *files, const struct vmm_config *config,
			 struct virtio_slots *slots);

#endif
