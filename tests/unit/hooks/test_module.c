/* SPDX-License-Identifier: MIT */
/*
 * Hook modules as shared objects, loaded by a program that exports the same functions as
 * portal-vmm. PORTAL_TEST_MODULES is the directory of the modules, PORTAL_TEST_EXAMPLES that of the
 * examples.
 */
#include "rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/capture.h"

#define MEMORY 0x10000ull

static struct rig rig;
static char spec[1024];

static int setup(void **state)
{
	(void)state;
	rig_init(&rig, 4, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

static const char *module(const char *rest)
{
	snprintf(spec, sizeof(spec), "%s/%s", getenv("PORTAL_TEST_MODULES"), rest);
	return spec;
}

/* Load @text, check the result, and look for @message in the log. */
static void expect(const char *text, int ret, const char *message)
{
	const char *log;
	int got;

	capture_start();
	got = module_host_load(rig.host, text);
	log = capture_stop();
	assert_int_equal(got, ret);
	if (!strstr(log, message))
		fail_msg("'%s' is not in: %s", message, log);
}

static void test_module_from_load_to_unload(void **state)
{
	const char *log;

	(void)state;
	capture_start();
	assert_int_equal(
		module_host_load(rig.host, module("everything.so,last_words=fare well,,friend")),
		0);
	rig_boot(&rig);
	assert_int_equal(rig.guest.nr_hooks, 1);
	strcpy((char *)fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE), "eth0");
	fake_add_fd(&rig.task, 3, "/dev/switch");
	rig.task.args = rig.task.env = "";
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY), 1234);
	channel_cancel_vcpu(rig.channel, 0);
	module_host_destroy(rig.host);
	rig.host = NULL;
	log = capture_stop();
	/* on a busy host a message about a slow callback may be between them */
	log = strstr(log, "portal-vmm: everything: ioctl by probe 201 [probe 101]\n");
	assert_non_null(log);
	assert_non_null(strstr(log, "portal-vmm: everything: fare well,friend\n"));
}

static void test_missing_module_is_enoent(void **state)
{
	(void)state;
	expect(module("nowhere.so"), -ENOENT, "No such file or directory; give the path of a .so");
}

static void test_file_not_a_shared_object_is_enoexec(void **state)
{
	/* the ELF header of an empty 64-bit file */
	static const char header[64] = "\177ELF\2\1\1";
	char path[] = "/tmp/portal-test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	expect(path, -ENOEXEC, "not a shared object");
	assert_int_equal(write(fd, header, sizeof(header)), sizeof(header));
	expect(path, -ENOEXEC, "cannot be loaded");
	close(fd);
	unlink(path);
	expect("/tmp", -ENOEXEC, "not a shared object");
}

static void test_object_without_portal_module_is_enoexec(void **state)
{
	(void)state;
	expect(module("no_symbol.so"), -ENOEXEC, "no symbol portal_module");
}

static void test_newer_api_is_eprotonosupport(void **state)
{
	(void)state;
	expect(module("newer_api.so"), -EPROTONOSUPPORT,
	       "built for hook API 4, but this portal-vmm has 3");
}

static void test_api_of_before_the_first_release_is_eprotonosupport(void **state)
{
	(void)state;
	expect(module("older_api.so"), -EPROTONOSUPPORT,
	       "older_api.so: built for hook API 1, but this portal-vmm has 3 and accepts 2 at "
	       "least");
}

static void test_incomplete_descriptor_is_einval(void **state)
{
	(void)state;
	expect(module("incomplete.so"), -EINVAL, "descriptor is incomplete");
}

static void test_undefined_functions_are_enoexec_and_named(void **state)
{
	(void)state;
	expect(module("missing_function.so"), -ENOEXEC, "portal_from_the_future");
	expect(module("missing_function.so"), -ENOEXEC, "built for a newer portal-vmm");
	expect(module("unlinked.so"), -ENOEXEC, "helper_that_is_not_there; link the code");
}

static void test_error_of_load_is_returned(void **state)
{
	(void)state;
	expect(module("refuses.so"), -EADDRINUSE, "its load() failed: Address already in use");
}

static void test_unknown_option_lists_the_known_ones(void **state)
{
	(void)state;
	expect(module("everything.so,colour=red"), -EINVAL,
	       "unknown option 'colour'; known options: number, last_words");
	expect(module("refuses.so,colour=red"), -EINVAL, "known options: none");
}

static void test_malformed_option_is_einval(void **state)
{
	(void)state;
	expect(module("everything.so,number"), -EINVAL, "option 'number' has no value");
	expect(module("everything.so,"), -EINVAL, "option is missing");
	expect(module("everything.so,number=1,number=2"), -EINVAL, "is given twice");
	expect("", -EINVAL, "option is missing");
	expect(module("everything.so,number=many"), -EINVAL, "its load() failed");
}

static void test_describe_prints_the_module(void **state)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(module_host_describe(rig.host, module("everything.so"), out), 0);
	fclose(out);
	assert_string_equal(
		text, "everything 3.1 (hook API 3)\n"
		      "uses everything\n"
		      "options:\n"
		      "  number=1  a number\n"
		      "  last_words=bye  text to log at the end\n"
		      "hooks:\n"
		      "  ioctl: on enter, comm \"probe\", pid 100, arg1 in 0x1..0x89f1 (4 bytes), "
		      "arg2 starts with \"eth\", 1 rule\n"
		      "  ioctl: on return, comm \"probe\", pid 100, arg1 in 0x1..0x89f1 (4 bytes), "
		      "arg2 starts with \"eth\", result is an error, writes deferred\n");
	capture_start();
	module_host_destroy(rig.host);
	rig.host = NULL;
	capture_stop();
}

static void test_describe_without_hooks_when_load_fails(void **state)
{
	auto_free char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	capture_start();
	assert_int_equal(module_host_describe(rig.host, module("refuses.so"), out), 0);
	capture_stop();
	fclose(out);
	assert_non_null(strstr(text, "refuses  (hook API 3)\noptions:\n  none\nhooks: unknown"));
}

static void test_every_example_loads(void **state)
{
	static const char *const names[] = {
		"hello.so",	 "memory_access.so", "raeth.so",
		"raeth_skip.so", "ioctl_test.so",    "deny_open.so,prefix=/x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(spec, sizeof(spec), "%s/%s", getenv("PORTAL_TEST_EXAMPLES"), names[i]);
		assert_int_equal(module_host_load(rig.host, spec), 0);
	}
	assert_int_equal(rig_host_stats(&rig).hooks, 12);
	rig_boot(&rig);
	assert_int_equal(rig.guest.nr_hooks, 12);
}

#define MODULE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODULE_TEST(test_module_from_load_to_unload),
		MODULE_TEST(test_missing_module_is_enoent),
		MODULE_TEST(test_file_not_a_shared_object_is_enoexec),
		MODULE_TEST(test_object_without_portal_module_is_enoexec),
		MODULE_TEST(test_newer_api_is_eprotonosupport),
		MODULE_TEST(test_api_of_before_the_first_release_is_eprotonosupport),
		MODULE_TEST(test_incomplete_descriptor_is_einval),
		MODULE_TEST(test_undefined_functions_are_enoexec_and_named),
		MODULE_TEST(test_error_of_load_is_returned),
		MODULE_TEST(test_unknown_option_lists_the_known_ones),
		MODULE_TEST(test_malformed_option_is_einval),
		MODULE_TEST(test_describe_prints_the_module),
		MODULE_TEST(test_describe_without_hooks_when_load_fails),
		MODULE_TEST(test_every_example_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
