/* SPDX-License-Identifier: MIT */
/*
 * Device trees as files: reads the one of --dtb and writes the one of --dump-dtb. Logs what is
 * wrong. It does not know the contents of a tree.
 */
#ifndef DTB_H
#define DTB_H

#include "config.h"
#include "kvm/mem.h"

/**
 * dtb_read() - read the file of --dtb
 * @config: has the option
 * @ret_data: set to its bytes, which the caller frees; NULL without the option
 * @ret_len: set to their number, at most what the architecture has room for
 *
 * Return: 0; -EINVAL: it cannot be read or is too large, or the architecture has no device tree.
 */
must_check int dtb_read(const struct vmm_config *config, void **ret_data, size_t *ret_len);

/**
 * dtb_dump() - write the file of --dump-dtb; without the option do nothing
 * @config: has the option
 * @mem: guest RAM after arch_boot_setup(), before the guest runs
 * @tables: the address that arch_boot_setup() got for the tree
 *
 * Return: 0; -EINVAL: it cannot be written, or the architecture has no device tree.
 */
must_check int dtb_dump(const struct vmm_config *config, const struct guest_mem *mem, gpa_t tables);

#endif
