/* SPDX-License-Identifier: MIT */
/*
 * Shared by the guest programs of the benchmark: the clock, the data of the measured system calls,
 * and the interface to the hook module modules/bench.c. Knows no peer.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/*
 * prctl(BENCH_CONTROL, BENCH_SET, config): the hook module removes the hooks of the previous
 * configuration and installs those of this one. prctl(BENCH_CONTROL, BENCH_COUNT): number of events
 * with correct data since then.
 */
#define BENCH_CONTROL 0x62656e63
#define BENCH_SET     1
#define BENCH_COUNT   2

/*
 * prctl(BENCH_CONTROL, BENCH_DIRECT, access, address): duration in nanoseconds of one such access
 * in the hook module's callback, to memory that the caller has written; -EIO if not all of it was
 * correct.
 */
#define BENCH_DIRECT	3
#define BENCH_BULK_SIZE (16u << 20)
#define BENCH_BULK_BYTE 0x5c

enum bench_access {
	BENCH_READ_64,	   /* portal_read_bytes() of 64 bytes without a declaration */
	BENCH_READV_64,	   /* process_vm_readv() of 64 bytes in the VMM */
	BENCH_BULK_READ,   /* portal_read_bytes() of BENCH_BULK_SIZE */
	BENCH_BULK_WRITE,  /* portal_write_bytes() of BENCH_BULK_SIZE */
	BENCH_BULK_MEMCPY, /* memcpy() of BENCH_BULK_SIZE in the VMM */
	BENCH_BULK_READV,  /* process_vm_readv() of BENCH_BULK_SIZE in the VMM */
	BENCH_NR_ACCESSES
};

/*
 * 64 bytes with the NUL; BENCH_DECIDE and its peers read 64 bytes and deny the system call with
 * EPERM if they match
 */
#define BENCH_PATH	"/tmp/bench/a-path-that-has-sixty-three-characters-and-is-not-he"
#define BENCH_PATH_SIZE 64

/*
 * the register read of the reference: a struct ifreq, whose ifr_data points to a struct bench_reg
 */
#define BENCH_REG_READ	0x89F1
#define BENCH_REG_RULE	0x89F2 /* the same, for the hook with a rule */
#define BENCH_REG	0x34
#define BENCH_REG_VALUE 0x2
#define BENCH_INTERFACE "eth0"

struct bench_reg {
	uint32_t number, value;
};

_Static_assert(sizeof(BENCH_PATH) == BENCH_PATH_SIZE, "a deciding hook reads the whole path");

/** bench_now_ns() - monotonic time in nanoseconds. */
static inline uint64_t bench_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/** bench_die() - print @what and errno, and end with status 1. */
static inline _Noreturn void bench_die(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

#endif
