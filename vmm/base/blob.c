/* SPDX-License-Identifier: MIT */
#include "base/blob.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/io.h"

int blob_new_file(void)
{
	int fd = memfd_create("portal-vmm", MFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int blob_map(int fd, struct blob *ret_blob)
{
	auto_close int owned_fd = fd;
	struct stat st;
	void *data;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (st.st_size < 0 || (uint64_t)st.st_size > PTRDIFF_MAX)
		return -EFBIG;
	if (st.st_size == 0) {
		*ret_blob = (struct blob){ .fd = take_fd(&owned_fd) };
		return 0;
	}
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	*ret_blob = (struct blob){
		.fd = take_fd(&owned_fd),
		.data = data,
		.len = (size_t)st.st_size,
	};
	return 0;
}

int blob_copy(const void *data, size_t len, struct blob *ret_blob)
{
	auto_close int fd = blob_new_file();
	int err;

	if (fd < 0)
		return fd;
	err = io_write_full(fd, data, len);
	return err < 0 ? err : blob_map(take_fd(&fd), ret_blob);
}

/* sendfile(2) copies within the kernel, without a mapping */
static int copy_file(int from, int to, size_t len)
{
	while (len > 0) {
		ssize_t n = sendfile(to, from, NULL, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len -= (size_t)n;
	}
	return 0;
}

int blob_read_file(const char *path, size_t max, struct blob *ret_blob)
{
	size_t len;
	auto_close int from = io_open_file(path, max, &len), to = -1;
	int err;

	if (from < 0)
		return from;
	to = blob_new_file();
	if (to < 0)
		return to;
	err = copy_file(from, to, len);
	return err < 0 ? err : blob_map(take_fd(&to), ret_blob);
}

bool blob_is_private(const struct blob *blob)
{
	struct stat st;

	if (fstat(blob->fd, &st) < 0)
		return false;
	return S_ISREG(st.st_mode) && st.st_uid == geteuid() && st.st_nlink == 1 &&
	       (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

void blob_done(struct blob *blob)
{
	if (blob->data)
		munmap((void *)(uintptr_t)blob->data, blob->len);
	if (blob->fd >= 0)
		close(blob->fd);
	*blob = BLOB_NONE;
}
