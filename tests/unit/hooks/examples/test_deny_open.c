/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <errno.h>
#include <string.h>

#include "lib/capture.h"

#define PATH	 0x10000ull
#define AT_FDCWD ((uint64_t)-100)

static struct rig rig;

static int start(const char *options)
{
	rig_init(&rig, 2, 1);
	fake_map(&rig.task, PATH, 16384, FAKE_READ | FAKE_WRITE);
	fake_map(&rig.task32, PATH, 4096, FAKE_READ | FAKE_WRITE);
	rig.task.cwd = "/home/user";
	fake_add_fd(&rig.task, 5, "/etc");
	fake_add_fd(&rig.task, 6, "pipe:[5]");
	rig.task32.cwd = "/etc/secret";
	capture_start();
	return module_host_add(rig.host, &portal_module, options);
}

static int setup(void **state)
{
	(void)state;
	assert_int_equal(start("deny,prefix=/etc/secret,errno=EROFS"), 0);
	rig_boot(&rig);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	capture_stop();
	return 0;
}

static int64_t open_path(const char *path)
{
	strcpy((char *)rig.task.areas[0].bytes, path);
	return rig_call(&rig, "open", PATH, 0, 0);
}

static int64_t open_at(const char *call, uint64_t dirfd, const char *path)
{
	strcpy((char *)rig.task.areas[0].bytes, path);
	return rig_call(&rig, call, dirfd, PATH, 0);
}

static void test_deny_open_denies_only_the_prefix(void **state)
{
	(void)state;
	assert_int_equal(open_path("/etc/secret"), -EROFS);
	assert_int_equal(open_path("/etc/secret/key"), -EROFS);
	assert_int_equal(open_path("/etc/secrets"), -EROFS);
	assert_int_equal(open_path("/etc/secre"), -ENOTTY);
	assert_int_equal(open_path("/x/etc/secret"), -ENOTTY);
	assert_int_equal(open_path("/"), -ENOTTY);
}

static void test_deny_open_hooks_all_four_system_calls(void **state)
{
	(void)state;
	assert_int_equal(open_at("openat", AT_FDCWD, "/etc/secret"), -EROFS);
	assert_int_equal(open_at("openat2", AT_FDCWD, "/etc/secret"), -EROFS);
	strcpy((char *)rig.task.areas[0].bytes, "/etc/secret");
	assert_int_equal(rig_call(&rig, "creat", PATH, 0, 0), -EROFS);
	assert_int_equal(rig_call(&rig, "read", PATH, PATH, 0), -ENOTTY);
}

