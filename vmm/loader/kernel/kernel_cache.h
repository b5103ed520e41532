/* SPDX-License-Identifier: MIT */
/*
 * Keeps unpacked kernels on disk, named by the SHA-256 of their packed form. A kernel is unpacked
 * only once, and all VMs share its pages in the page cache. Owns the files in the directory. A
 * cache that does not work only costs time.
 *
 * Only this user is trusted: an item is used if blob_is_private(), and its content is not
 * checked further. An item is written under a temporary name and renamed when it is complete. After
 * that it is never written again, only unlinked, so it can stay mapped.
 */
#ifndef KERNEL_CACHE_H
#define KERNEL_CACHE_H

#include <stddef.h>

#include "base/blob.h"

#define KERNEL_CACHE_KEY_SIZE  65 /* hex digits and a NUL */
#define KERNEL_CACHE_MAX_ITEMS 16 /* the least recently used ones are removed */

/** kernel_cache_key() - make the key of packed @data. Return: 0; -EIO the library failed. */
must_check int kernel_cache_key(const void *data, size_t len,
				char ret_key[static KERNEL_CACHE_KEY_SIZE]);

/**
 * kernel_cache_get() - look an item up
 * @dir: directory of the cache; need not exist
 * @key: from kernel_cache_key()
 * @ret_file: release with blob_done()
 *
 * Return: 0; -ENOENT not found, or not trusted; -ELOOP a symbolic link; other -errno of opening and
 * mapping.
 */
must_check int kernel_cache_get(const char *dir, const char *key, struct blob *ret_file);

/**
 * kernel_cache_put() - add an item; readers see all of it or nothing
 * @dir: created with its parents if it does not exist, with mode 0700
 * @key: from kernel_cache_key()
 * @data: the item
 * @len: its bytes
 *
 * Return: 0; -errno, nothing was added.
 */
must_check int kernel_cache_put(const char *dir, const char *key, const void *data, size_t len);

#endif
