/* SPDX-License-Identifier: MIT */
#include "base/blob.h"

#include <errno.h>
#include <sys/mman.h>
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

void blob_done(struct blob *blob)
{
	if (blob->data)
		munmap((void *)(uintptr_t)blob->data, blob->len);
	if (blob->fd >= 0)
		close(blob->fd);
	*blob = BLOB_NONE;
}
