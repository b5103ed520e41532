/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/bytes.h"
#include "loader/kernel/kernel.h"
#include "loader/kernel/kernel_cache.h"
#include "loader/kernel/unpack.h"

#define SIZE_TRAILER 4u /* the kernel's build appends the unpacked size to compressed data */

/* the compressed kernel in the file */
struct payload {
	const uint8_t *data;
	size_t len;
};

/*
 * The last four bytes are the unpacked size: gzip ends with it, and the build appends it to others.
 */
static uint32_t unpacked_size(const struct payload *payload)
{
	return get_le32(payload->data + payload->len - SIZE_TRAILER);
}

static int unpack_payload(const struct payload *payload, void **ret_data, size_t *ret_len,
			  struct load_error *why)
{
	enum unpack_format format = unpack_probe(payload->data, payload->len);
	size_t trailer = format == UNPACK_GZIP ? 0 : SIZE_TRAILER;
	uint32_t size = unpacked_size(payload);
	void *data;
	size_t got;
	int err = unpack(payload->data, payload->len, trailer, size, &data, &got);

	if (err == 0 && got != size) {
		free(data);
		err = -EBADMSG;
	}
	if (err == -ENOMEM)
		return load_error_fail(why, err, "not enough host memory to unpack the kernel");
	if (err < 0)
		return load_error_fail(why, err, "the %s payload of the bzImage is damaged",
				       unpack_format_name(format));
	*ret_data = data;
	*ret_len = got;
	return 0;
}

/* use the copy in the kernel cache, if its size is the one that the payload announces */
static int get_cached(const char *store, const char *key, const struct payload *payload,
		      struct blob *ret_file)
{
	struct blob file;
	int err = kernel_cache_get(store, key, &file);

	if (err < 0)
		return err;
	if (file.len != unpacked_size(payload)) {
		blob_done(&file);
		return -ENOENT;
	}
	*ret_file = file;
	return 0;
}

static int copy(const void *data, size_t len, struct blob *ret_file, struct load_error *why)
{
	int err = blob_copy(data, len, ret_file);

	return err < 0 ? load_error_fail(why, err, "cannot make a copy of the kernel: %s",
					 strerror(-err))
		       : 0;
}

static int open_payload(const struct payload *payload, const char *store, struct blob *ret_file,
			struct load_error *why)
{
	char key[KERNEL_CACHE_KEY_SIZE];
	auto_free void *data = NULL;
	size_t len;
	int err;

	if (store && kernel_cache_key(payload->data, payload->len, key) < 0)
		store = NULL;
	if (store && get_cached(store, key, payload, ret_file) == 0)
		return 0;
	err = unpack_payload(payload, &data, &len, why);
	if (err < 0)
		return err;
	/* the next boot is faster with a cached copy; this boot works without one, too */
	if (store && kernel_cache_put(store, key, data, len) == 0 &&
	    get_cached(store, key, payload, ret_file) == 0)
		return 0;
	return copy(data, len, ret_file, why);
}

static bool can_unpack(const struct payload *payload)
{
	return payload->len > SIZE_TRAILER &&
	       unpack_probe(payload->data, payload->len) != UNPACK_NONE;
}

static void take_header(const struct bzimage *bzimage, struct kernel_image *image)
{
	memcpy(image->setup_header, bzimage->header, sizeof(image->setup_header));
	image->setup_header_len = bzimage->header_len;
	image->cmdline_max = bzimage->cmdline_max;
	image->initrd_max = bzimage->initrd_max;
	image->pref_address = bzimage->pref_address;
	image->init_size = bzimage->init_size;
}

static int open_bzimage(const struct kernel *kernel, const struct kernel_options *options,
			struct kernel_image *image, struct load_error *why)
{
	const struct bzimage *bzimage = &kernel->bzimage;
	const struct payload payload = { kernel->data + bzimage->payload_offset,
					 bzimage->payload_len };

	take_header(bzimage, image);
	if (!options->kaslr && can_unpack(&payload)) {
		image->format = KERNEL_FORMAT_ELF;
		return open_payload(&payload, options->store, &image->file, why);
	}
	image->format = KERNEL_FORMAT_BZIMAGE;
	return copy(kernel->data + bzimage->code_offset, bzimage->code_len, &image->file, why);
}

/*
 * An Image is copied into guest RAM later. Its file need not be copied before if only we can change
 * it.
 */
static int copy_or_share(const struct kernel *kernel, struct blob *ret_file, struct load_error *why)
{
	bool is_image =
		kernel->format == KERNEL_FORMAT_ARM64 || kernel->format == KERNEL_FORMAT_ARM;
	int fd;

	if (!is_image || kernel->file.fd < 0 || !blob_is_private(&kernel->file))
		return copy(kernel->data, kernel->len, ret_file, why);
	fd = fcntl(kernel->file.fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : blob_map(fd, ret_file);
}

int kernel_unpack(const struct kernel *kernel, const struct kernel_options *options,
		  struct kernel_image *ret_image, struct load_error *why)
{
	struct kernel_image image = { .format = kernel->format, .file = BLOB_NONE };
	int err;

	memcpy(image.release, kernel->release, sizeof(image.release));
	image.text_offset = kernel->zimage.text_offset;
	image.bss_len = kernel->zimage.bss_len;
	if (kernel->format == KERNEL_FORMAT_BZIMAGE)
		err = open_bzimage(kernel, options, &image, why);
	else if (options->kaslr && kernel->format == KERNEL_FORMAT_ELF)
		err = load_error_fail(
			why, -ENOTSUP,
			"an ELF kernel cannot relocate itself; KASLR needs a bzImage");
	else if (options->kaslr && kernel->machine == EM_ARM)
		err = load_error_fail(
			why, -ENOTSUP,
			"a 32-bit arm kernel cannot relocate itself; KASLR needs a 64-bit "
			"one");
	else
		err = copy_or_share(kernel, &image.file, why);
	if (err < 0)
		return err;
	*ret_image = image;
	return 0;
}
