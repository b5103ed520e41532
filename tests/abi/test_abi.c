/* SPDX-License-Identifier: MIT */
/*
 * Tests the two hook modules of a release, built against its header. This program exports the same
 * functions as portal-vmm.
 *
 *	test_abi works|refused PATTERN RELEASE
 *
 * PATTERN is the path of a hook module with %s for its name. Each release has:
 *
 *   answers     ioctl(fd, 0x89f1, p) of any task: when "eth0" is at p, followed by a pointer to
 *               0x34, the module stores the answer 0x73 after the 0x34 and sets the result to 0;
 *               getppid() of the task "probe" returns 4711
 *   everything  ioctl(fd, 0x89f1, p) of "probe": the module calls every function and sets the
 *               result to 1234; a rule answers ioctl(fd, 2, p); it observes getppid and traces
 *               openat
 */
#include "rig.h"

#include <dlfcn.h>
#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <stdio.h>
#include <string.h>

#include "lib/capture.h"

#define MEMORY	  0x10000ull
#define VALUE	  (MEMORY + 0x100)
#define WORD	  (MEMORY + 0x200)
#define READ_ONLY 0x20000ull

static struct rig rig;
static bool is_done;
static const char *pattern, *release;
static char path[1024];
static uint8_t *memory, *read_only;

/* the path of a hook module: the pattern with %s replaced by @name */
static const char *module(const char *name)
{
	const char *at = strstr(pattern, "%s");

	assert_non_null(at);
	snprintf(path, sizeof(path), "%.*s%s%s", (int)(at - pattern), pattern, name, at + 2);
	return path;
}

static void put64(uint8_t *at, uint64_t value)
{
	uint64_t wire = htole64(value);

	memcpy(at, &wire, sizeof(wire));
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t wire;

	memcpy(&wire, at, sizeof(wire));
	return le32toh(wire);
}

/* the task's memory: the name, the pointer to the register, and the register's value */
static void fill(void)
{
	memset(memory, 0, 4096);
	strcpy((char *)memory, "eth0");
	put64(memory + 16, VALUE);
	memory[VALUE - MEMORY] = 0x34;
	put64(memory + (VALUE - MEMORY) + 8, WORD);
	strcpy((char *)memory + (WORD - MEMORY), "word");
}

static int setup(void **state)
{
	(void)state;
	is_done = false;
	rig_init(&rig, 4, 1);
	memory = fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	read_only = fake_map(&rig.task, READ_ONLY, 4096, FAKE_READ);
	read_only[0] = 0x34;
	fake_add_fd(&rig.task, 3, "/dev/switch");
	rig.task.args = "probe";
	rig.task.args_len = sizeof("probe");
	rig.task.env = "HOME=/";
	rig.task.env_len = sizeof("HOME=/");
	fill();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (!is_done)
		rig_done(&rig);
	return 0;
}

static void load(const char *name)
{
	assert_int_equal(module_host_load(rig.host, module(name)), 0);
	rig_boot(&rig);
}

static void assert_contains(const char *log, const char *text)
{
	if (!log || !strstr(log, text))
		fail_msg("'%s' is not in: %s", text, log ? log : "(nothing)");
}

/* end the VM and return the messages since capture_start() */
static const char *end(void)
{
	rig_done(&rig);
	is_done = true;
	return capture_stop();
}

/* ---- works ---- */

static void test_abi_answers_ioctl_without_operations(void **state)
{
	(void)state;
	load("answers");
	assert_int_equal(rig.guest.nr_hooks, 2);
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY), 0);
	assert_int_equal(get32(memory + (VALUE - MEMORY) + 4), 0x73);
	/* all reads were declared, and the write goes with the verdict */
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ], 0);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ_STR], 0);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_WRITE], 0);
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), 4711);
}

static void test_abi_answers_ignores_other_interfaces(void **state)
{
	(void)state;
	load("answers");
	strcpy((char *)memory, "eth1");
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY), -ENOTTY);
	assert_int_equal(get32(memory + (VALUE - MEMORY) + 4), 0);
}

static void test_abi_command_line_options_are_used(void **state)
{
	char spec[sizeof(path) + 64];

	(void)state;
	snprintf(spec, sizeof(spec), "%s,interface=eth1,answer=0x99", module("answers"));
	assert_int_equal(module_host_load(rig.host, spec), 0);
	rig_boot(&rig);
	strcpy((char *)memory, "eth1");
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY), 0);
	assert_int_equal(get32(memory + (VALUE - MEMORY) + 4), 0x99);
}

static void test_abi_failed_deferred_write_calls_on_error(void **state)
{
	(void)state;
	load("answers");
	put64(memory + 16, READ_ONLY);
	capture_start();
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY), -ENOTTY);
	assert_contains(capture_stop(), "portal-vmm: warn: answers: not written: 0x20004: -14");
	assert_int_equal(get32(read_only + 4), 0);
}

