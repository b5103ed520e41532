/* SPDX-License-Identifier: MIT */
/*
 * What the benchmark's guest programs share: the clock, the calls that are measured, and the way in
 * which they speak to the hook module modules/bench.c. Knows no peer.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* prctl(BENCH_CONTROL, BENCH_SET, config): the module installs that configuration's hooks, after it
   has removed those of the one before. prctl(BENCH_CONTROL, BENCH_COUNT): events whose data was
   right since. */
#define BENCH_CONTROL 0x62656e63
#define BENCH_SET     1
#define BENCH_COUNT   2

/* 64 bytes with the NUL; a decider reads that many and denies the call with EPERM when they are
 * these */
#define BENCH_PATH	"/tmp/bench/a-path-that-has-sixty-three-characters-and-is-not-he"
#define BENCH_PATH_SIZE 64

/* the reference's register read: struct ifreq, whose ifr_data points to the number and the value's
 * place */
#define BENCH_REG_READ	0x89F1
#define BENCH_REG	0x34
#define BENCH_REG_VALUE 0x2
#define BENCH_INTERFACE "eth0"

struct bench_reg {
	uint32_t number, value;
};

_Static_assert(sizeof(BENCH_PATH) == BENCH_PATH_SIZE, "a decider reads the whole path");

/** bench_now_ns() - monotonic time; in nanoseconds. */
static inline uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/** bench_die() - end with status 1 and the reason of the last system call. */
static inline _Noreturn void bench_die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

#endif
