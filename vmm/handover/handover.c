/* SPDX-License-Identifier: MIT */
#include "handover/handover.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

/* the descriptors of a message, in this order */
enum { KERNEL, INITRD, ROOT, MAX_FDS };

#define HAS_ROOT	 (1u << 0)
#define ROOT_WRITE	 (1u << 1)
#define HAS_GUEST_MODULE (1u << 2)

/*
 * Both ends are built from this file. Even so, the receiver treats a message as untrusted: the
 * sender has parsed kernels and file systems of unknown origin.
 */
struct message {
	struct kernel_image kernel; /* the file is sent as a descriptor */
	uint32_t flags;
	char root_path[PATH_MAX];
};

/* space for the descriptors, aligned for a header */
union control {
	char bytes[CMSG_SPACE(MAX_FDS * sizeof(int))];
	struct cmsghdr align;
};

static int fill(const struct handover *files, struct message *message)
{
	memset(message, 0, sizeof(*message));
	message->kernel = files->kernel;
	message->kernel.file = BLOB_NONE;
	if (files->has_guest_module)
		message->flags |= HAS_GUEST_MODULE;
	if (files->root_fd < 0)
		return 0;
	message->flags |= HAS_ROOT | (files->root_write ? ROOT_WRITE : 0);
	if (strlen(files->root_path) >= sizeof(message->root_path))
		return -ENAMETOOLONG;
	memcpy(message->root_path, files->root_path, strlen(files->root_path));
	return 0;
}

int handover_send(int socket, const struct handover *files)
{
	const int fds[MAX_FDS] = { files->kernel.file.fd, files->initrd.fd, files->root_fd };
	size_t fds_size = sizeof(int) * (files->root_fd < 0 ? ROOT : MAX_FDS);
	struct message message;
	union control control = { 0 };
	struct iovec data = { .iov_base = &message, .iov_len = sizeof(message) };
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(fds_size),
	};
	struct cmsghdr *item = CMSG_FIRSTHDR(&header);
	int err = fill(files, &message);

	if (err < 0)
		return err;
	item->cmsg_level = SOL_SOCKET;
	item->cmsg_type = SCM_RIGHTS;
	item->cmsg_len = CMSG_LEN(fds_size);
	memcpy(CMSG_DATA(item), fds, fds_size);
	return sendmsg(socket, &header, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void close_all(const int fds[static MAX_FDS])
{
	for (int i = 0; i < MAX_FDS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

/* Return: number of descriptors in @fds; the caller closes them */
static size_t take_fds(struct msghdr *header, int fds[static MAX_FDS])
{
	const struct cmsghdr *item = CMSG_FIRSTHDR(header);
	size_t size;

	if (!item || item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS)
		return 0;
	size = item->cmsg_len - CMSG_LEN(0);
	assert(size <= MAX_FDS * sizeof(int));
	memcpy(fds, CMSG_DATA(item), size);
	return size / sizeof(int);
}

/* Return: 0, with -1 in @fds for a missing descriptor; -errno, and no descriptor is open */
static int receive(int socket, struct message *message, int fds[static MAX_FDS])
{
	union control control = { 0 };
	struct iovec data = { .iov_base = message, .iov_len = sizeof(*message) };
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		/* without the padding, where a fourth descriptor would fit */
		.msg_controllen = CMSG_LEN(MAX_FDS * sizeof(int)),
	};
	size_t nr_fds;
	ssize_t n;

	do {
		n = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ENODATA;
	nr_fds = take_fds(&header, fds);
	if ((size_t)n == sizeof(*message) && (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 &&
	    nr_fds == (message->flags & HAS_ROOT ? MAX_FDS : ROOT))
		return 0;
	close_all(fds);
	return -EPROTO;
}

static int take_root(const struct message *message, int *fd, struct handover *files)
{
	if (!(message->flags & HAS_ROOT))
		return 0;
	files->root_path = strndup(message->root_path, sizeof(message->root_path));
	if (!files->root_path)
		return -ENOMEM;
	files->root_fd = take_fd(fd);
	files->root_write = message->flags & ROOT_WRITE;
	return 0;
}

static int take_all(const struct message *message, int fds[static MAX_FDS], struct handover *files)
{
	int err;

	files->kernel = message->kernel;
	files->kernel.file = BLOB_NONE;
	files->kernel.release[sizeof(files->kernel.release) - 1] = '\0';
	files->has_guest_module = message->flags & HAS_GUEST_MODULE;
	err = blob_map(take_fd(&fds[KERNEL]), &files->kernel.file);
	if (err == 0)
		err = blob_map(take_fd(&fds[INITRD]), &files->initrd);
	return err < 0 ? err : take_root(message, &fds[ROOT], files);
}

int handover_receive(int socket, struct handover *ret_files)
{
	int fds[MAX_FDS] = { -1, -1, -1 };
	struct handover files = HANDOVER_NONE;
	struct message message;
	int err = receive(socket, &message, fds);

	if (err < 0)
		return err;
	err = take_all(&message, fds, &files);
	close_all(fds);
	if (err < 0) {
		handover_done(&files);
		return err;
	}
	*ret_files = files;
	return 0;
}

void handover_done(struct handover *files)
{
	kernel_image_done(&files->kernel);
	blob_done(&files->initrd);
	if (files->root_fd >= 0)
		close(files->root_fd);
	free(files->root_path);
	*files = HANDOVER_NONE;
}
