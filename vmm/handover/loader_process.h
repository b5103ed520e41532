/* SPDX-License-Identifier: MIT */
/*
 * Starts portal-vmm-loader, which is linked with the libraries for kernels, archives and file
 * systems, and receives what it sends. This process reads none of the user's files: the loader
 * does, and it ends before the guest starts.
 */
#ifndef LOADER_PROCESS_H
#define LOADER_PROCESS_H

#include "config.h"
#include "handover/handover.h"

/**
 * loader_process_run() - run the loader and receive its files; logs errors
 * @config: its command line is passed to the loader
 * @ret_files: release with handover_done()
 *
 * Return: 0; -EINVAL an error in the user's files; other -errno an error of ours.
 */
must_check int loader_process_run(const struct vmm_config *config, struct handover *ret_files);

#endif
