/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "loader/kernel/kernel_cache.h"

static char top[] = "/tmp/test_store.XXXXXX";
static char dir[64];

static int setup(void **state)
{
	(void)state;
	memcpy(top + sizeof(top) - 7, "XXXXXX", 6);
	assert_non_null(mkdtemp(top));
	snprintf(dir, sizeof(dir), "%s/a/b", top);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", top);
	return system(command);
}

static void key_of(unsigned int n, char key[static KERNEL_CACHE_KEY_SIZE])
{
	assert_int_equal(kernel_cache_key(&n, sizeof(n), key), 0);
}

static void test_kernel_cache_key_is_sha256(void **state)
{
	char key[KERNEL_CACHE_KEY_SIZE];

	(void)state;
	assert_int_equal(kernel_cache_key("abc", 3, key), 0);
	assert_string_equal(key,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_kernel_cache_returns_what_was_put(void **state)
{
	char key[KERNEL_CACHE_KEY_SIZE];
	struct blob file;
	struct stat st;

	(void)state;
	key_of(1, key);
	assert_int_equal(kernel_cache_get(dir, key, &file), -ENOENT);
	assert_int_equal(kernel_cache_put(dir, key, "kernel", 6), 0);
	assert_int_equal(kernel_cache_get(dir, key, &file), 0);
	assert_int_equal(file.len, 6);
	assert_memory_equal(file.data, "kernel", 6);
	blob_done(&file);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void test_kernel_cache_ignores_links_and_empty_files(void **state)
{
	char key[KERNEL_CACHE_KEY_SIZE], path[256], other[256];
	struct blob file;

	(void)state;
	key_of(1, key);
	assert_int_equal(kernel_cache_put(dir, key, "kernel", 6), 0);
	snprintf(path, sizeof(path), "%s/%s.elf", dir, key);
	snprintf(other, sizeof(other), "%s/other", dir);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(kernel_cache_get(dir, key, &file), -ELOOP);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(truncate(other, 0), 0);
	assert_int_equal(rename(other, path), 0);
	assert_int_equal(kernel_cache_get(dir, key, &file), -ENOENT);
}

static void test_kernel_cache_ignores_files_others_can_write(void **state)
{
	static const mode_t refused[] = { 0620, 0602, 0666 }, taken[] = { 0400, 0600, 0644 };
	char key[KERNEL_CACHE_KEY_SIZE], path[256], other[256];
	struct blob file;

	(void)state;
	key_of(1, key);
	assert_int_equal(kernel_cache_put(dir, key, "kernel", 6), 0);
	snprintf(path, sizeof(path), "%s/%s.elf", dir, key);
	snprintf(other, sizeof(other), "%s/other", dir);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		assert_int_equal(chmod(path, refused[i]), 0);
		assert_int_equal(kernel_cache_get(dir, key, &file), -ENOENT);
	}
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		assert_int_equal(chmod(path, taken[i]), 0);
		assert_int_equal(kernel_cache_get(dir, key, &file), 0);
		blob_done(&file);
	}
	/* another process could write to the file by this name */
	assert_int_equal(link(path, other), 0);
	assert_int_equal(kernel_cache_get(dir, key, &file), -ENOENT);
}

/* A file system's clock may tick only every 10 ms: give each item its own second. */
static void set_time_of_use(const char *key, time_t seconds)
{
	const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
	char path[256];

	snprintf(path, sizeof(path), "%s/%s.elf", dir, key);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void test_kernel_cache_evicts_least_recently_used(void **state)
{
	char key[KERNEL_CACHE_KEY_SIZE], first[KERNEL_CACHE_KEY_SIZE],
		second[KERNEL_CACHE_KEY_SIZE];
	struct blob file;

	(void)state;
	key_of(0, first);
	key_of(1, second);
	for (unsigned int i = 0; i < KERNEL_CACHE_MAX_ITEMS; i++) {
		key_of(i, key);
		assert_int_equal(kernel_cache_put(dir, key, &i, sizeof(i)), 0);
		set_time_of_use(key, 1000000000 + i);
	}
	assert_int_equal(kernel_cache_get(dir, first, &file), 0); /* now the most recently used */
	blob_done(&file);
	key_of(KERNEL_CACHE_MAX_ITEMS, key);
	assert_int_equal(kernel_cache_put(dir, key, "x", 1), 0);
	assert_int_equal(kernel_cache_get(dir, second, &file), -ENOENT);
	assert_int_equal(kernel_cache_get(dir, first, &file), 0);
	blob_done(&file);
}

static void test_kernel_cache_unwritable_dir_is_an_error(void **state)
{
	char key[KERNEL_CACHE_KEY_SIZE];

	(void)state;
	key_of(1, key);
	assert_int_equal(kernel_cache_put("/proc/nothing/here", key, "x", 1), -ENOENT);
	assert_int_equal(kernel_cache_put("/dev/null/x", key, "x", 1), -ENOTDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_cache_key_is_sha256),
		cmocka_unit_test_setup_teardown(test_kernel_cache_returns_what_was_put, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_kernel_cache_ignores_links_and_empty_files,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_cache_ignores_files_others_can_write,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_cache_evicts_least_recently_used, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_kernel_cache_unwritable_dir_is_an_error, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
