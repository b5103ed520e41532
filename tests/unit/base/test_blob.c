/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/blob.h"

static void test_blob_copy_is_independent_of_its_source(void **state)
{
	char bytes[] = "kernel";
	struct blob blob;

	(void)state;
	assert_int_equal(blob_copy(bytes, 6, &blob), 0);
	bytes[0] = 'x';
	assert_int_equal(blob.len, 6);
	assert_memory_equal(blob.data, "kernel", 6);
	blob_done(&blob);
	assert_int_equal(blob.fd, -1);
	assert_null(blob.data);
	blob_done(&blob);
}

static void test_blob_copy_of_zero_bytes_is_an_empty_file(void **state)
{
	struct blob blob;

	(void)state;
	assert_int_equal(blob_copy(NULL, 0, &blob), 0);
	assert_int_equal(blob.len, 0);
	assert_null(blob.data);
	assert_true(blob.fd >= 0);
	blob_done(&blob);
}

static void test_blob_map_closes_the_descriptor_on_failure(void **state)
{
	int fd = open("/proc/self", O_PATH | O_CLOEXEC), other = blob_new_file();
	struct blob blob;

	(void)state;
	assert_true(fd >= 0 && other >= 0);
	assert_int_equal(ftruncate(other, 5000), 0);
	assert_int_equal(blob_map(other, &blob), 0);
	assert_int_equal(blob.fd, other);
	assert_int_equal(blob.len, 5000);
	assert_int_equal(blob.data[4999], 0);
	blob_done(&blob);
	assert_int_equal(fcntl(other, F_GETFD), -1);
	close(fd);
	assert_int_equal(blob_map(fd, &blob), -EBADF);
	fd = open("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(blob_map(fd, &blob), -EISDIR);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void test_blob_read_file_keeps_the_bytes_of_a_changed_file(void **state)
{
	char path[] = "/tmp/test_blob.XXXXXX";
	int fd = mkstemp(path);
	struct blob blob;

	(void)state;
	assert_int_equal(write(fd, "kernel", 6), 6);
	assert_int_equal(blob_read_file(path, 5, &blob), -EFBIG);
	assert_int_equal(blob_read_file(path, 6, &blob), 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(blob.len, 6);
	assert_memory_equal(blob.data, "kernel", 6);
	blob_done(&blob);
	assert_int_equal(blob_read_file("/dev/null", 6, &blob), 0);
	assert_int_equal(blob.len, 0);
	blob_done(&blob);
	assert_int_equal(blob_read_file("/tmp", 6, &blob), -EISDIR);
	assert_int_equal(blob_read_file("/nonexistent", 6, &blob), -ENOENT);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blob_copy_is_independent_of_its_source),
		cmocka_unit_test(test_blob_copy_of_zero_bytes_is_an_empty_file),
		cmocka_unit_test(test_blob_map_closes_the_descriptor_on_failure),
		cmocka_unit_test(test_blob_read_file_keeps_the_bytes_of_a_changed_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
