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

/* prctl(BENCH_CONTROL, BENCH_DIRECT, access, address): nanoseconds of one such access in the
   module's callback, to memory that the caller has written; -EIO when not all of it was right. */
#define BENCH_DIRECT	3
#define BENCH_BULK_SIZE (16u << 20)
#define BENCH_BULK_BYTE 0x5c

enum bench_access {
	BENCH_READ_64,	   /* portal_read_bytes() of 64 bytes that no hook declared */
	BENCH_READV_64,	   /* process_vm_readv() of 64 bytes of the VMM itself */
	BENCH_BULK_READ,   /* portal_read_bytes() of BENCH_BULK_SIZE */
	BENCH_BULK_WRITE,  /* portal_write_bytes() likewise */
	BENCH_BULK_MEMCPY, /* memcpy() of as much in the VMM */
	BENCH_BULK_READV,  /* process_vm_readv() likewise */
	BENCH_NR_ACCESSES
};

/* 64 bytes with the NUL; a decider reads that many and denies the call with EPERM when they are
 * these */
#define BENCH_PATH	"/tmp/bench/a-path-that-has-sixty-three-characters-and-is-not-he"
#define BENCH_PATH_SIZE 64

/* the reference's register read: struct ifreq, whose ifr_data points to the number and the value's
 * place */
#define BENCH_REG_READ	0x89F1
#define BENCH_REG_RULE	0x89F2 /* the same, for the hook that answers by rule */
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
