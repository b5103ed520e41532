/* SPDX-License-Identifier: MIT */
/*
 * Starts portal-vmm-loader, which has the libraries for kernels, archives and file systems mapped,
 * and takes what it hands over. Reads none of the user's files: that process does, and is gone
 * before the guest is there.
 */
#ifndef LOADER_PROCESS_H
#define LOADER_PROCESS_H

#include "config.h"
#include "handover/handover.h"

/**
 * loader_process_run() - everything the guest is booted from. Says on the log what is wrong.
 * @config: the same command line is given on
 * @ret_files: handover_done() them
 *
 * Return: 0; -EINVAL the user's files; other -errno ours.
 */
must_check int loader_process_run(const struct vmm_config *config, struct handover *ret_files);

#endif
