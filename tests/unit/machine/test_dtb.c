/* SPDX-License-Identifier: MIT */
/* arch_platform() and arch_devtree() are replaced: x86 has no device trees. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/io.h"
#include "lib/capture.h"
#include "machine/dtb.h"
#include "samples.h"

#define MAX_LEN 64
#define TABLES	0x1234000

static struct rig {
	struct arch_platform platform;
	struct vmm_config config;
	struct guest_mem *mem;
	const char *tree;
	char *dir;
	char path[128];
} rig;

const struct arch_platform *__wrap_arch_platform(void);
const void *__wrap_arch_devtree(const struct guest_mem *mem, gpa_t tables, size_t *ret_len);

const struct arch_platform *__wrap_arch_platform(void)
{
	return &rig.platform;
}

const void *__wrap_arch_devtree(const struct guest_mem *mem, gpa_t tables, size_t *ret_len)
{
	assert_ptr_equal(mem, rig.mem);
	assert_int_equal(tables.value, TABLES);
	*ret_len = rig.tree ? strlen(rig.tree) : 0;
	return rig.tree;
}

static int setup(void **state)
{
	(void)state;
	rig = (struct rig){
		.platform = { .name = "pdp11", .devtree_max = MAX_LEN },
		.dir = sample_dir(),
	};
	snprintf(rig.path, sizeof(rig.path), "%s/board.dtb", rig.dir);
	assert_int_equal(mem_create(&rig.mem), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mem_destroy(rig.mem);
	sample_remove(rig.dir);
	return 0;
}

static void put(size_t len)
{
	static const char bytes[MAX_LEN + 1];

	sample_put(rig.dir, "board.dtb", bytes, len);
	rig.config.dtb = rig.path;
}

/* that --dtb is refused with @message, and nothing is returned */
static void refuse(const char *message)
{
	void *data = NULL;
	const char *text;
	size_t len = 0;
	int err;

	capture_start();
	err = dtb_read(&rig.config, &data, &len);
	text = capture_stop();
	assert_int_equal(err, -EINVAL);
	assert_has(text, message);
	assert_null(data);
}

static void test_without_the_option_nothing_is_read(void **state)
{
	void *data = NULL;
	size_t len = 7;

	(void)state;
	assert_int_equal(dtb_read(&rig.config, &data, &len), 0);
	assert_null(data);
	assert_int_equal(len, 7);
}

static void test_tree_of_the_largest_size_is_read(void **state)
{
	auto_free void *data = NULL;
	size_t len = 0;

	(void)state;
	put(MAX_LEN);
	assert_int_equal(dtb_read(&rig.config, &data, &len), 0);
	assert_non_null(data);
	assert_int_equal(len, MAX_LEN);
}

static void test_larger_tree_is_refused(void **state)
{
	(void)state;
	put(MAX_LEN + 1);
	refuse("/board.dtb: File too large");
}

static void test_missing_file_is_refused(void **state)
{
	(void)state;
	rig.config.dtb = rig.path;
	refuse("/board.dtb: No such file or directory");
}

static void test_tree_is_refused_where_guests_get_none(void **state)
{
	(void)state;
	put(1);
	rig.platform.devtree_max = 0;
	refuse("error: --dtb: guests on pdp11 get no device tree");
}

static int dump(void)
{
	return dtb_dump(&rig.config, rig.mem, GPA(TABLES));
}

static void test_without_the_option_nothing_is_written(void **state)
{
	(void)state;
	assert_int_equal(dump(), 0);
}

static void test_dump_replaces_the_file(void **state)
{
	auto_free void *data = NULL;
	size_t len;

	(void)state;
	put(MAX_LEN);
	rig.tree = "a tree";
	rig.config.dump_dtb = rig.path;
	assert_int_equal(dump(), 0);
	assert_int_equal(io_read_file(rig.path, MAX_LEN, &data, &len), 0);
	assert_string_equal((char *)data, "a tree");
}

/* that --dump-dtb is refused with @message */
static void refuse_dump(const char *path, const char *message)
{
	const char *text;
	int err;

	rig.config.dump_dtb = path;
	capture_start();
	err = dump();
	text = capture_stop();
	assert_int_equal(err, -EINVAL);
	assert_has(text, message);
}

static void test_dump_to_a_missing_directory_is_refused(void **state)
{
	(void)state;
	rig.tree = "a tree";
	refuse_dump("/nonexistent/dtb", "error: /nonexistent/dtb: No such file or directory");
}

static void test_dump_to_a_full_disk_is_refused(void **state)
{
	(void)state;
	rig.tree = "a tree";
	refuse_dump("/dev/full", "error: /dev/full: No space left on device");
}

static void test_dump_is_refused_where_guests_get_none(void **state)
{
	(void)state;
	refuse_dump(rig.path, "error: --dump-dtb: guests on pdp11 get no device tree");
	assert_int_equal(access(rig.path, F_OK), -1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_without_the_option_nothing_is_read),
		CASE(test_tree_of_the_largest_size_is_read),
		CASE(test_larger_tree_is_refused),
		CASE(test_missing_file_is_refused),
		CASE(test_tree_is_refused_where_guests_get_none),
		CASE(test_without_the_option_nothing_is_written),
		CASE(test_dump_replaces_the_file),
		CASE(test_dump_to_a_missing_directory_is_refused),
		CASE(test_dump_to_a_full_disk_is_refused),
		CASE(test_dump_is_refused_where_guests_get_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
