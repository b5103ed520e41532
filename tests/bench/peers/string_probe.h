/* SPDX-License-Identifier: MIT */
/*
 * An eBPF program on the entry of openat() that copies the path into a BPF ring buffer. Made with
 * bpf(2), without a library. Owns the program, the ring and its layout; does not know the contents
 * of a path.
 * Source: Linux 6.1, Documentation/bpf/ringbuf.rst and uapi/linux/bpf.h.
 */
#ifndef BENCH_STRING_PROBE_H
#define BENCH_STRING_PROBE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * bytes of the ring, a power of two and a multiple of the page size; the same as in the hook module
 */
#define STRING_PROBE_RING_SIZE (1u << 20)

/**
 * struct string_probe - an attached program
 * @ring_fd: readable when more than a quarter of the ring is in use
 * @consumed: position up to which this process has read
 * @produced: position up to which the kernel has written
 * @data: the ring, mapped twice in a row
 */
struct string_probe {
	int ring_fd;
	unsigned long *consumed;
	const unsigned long *produced;
	const uint8_t *data;
};

typedef void string_probe_fn(const char *text, size_t len, void *data);

/**
 * string_probe_start() - watch a process until this process ends; ends the program on failure
 * @probe: filled in
 * @pid: the process to watch
 * @size: maximum length of a path in a record in bytes, with the NUL; a multiple of 8
 */
void string_probe_start(struct string_probe *probe, pid_t pid, uint32_t size);

/**
 * string_probe_read() - consume the ring; calls @fn for each path, with its length without the NUL.
 */
void string_probe_read(struct string_probe *probe, string_probe_fn *fn, void *data);

#endif
