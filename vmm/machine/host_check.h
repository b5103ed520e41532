/* SPDX-License-Identifier: MIT */
/* Checks whether this host can run VMs: each requirement, and what to do if it is not met. */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

#include <stdbool.h>
#include <stdio.h>

/**
 * host_check() - check every requirement; runs a tiny guest
 * @out: gets a line for each requirement; NULL: the first that is not met is logged instead
 *
 * Return: true if VMs can run here.
 */
bool host_check(FILE *out);

#endif