static void test_deny_open_normalises_dots_and_slashes(void **state)
{
	static const char *const same[] = {
		"//etc///secret",    "/etc/./secret/", "/etc/x/../secret",
		"/../../etc/secret", "/etc/secret/.",  "/a/b/../../etc/secret/../secret",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_int_equal(open_path(same[i]), -EROFS);
	assert_int_equal(open_path("/etc/secret/.."), -ENOTTY);
	assert_int_equal(open_path("/etc/secret/../../etc/passwd"), -ENOTTY);
	assert_int_equal(open_path("/etc/..secret"), -ENOTTY);
	assert_int_equal(open_path("/etc/.../secret"), -ENOTTY);
}

static void test_deny_open_resolves_relative_paths(void **state)
{
	(void)state;
	assert_int_equal(open_path("../../etc/secret"), -EROFS);
	assert_int_equal(open_path("etc/secret"), -ENOTTY);
	assert_int_equal(open_at("openat", AT_FDCWD, "../../etc/secret"), -EROFS);
	assert_int_equal(open_at("openat", 5, "secret/key"), -EROFS);
	assert_int_equal(open_at("openat2", 5, "./secret"), -EROFS);
	assert_int_equal(open_at("openat", 5, "passwd"), -ENOTTY);
	/* not a directory, not a descriptor: left to the kernel */
	assert_int_equal(open_at("openat", 6, "secret"), -ENOTTY);
	assert_int_equal(open_at("openat", 77, "secret"), -ENOTTY);
}

/* openat2 with the descriptor as the root */
static int64_t open_in_root(uint64_t dirfd, const char *path, uint64_t how_size)
{
	static const uint64_t how[3] = { 0, 0, 0x10 };
	uint8_t *bytes = rig.task.areas[0].bytes;
	const uint64_t args[PORTAL_NR_ARGS] = { dirfd, PATH, PATH + 8192, how_size };
	struct fake_result result;

	strcpy((char *)bytes, path);
	memcpy(bytes + 8192, how, sizeof(how));
	fake_syscall(&rig.guest, 0, &rig.task, "openat2", args, &result);
	return result.ret;
}

static void test_deny_open_resolves_paths_in_the_root_of_openat2(void **state)
{
	(void)state;
	assert_int_equal(open_in_root(5, "/secret", 24), -EROFS);
	assert_int_equal(open_in_root(5, "secret", 24), -EROFS);
	assert_int_equal(open_in_root(5, "/../../secret", 24), -EROFS);
	assert_int_equal(open_in_root(5, "../x/../secret", 24), -EROFS);
	assert_int_equal(open_in_root(5, "/etc/secret", 24), -ENOTTY);
	assert_int_equal(open_in_root(AT_FDCWD, "/../../etc/secret", 24), -ENOTTY);
	/* the kernel does not read the flag */
	assert_int_equal(open_in_root(5, "/secret", 16), -ENOTTY);
}

static int64_t change_root(const char *call, const char *path)
{
	strcpy((char *)rig.task.areas[0].bytes, path);
	return rig_call(&rig, call, PATH, 0, 0);
}

static void test_deny_open_denies_the_rest_of_the_prefix_in_a_new_root(void **state)
{
	static const char *const calls[] = { "chroot", "pivot_root" };

	(void)state;
	rig_done(&rig);
	capture_stop();
	for (size_t i = 0; i < 2; i++) {
		start("deny,prefix=/etc/deep/secret");
		rig_boot(&rig);
		assert_int_equal(change_root(calls[i], "/"), -ENOTTY);
		assert_int_equal(change_root(calls[i], "/deep"), -ENOTTY);
		assert_int_equal(change_root(calls[i], "/et"), -ENOTTY);
		assert_int_equal(open_path("/deep/secret"), -ENOTTY);
		/* from /home/user */
		assert_int_equal(change_root(calls[i], "../../x/..//etc/."), -ENOTTY);
		assert_int_equal(open_path("/deep/secret"), -EACCES);
		assert_int_equal(open_path("/deep/x/../secret/key"), -EACCES);
		assert_int_equal(open_path("/etc/deep/secret"), -EACCES);
		assert_int_equal(open_path("/secret"), -ENOTTY);
		/* in that root */
		assert_int_equal(change_root(calls[i], "/deep/"), -ENOTTY);
		assert_int_equal(open_path("/secret"), -EACCES);
		assert_int_equal(open_path("/deep/secret"), -EACCES);
		assert_int_equal(open_path("/secre"), -ENOTTY);
		assert_int_equal(rig_host_stats(&rig).failures, 0);
		rig_done(&rig);
		capture_stop();
	}
	setup(NULL);
}

static void test_deny_open_takes_one_root_at_a_time(void **state)
{
	(void)state;
	rig_done(&rig);
	capture_stop();
	start("deny,prefix=/a/a/secret");
	rig_boot(&rig);
	assert_int_equal(change_root("chroot", "/a"), -ENOTTY);
	assert_int_equal(open_path("/a/secret"), -EACCES);
	assert_int_equal(open_path("/secret"), -ENOTTY);
	assert_int_equal(change_root("chroot", "/a"), -ENOTTY);
	assert_int_equal(open_path("/secret"), -EACCES);
}

static void test_deny_open_denies_a_root_below_the_prefix(void **state)
{
	(void)state;
	assert_int_equal(change_root("chroot", "/etc/secret"), -EROFS);
	assert_int_equal(change_root("chroot", "/etc/secret/.."), -ENOTTY);
	assert_int_equal(change_root("pivot_root", "/etc/secret/x"), -EROFS);
	assert_int_equal(change_root("chroot", "/secret"), -EROFS);
}

static void test_deny_open_refuses_io_uring(void **state)
{
	(void)state;
	assert_int_equal(rig_call(&rig, "io_uring_setup", 8, PATH, 0), -ENOSYS);
	assert_non_null(strstr(capture_stop(), "io_uring_setup is denied"));
	capture_start();
}

static void test_deny_open_serves_32_bit_programs(void **state)
{
	/* dirfd -100 is 0xffffff9c in a 32-bit program */
	const uint64_t args[PORTAL_NR_ARGS] = { AT_FDCWD, PATH };
	struct fake_result result;

	(void)state;
	strcpy((char *)rig.task32.areas[0].bytes, "key");
	fake_syscall(&rig.guest, 0, &rig.task32, "openat", args, &result);
	assert_int_equal(result.ret, -EROFS);
	assert_false(result.ran);
}

static void test_deny_open_leaves_bad_paths_to_the_kernel(void **state)
{
	uint8_t *bytes = rig.task.areas[0].bytes;

	(void)state;
	assert_int_equal(open_path(""), -ENOTTY);
	assert_int_equal(rig_call(&rig, "open", 0, 0, 0), -ENOTTY);
	memset(bytes, '/', 5000);
	memcpy(bytes + 5000, "etc/secret", 11);
	assert_int_equal(rig_call(&rig, "open", PATH, 0, 0), -ENOTTY);
	/* the longest path that a kernel accepts */
	memset(bytes, '/', 4095);
	memcpy(bytes + 4095 - 10, "etc/secret", 11);
	assert_int_equal(rig_call(&rig, "open", PATH, 0, 0), -EROFS);
	assert_int_equal(rig_host_stats(&rig).failures, 0);
}

static void expect_start(const char *options, int ret, const char *message)
{
	assert_int_equal(start(options), ret);
	if (ret == 0)
		rig_boot(&rig);
	rig_done(&rig);
	assert_non_null(strstr(capture_stop(), message));
}

static void test_deny_open_errno_by_number_or_default(void **state)
{
	(void)state;
	start("deny,prefix=/a,errno=13");
	rig_boot(&rig);
	assert_int_equal(open_path("/a/b"), -EACCES);
	rig_done(&rig);
	capture_stop();
	start("deny,prefix=/a");
	rig_boot(&rig);
	assert_int_equal(open_path("/a/b"), -EACCES);
	rig_done(&rig);
	capture_stop();
}

static void test_deny_open_can_be_loaded_twice(void **state)
{
	(void)state;
	start("deny,prefix=/a,errno=EACCES");
	assert_int_equal(module_host_add(rig.host, &portal_module, "deny,prefix=/b,errno=ENOENT"),
			 0);
	rig_boot(&rig);
	assert_int_equal(open_path("/a/x"), -EACCES);
	assert_int_equal(open_path("/b/x"), -ENOENT);
	assert_int_equal(open_path("/c/x"), -ENOTTY);
	rig_done(&rig);
	capture_stop();
}

static void test_deny_open_reports_invalid_options(void **state)
{
	(void)state;
	expect_start("deny", -EINVAL, "write prefix=/some/path");
	expect_start("deny,prefix=etc", -EINVAL, "write prefix=/some/path");
	expect_start("deny,prefix=/a,errno=EWHAT", -EINVAL, "errno=EWHAT: write a name");
	expect_start("deny,prefix=/a,errno=0", -EINVAL, "errno=0: write a name");
	expect_start("deny,prefix=/a,errno=4096", -EINVAL, "errno=4096: write a name");
}

#define DENY_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DENY_TEST(test_deny_open_denies_only_the_prefix),
		DENY_TEST(test_deny_open_hooks_all_four_system_calls),
		DENY_TEST(test_deny_open_normalises_dots_and_slashes),
		DENY_TEST(test_deny_open_resolves_relative_paths),
		DENY_TEST(test_deny_open_resolves_paths_in_the_root_of_openat2),
		DENY_TEST(test_deny_open_denies_the_rest_of_the_prefix_in_a_new_root),
		DENY_TEST(test_deny_open_takes_one_root_at_a_time),
		DENY_TEST(test_deny_open_denies_a_root_below_the_prefix),
		DENY_TEST(test_deny_open_refuses_io_uring),
		DENY_TEST(test_deny_open_serves_32_bit_programs),
		DENY_TEST(test_deny_open_leaves_bad_paths_to_the_kernel),
		cmocka_unit_test(test_deny_open_errno_by_number_or_default),
		cmocka_unit_test(test_deny_open_can_be_loaded_twice),
		cmocka_unit_test(test_deny_open_reports_invalid_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