static void test_abi_everything_uses_every_function(void **state)
{
	const char *log;

	(void)state;
	capture_start();
	load("everything");
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY), 1234);
	assert_string_equal((char *)memory + 0x400, "bytes");
	assert_string_equal((char *)memory + 0x408, "str");
	assert_int_equal(get32(memory + 0x410), 0x11111111);
	assert_int_equal(get32(memory + 0x41c), 0x22222222);
	assert_int_equal(get32(memory + 0x424), 0x33333333);
	assert_int_equal(get32(memory + 0x428), 0x4444);
	assert_int_equal(get32(memory + 0x430), 0x55555555);
	assert_int_equal(get32(memory + 0x43c), 0x66666666);
	log = end();
	assert_contains(log, "portal-vmm: everything: every function works");
	assert_contains(log, "portal-vmm: everything: bye: 0, 0 hits");
}

static void test_abi_everything_answers_by_rule(void **state)
{
	(void)state;
	capture_start();
	load("everything");
	assert_int_equal(rig_call(&rig, "ioctl", 3, 2, MEMORY), 4321);
	assert_int_equal(get32(memory + 0x300), 0x01020304);
	assert_string_equal((char *)memory + (VALUE - MEMORY) + 4, "ok");
	assert_int_equal(rig_host_stats(&rig).callbacks, 0);
	assert_contains(end(), "portal-vmm: everything: bye: 0, 1 hits");
}

static void test_abi_everything_observes_and_traces(void **state)
{
	const char *log;

	(void)state;
	capture_start();
	load("everything");
	assert_int_equal(rig_call(&rig, "getppid", 0, 0, 0), -ENOTTY);
	assert_int_equal(rig_call(&rig, "openat", VALUE, WORD, 4), -ENOTTY);
	log = end();
	assert_contains(log, "portal-vmm: everything: observed entry");
	assert_contains(log, "portal-vmm: everything: observed return");
	assert_contains(log, "portal-vmm: everything: openat of word, timed, 0 lost");
}

/* the fake guest does not evaluate filters; this test checks that they are registered */
static void test_abi_description_shows_options_and_filters(void **state)
{
	auto_free char *text = NULL;
	char title[64];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(module_host_describe(rig.host, module("answers"), out), 0);
	fclose(out);
	snprintf(title, sizeof(title), "answers %s (hook API ", release);
	assert_contains(text, title);
	assert_contains(text, "  interface=eth0  the interface to answer for\n"
			      "  answer=0x73  the answer\n");
	assert_contains(text,
			"ioctl: on return, arg1 == 0x89f1 (4 bytes), result is an error, writes "
			"deferred\n");
}

/* ---- refused ---- */

/* the module's API version; RTLD_LAZY, since this portal-vmm may lack functions that it uses */
static uint32_t api_of(const char *file)
{
	void *object = dlopen(file, RTLD_LAZY | RTLD_LOCAL);
	const struct portal_module_desc *desc = object ? dlsym(object, "portal_module") : NULL;
	uint32_t api;

	assert_non_null(desc);
	api = desc->api;
	dlclose(object);
	return api;
}

static void refuse(const char *name)
{
	char versions[96];

	snprintf(versions, sizeof(versions), "built for hook API %u, but this portal-vmm has %u",
		 api_of(module(name)), PORTAL_API_VERSION);
	capture_start();
	assert_int_equal(module_host_load(rig.host, path), -EPROTONOSUPPORT);
	assert_contains(capture_stop(), versions);
}

static void test_abi_refusal_names_both_versions(void **state)
{
	(void)state;
	refuse("answers");
	refuse("everything");
}

#define ABI_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest works[] = {
		ABI_TEST(test_abi_answers_ioctl_without_operations),
		ABI_TEST(test_abi_answers_ignores_other_interfaces),
		ABI_TEST(test_abi_command_line_options_are_used),
		ABI_TEST(test_abi_failed_deferred_write_calls_on_error),
		ABI_TEST(test_abi_everything_uses_every_function),
		ABI_TEST(test_abi_everything_answers_by_rule),
		ABI_TEST(test_abi_everything_observes_and_traces),
		ABI_TEST(test_abi_description_shows_options_and_filters),
	};
	const struct CMUnitTest refused[] = {
		ABI_TEST(test_abi_refusal_names_both_versions),
	};

	if (argc != 4) {
		fprintf(stderr, "usage: test_abi works|refused PATTERN RELEASE\n");
		return 2;
	}
	pattern = argv[2];
	release = argv[3];
	if (strcmp(argv[1], "works") == 0)
		return cmocka_run_group_tests(works, NULL, NULL);
	if (strcmp(argv[1], "refused") == 0)
		return cmocka_run_group_tests(refused, NULL, NULL);
	fprintf(stderr, "test_abi: unknown state '%s' in tests/abi/meson.build\n", argv[1]);
	return 2;
}
