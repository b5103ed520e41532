/* SPDX-License-Identifier: MIT */
/* What this host can do: each requirement, whether it is met, and what to do when it is not. */
#ifndef HOST_CHECK_H
#define HOST_CHECK_H

#include <stdbool.h>
#include <stdio.h>

/**
 * host_check() - test every requirement, by doing it: a tiny guest is run
 * @out: gets a line for each; NULL: the first one missing goes to the log instead
 *
 * Return: true when VMs can run here.
 */
bool host_check(FILE *out);

#endif
