/* SPDX-License-Identifier: MIT */
/* A seccomp filter for one system call of the native ABI. */
#ifndef BENCH_SECCOMP_FILTER_H
#define BENCH_SECCOMP_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

/**
 * seccomp_filter_on() - install a filter for this task and its children: @action for @nr, all other
 * system calls are allowed
 * @nr: native number of the system call
 * @action: SECCOMP_RET_*
 * @flags: SECCOMP_FILTER_FLAG_*
 *
 * Return: the result of seccomp(2): 0 or a listener. Ends the program on failure.
 */
int seccomp_filter_on(uint32_t nr, uint32_t action, unsigned int flags);

/** seccomp_filter_install() - the same with a program of the caller. */
int seccomp_filter_install(const struct sock_fprog *program, unsigned int flags);

#endif
