/* SPDX-License-Identifier: MIT */
/*
 * Device trees as files: one of the user's own to boot with, and a copy of the guest's to look at.
 * Says on the log what is wrong. Knows no more of a tree than its bytes.
 */
#ifndef DTB_H
#define DTB_H

#include "config.h"
#include "kvm/mem.h"

/**
 * dtb_read() - the file given with --dtb
 * @config: the option
 * @ret_data: to be freed; NULL without the option
 * @ret_len: its bytes, not more than the architecture has room for
 *
 * Return: 0; -EINVAL it cannot be read or is too large, or the architecture has no device trees.
 */
must_check int dtb_read(const struct vmm_config *config, void **ret_data, size_t *ret_len);

/**
 * dtb_dump() - write the file given with --dump-dtb, if it was
 * @config: the option
 * @mem: after arch_boot_setup(), before the guest runs
 * @tables: what that was told of where the tree goes
 *
 * Return: 0; -EINVAL it cannot be written, or the architecture has no device trees.
 */
must_check int dtb_dump(const struct vmm_config *config, const struct guest_mem *mem, gpa_t tables);

#endif
