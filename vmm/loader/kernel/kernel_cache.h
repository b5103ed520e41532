/* SPDX-License-Identifier: MIT */
/*
 * Unpacked kernels on disk, found by the SHA-256 of what they were packed in, so that the work is
 * done once and the page cache is shared by all VMs. Owns the directory's files. A store that does
 * not work only costs time.
 *
 * Trusted is this user: an item is taken when blob_is_ours_alone(), and what is in it is then
 * believed. Items are written under another name, renamed once whole, and never written again, only
 * unlinked: so they can stay mapped.
 */
#ifndef BOOT_STORE_H
#define BOOT_STORE_H

#include <stddef.h>

#include "base/blob.h"

#define STORE_KEY_SIZE	65 /* hex digits and a NUL */
#define STORE_MAX_ITEMS 16 /* the ones used longest ago go */

/** kernel_cache_key() - the name of what @data unpacks to. Return: 0; -EIO the library fails. */
must_check int kernel_cache_key(const void *data, size_t len, char ret_key[static STORE_KEY_SIZE]);

/**
 * kernel_cache_get() - look an item up
 * @dir: the store's directory, need not exist
 * @key: from kernel_cache_key()
 * @ret_file: blob_done() it
 *
 * Return: 0; -ENOENT not there, or not to be trusted; other -errno of opening and mapping.
 */
must_check int kernel_cache_get(const char *dir, const char *key, struct blob *ret_file);

/**
 * kernel_cache_put() - keep an item; readers see all of it or nothing
 * @dir: made, with its parents, when it is not there; its owner's only
 *
 * Return: 0; -errno, nothing is kept.
 */
must_check int kernel_cache_put(const char *dir, const char *key, const void *data, size_t len);

#endif
