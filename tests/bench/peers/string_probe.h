/* SPDX-License-Identifier: MIT */
/*
 * An eBPF program on the entry of openat() that puts the path into a ring of the kernel, made by
 * bpf(2) alone. Owns the program, its ring and that ring's layout; does not know what is in a path.
 * Source: Linux 6.1, Documentation/bpf/ringbuf.rst and uapi/linux/bpf.h.
 */
#ifndef BENCH_STRING_PROBE_H
#define BENCH_STRING_PROBE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* bytes of the ring, a power of two and of whole pages: as large as the hook module's */
#define STRING_PROBE_RING_SIZE (1u << 20)

/**
 * struct string_probe - a program that runs
 * @ring_fd: readable when more than a quarter of the ring is in use
 * @consumed: how far this program has read, for the kernel
 * @produced: how far the kernel has written
 * @data: the ring, twice, one behind the other
 */
struct string_probe {
	int ring_fd;
	unsigned long *consumed;
	const unsigned long *produced;
	const uint8_t *data;
};

typedef void string_probe_fn(const char *text, size_t len, void *data);

/**
 * string_probe_start() - watch a process until this one ends; ends the program when that fails
 * @probe: filled in
 * @pid: whose calls
 * @size: bytes that a record has room for, with the NUL; a multiple of 8
 */
void string_probe_start(struct string_probe *probe, pid_t pid, uint32_t size);

/** string_probe_read() - hand out all that is in the ring: text and length without the NUL, of each
 * call. */
void string_probe_read(struct string_probe *probe, string_probe_fn *fn, void *data);

#endif
