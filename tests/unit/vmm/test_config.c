/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "config.h"

#define MAX_WORDS 80

/* parse the words of @line */
static int parse(const char *line, struct vmm_config *config)
{
	static char copy[4096];
	char *words[MAX_WORDS] = { (char *)(uintptr_t) "portal-vmm" };
	int nr = 1;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) {
		assert_true(nr < MAX_WORDS - 1);
		words[nr++] = word;
	}
	return config_parse(nr, words, config);
}

static void test_config_defaults(void **state)
{
	struct vmm_config config;

	(void)state;
	assert_int_equal(parse("--kernel k --rootfs r", &config), 0);
	assert_int_equal(config.action, CONFIG_RUN);
	assert_string_equal(config.kernel, "k");
	assert_string_equal(config.rootfs, "r");
	assert_int_equal(config.memory_bytes, CONFIG_MEMORY_DEFAULT);
	assert_int_equal(config.cpus, 1);
	assert_int_equal(config.timeout_s, 0);
	assert_string_equal(config.console, "stdio");
	assert_null(config.stats_path);
	assert_false(config.kaslr);
}

static void test_config_keeps_the_order_of_hooks(void **state)
{
	struct vmm_config config;

	(void)state;
	assert_int_equal(
		parse("--kernel k --rootfs r --hook a.so,x=1 --hook b.so --stats=f", &config), 0);
	assert_int_equal(config.nr_hooks, 2);
	assert_string_equal(config.hooks[0], "a.so,x=1");
	assert_string_equal(config.hooks[1], "b.so");
	assert_string_equal(config.stats_path, "f");
}

static void test_config_doorbell_default_is_hosts_choice(void **state)
{
	struct vmm_config config;

	(void)state;
	assert_int_equal(parse("--kernel k --rootfs r", &config), 0);
	assert_int_equal(config.doorbell, ARCH_DOORBELL_NONE);
	assert_int_equal(parse("--kernel k --rootfs r --doorbell mmio", &config), 0);
	assert_int_equal(config.doorbell, ARCH_DOORBELL_MMIO);
	assert_int_equal(parse("--kernel k --rootfs r --doorbell hypercall", &config), 0);
	assert_int_equal(config.doorbell, ARCH_DOORBELL_HYPERCALL);
}

static void test_config_invalid_options_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"--kernel k",
		"--rootfs r",
		"--kernel",
		"--kernel k --rootfs r extra",
		"--kernel k --rootfs r --nonsense",
		"--kernel k --rootfs r --initrd i",
		"--kernel k --rootfs r --memory x",
		"--kernel k --rootfs r --memory 15M",
		"--kernel k --rootfs r --memory -1",
		"--kernel k --rootfs r --memory 99999999999999999999",
		"--kernel k --rootfs r --cpus 0",
		"--kernel k --rootfs r --cpus 65",
		"--kernel k --rootfs r --cpus 1x",
		"--kernel k --rootfs r --cpus -1",
		"--kernel k --rootfs r --timeout 0",
		"--kernel k --rootfs r --log-level loud",
		"--kernel k --rootfs r --doorbell hvc",
	};
	struct vmm_config config;

	(void)state;
	log_set_level((enum log_level) - 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(parse(bad[i], &config), -EINVAL);
	log_set_level(LOG_INFO);
}

static void test_config_too_many_hooks_or_disks_is_refused(void **state)
{
	struct vmm_config config;
	char line[2048] = "--kernel k --rootfs r";

	(void)state;
	log_set_level((enum log_level) - 1);
	for (int i = 0; i <= CONFIG_MAX_HOOKS; i++)
		strcat(line, " --hook h");
	assert_int_equal(parse(line, &config), -EINVAL);
	strcpy(line, "--kernel k --rootfs r");
	for (int i = 0; i <= CONFIG_MAX_DISKS; i++)
		strcat(line, " --disk d");
	assert_int_equal(parse(line, &config), -EINVAL);
	log_set_level(LOG_INFO);
}

static void test_config_help_needs_no_other_options(void **state)
{
	struct vmm_config config;

	(void)state;
	assert_int_equal(parse("--help", &config), 0);
	assert_int_equal(config.action, CONFIG_HELP);
	assert_int_equal(parse("--check", &config), 0);
	assert_int_equal(config.action, CONFIG_CHECK);
	assert_int_equal(parse("--describe-module x.so", &config), 0);
	assert_string_equal(config.describe, "x.so");
}

static void test_config_sizes(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(config_parse_size("64", &bytes), 0);
	assert_int_equal(bytes, MIB(64));
	assert_int_equal(config_parse_size("512K", &bytes), 0);
	assert_int_equal(bytes, KIB(512));
	assert_int_equal(config_parse_size("3g", &bytes), 0);
	assert_int_equal(bytes, GIB(3));
	assert_int_equal(config_parse_size("16777215T", &bytes), 0);
	assert_int_equal(config_parse_size("16777216T", &bytes), -ERANGE);
	assert_int_equal(config_parse_size("99999999999999999999", &bytes), -ERANGE);
	assert_int_equal(config_parse_size("", &bytes), -EINVAL);
	assert_int_equal(config_parse_size("M", &bytes), -EINVAL);
	assert_int_equal(config_parse_size("1B", &bytes), -EINVAL);
	assert_int_equal(config_parse_size("0x10", &bytes), -EINVAL);
	assert_int_equal(config_parse_size(" 1", &bytes), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_config_defaults),
		cmocka_unit_test(test_config_keeps_the_order_of_hooks),
		cmocka_unit_test(test_config_doorbell_default_is_hosts_choice),
		cmocka_unit_test(test_config_invalid_options_are_refused),
		cmocka_unit_test(test_config_too_many_hooks_or_disks_is_refused),
		cmocka_unit_test(test_config_help_needs_no_other_options),
		cmocka_unit_test(test_config_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
