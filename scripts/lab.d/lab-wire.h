/* SPDX-License-Identifier: MIT */
/*
 * lab-wire.h - the protocol between lab-run (outside) and lab-init (inside L1) on a virtio-serial
 * port. It owns the frame and the order of frames; it knows nothing of QEMU or KVM.
 *
 * lab-run sends one LAB_JOB. lab-init sends LAB_READY when the machine is up and the command is
 * about to start, any number of LAB_STDOUT and LAB_STDERR, and one LAB_STATUS at the end. If it
 * cannot set up the machine, it sends one LAB_BROKEN instead. All frames go through one port and
 * stay in order: when the status arrives, all output has arrived.
 */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

enum lab_kind {
	LAB_JOB = 1,	/* struct lab_job, then its strings */
	LAB_READY = 2,	/* nothing */
	LAB_STDOUT = 3, /* bytes */
	LAB_STDERR = 4, /* bytes */
	LAB_STATUS = 5, /* one byte: exit status, or 128 + signal number */
	LAB_BROKEN = 6, /* text: what failed */
	LAB_ALIVE = 7,	/* nothing; sent after LAB_ALIVE_MS without another frame */
};

#define LAB_ALIVE_MS   5000  /* period of LAB_ALIVE */
#define LAB_SILENCE_MS 60000 /* without a frame for this long, L1 has stopped */

/* Numbers are in host byte order: all supported machines have the same one. */
struct lab_frame {
	uint32_t kind;
	uint32_t size; /* bytes that follow, at most LAB_FRAME_MAX */
};

#define LAB_FRAME_MAX (1U << 20)

/*
 * Strings follow, each with its terminating NUL: the current directory, the directory whose files
 * are kept (empty: none), the kernel's module directory (empty: none), nr_args arguments, nr_env
 * settings NAME=VALUE, and nr_dirs directories of the outer machine to mount in L1's root.
 */
struct lab_job {
	uint32_t nr_args;
	uint32_t nr_env;
	uint32_t nr_dirs;
	uint32_t has_network; /* 1: there is a network device, for published ports */
};

/**
 * lab_write_all() - write all of a buffer.
 * @fd: a blocking descriptor
 * @data: the bytes to write
 * @size: number of bytes
 *
 * Return: 0, or -errno.
 */
static inline int lab_write_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t done = write(fd, at, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		at += done;
		size -= (size_t)done;
	}
	return 0;
}

/**
 * lab_read_all() - read exactly @size bytes.
 * @fd: a blocking descriptor
 * @data: the buffer
 * @size: number of bytes
 *
 * Return: 0, -EPIPE at the end of the stream, or another -errno.
 */
static inline int lab_read_all(int fd, void *data, size_t size)
{
	char *at = data;

	while (size > 0) {
		ssize_t done = read(fd, at, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		if (done == 0)
			return -EPIPE;
		at += done;
		size -= (size_t)done;
	}
	return 0;
}

/**
 * lab_send() - send one frame.
 * @fd: the port
 * @kind: the kind of frame
 * @data: the payload, or NULL
 * @size: bytes of payload, at most LAB_FRAME_MAX
 *
 * Return: 0, -EMSGSIZE when @size is too large, or another -errno.
 */
static inline int lab_send(int fd, enum lab_kind kind, const void *data, size_t size)
{
	struct lab_frame frame = { .kind = kind, .size = (uint32_t)size };
	int err;

	if (size > LAB_FRAME_MAX)
		return -EMSGSIZE;
	err = lab_write_all(fd, &frame, sizeof(frame));
	if (err < 0 || size == 0)
		return err;
	return lab_write_all(fd, data, size);
}

#endif
