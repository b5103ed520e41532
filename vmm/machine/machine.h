/* SPDX-License-Identifier: MIT */
/* The composition root: the only file that knows every room. Builds a machine, runs it, takes it
 * apart. */
#ifndef MACHINE_H
#define MACHINE_H

#include "config.h"
#include "exit_status.h"

/**
 * machine_run() - boot what @config describes and run it to its end
 * @config: borrowed
 *
 * Says on the log what went wrong, and how the VM ended as the last line.
 *
 * Return: the process's exit status.
 */
enum exit_status machine_run(const struct vmm_config *config);

/** machine_describe_module() - --describe-module: what @spec is, on stdout. Needs no KVM. */
enum exit_status machine_describe_module(const char *spec);

#endif
