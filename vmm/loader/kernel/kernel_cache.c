/* SPDX-License-Identifier: MIT */
#include "loader/kernel/kernel_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"

#define SUFFIX	   ".elf"
#define TEMP_NAME  ".new-XXXXXX"
#define HASH_BYTES 32

int kernel_cache_key(const void *data, size_t len, char ret_key[static KERNEL_CACHE_KEY_SIZE])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int hash_len;

	if (!EVP_Digest(data, len, hash, &hash_len, EVP_sha256(), NULL) || hash_len != HASH_BYTES)
		return -EIO;
	for (size_t i = 0; i < HASH_BYTES; i++)
		snprintf(ret_key + 2 * i, 3, "%02x", hash[i]);
	return 0;
}

int kernel_cache_get(const char *dir, const char *key, struct blob *ret_file)
{
	char path[PATH_MAX];
	struct blob file;
	int fd, err;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, key) >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	err = blob_map(fd, &file);
	if (err < 0)
		return err;
	if (!blob_is_private(&file) || file.len == 0) {
		blob_done(&file);
		return -ENOENT;
	}
	/* record the time of use for prune(); fails harmlessly in a read-only directory */
	(void)!futimens(file.fd, NULL);
	*ret_file = file;
	return 0;
}

static int make_dirs(const char *dir)
{
	auto_free char *path = strdup(dir);

	if (!path)
		return -ENOMEM;
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static bool is_item(const char *name)
{
	size_t len = strlen(name);

	return len == KERNEL_CACHE_KEY_SIZE - 1 + strlen(SUFFIX) &&
	       strcmp(name + len - strlen(SUFFIX), SUFFIX) == 0;
}

/* Return: number of items; @ret_oldest is the name of the least recently used one */
static unsigned int count_items(DIR *dir, char ret_oldest[static NAME_MAX + 1])
{
	struct timespec oldest = { 0 };
	unsigned int nr = 0;
	struct dirent *entry;
	struct stat st;

	rewinddir(dir);
	while ((entry = readdir(dir))) {
		if (!is_item(entry->d_name) || fstatat(dirfd(dir), entry->d_name, &st, 0) < 0)
			continue;
		if (nr++ > 0 &&
		    (st.st_mtim.tv_sec > oldest.tv_sec ||
		     (st.st_mtim.tv_sec == oldest.tv_sec && st.st_mtim.tv_nsec >= oldest.tv_nsec)))
			continue;
		oldest = st.st_mtim;
		memcpy(ret_oldest, entry->d_name, strlen(entry->d_name) + 1);
	}
	return nr;
}

static void prune(const char *path)
{
	char oldest[NAME_MAX + 1];
	DIR *dir = opendir(path);

	if (!dir)
		return;
	while (count_items(dir, oldest) > KERNEL_CACHE_MAX_ITEMS)
		if (unlinkat(dirfd(dir), oldest, 0) < 0)
			break;
	closedir(dir);
}

static int write_item(const char *temp, int fd, const char *path, const void *data, size_t len)
{
	int err = io_write_full(fd, data, len);

	if (err == 0 && rename(temp, path) < 0)
		err = -errno;
	if (err < 0)
		unlink(temp);
	return err;
}

int kernel_cache_put(const char *dir, const char *key, const void *data, size_t len)
{
	char temp[PATH_MAX], path[PATH_MAX];
	auto_close int fd = -1;
	int err = make_dirs(dir);

	if (err < 0)
		return err;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s" SUFFIX, dir, key) >= sizeof(path) ||
	    (size_t)snprintf(temp, sizeof(temp), "%s/" TEMP_NAME, dir) >= sizeof(temp))
		return -ENAMETOOLONG;
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write_item(temp, fd, path, data, len);
	if (err == 0)
		prune(dir);
	return err;
}
