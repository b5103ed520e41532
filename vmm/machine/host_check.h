/* SPDX-License-Identifier: MIT */
/* What this host can do: each requirement, whether it is met, and what to do when it is not. */
#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stdio.h>

/**
 * check_host() - test every requirement, by doing it: a tiny guest is run
 * @out: gets a line for each; NULL: the first one missing goes to the log instead
 *
 * Return: true when VMs can run here.
 */
bool check_host(FILE *out);

#endif
