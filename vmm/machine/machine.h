/* SPDX-License-Identifier: MIT */
/*
 * The composition root: builds a VM from the parts of all other directories, runs it and takes it
 * apart.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "config.h"
#include "exit_status.h"

/**
 * machine_run() - boot what @config describes and run it to its end
 * @config: must stay valid during the call
 *
 * Logs what went wrong and, as the last line, how the VM ended.
 *
 * Return: the exit status of the process.
 */
enum exit_status machine_run(const struct vmm_config *config);

/**
 * machine_describe_module() - print what a hook module is (--describe-module); needs no KVM
 * @spec: FILE.so[,key=value...]
 *
 * Return: the exit status of the process.
 */
enum exit_status machine_describe_module(const char *spec);

#endif
