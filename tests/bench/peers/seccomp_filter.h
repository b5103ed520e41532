/* SPDX-License-Identifier: MIT */
/* A seccomp filter on one system call of the native ABI, as the peers need it. */
#ifndef BENCH_SECCOMP_FILTER_H
#define BENCH_SECCOMP_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

/**
 * seccomp_filter_on() - every call of this task and its children: @action for @nr, others are
 * allowed
 * @nr: native number of the call
 * @action: SECCOMP_RET_*
 * @flags: SECCOMP_FILTER_FLAG_*
 *
 * Return: what seccomp() returns: 0 or a listener; ends the program when that fails.
 */
int seccomp_filter_on(uint32_t nr, uint32_t action, unsigned int flags);

/** seccomp_filter_install() - the same with a program of the caller. */
int seccomp_filter_install(const struct sock_fprog *program, unsigned int flags);

#endif
