/* SPDX-License-Identifier: MIT */
/* Why the kernel refused a module. The records are those of stock kernels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "refusal.h"

/* ---- records of the kernel's log ---- */

static const char *find(const char *record, const char *module)
{
	static char copy[512];

	snprintf(copy, sizeof(copy), "%s", record);
	return refusal_find_message(copy, module);
}

static void test_messages_of_the_module_loader_are_found(void **state)
{
	static const char *const texts[] = {
		"Lockdown: init: unsigned module loading is restricted; see man kernel_lockdown.7",
		"Loading of unsigned module is rejected",
		"portal: version magic '6.1.0-40 SMP ' should be '6.1.0-57 SMP '",
		"portal: Unknown symbol register_kprobe (err -2)",
		"portal: the kernel has no kallsyms_lookup_name",
	};
	char record[256];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(record, sizeof(record), "5,312,1402211,-;%s\n", texts[i]);
		assert_string_equal(find(record, "portal"), texts[i]);
	}
}

static void test_text_ends_before_the_records_fields(void **state)
{
	(void)state;
	assert_string_equal(
		find("4,1,2,c;portal: no\n SUBSYSTEM=platform\n DEVICE=+platform:x\n", "portal"),
		"portal: no");
	assert_string_equal(find("4,1,2,-,caller=T1;portal: no", "portal"), "portal: no");
}

static void test_dash_of_a_name_is_an_underscore_in_messages(void **state)
{
	(void)state;
	assert_non_null(find("3,1,2,-;virtio_blk: Unknown symbol x (err -2)\n", "virtio-blk"));
	assert_null(find("3,1,2,-;virtio_net: Unknown symbol x (err -2)\n", "virtio-blk"));
}

static void test_other_records_are_not_messages(void **state)
{
	static const char *const records[] = {
		"",
		"5,312,1402211,-",
		"5,312,1402211,-;",
		"5,312,1402211,-;\n",
		"6,312,1402211,-;random: crng init done\n",
		"6,312,1402211,-;portalx: hello\n",
		"6,312,1402211,-;porta: hello\n",
		"6,312,1402211,-;random: portal: hello\n",
		"5,312,1402211,-;portal: loading out-of-tree module taints kernel.\n",
		("5,312,1402211,-;portal: module verification failed: signature and/or required "
		 "key missing - tainting kernel\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		assert_null(find(records[i], "portal"));
}

/* ---- reasons ---- */

static const char *reason(long error, const char *lockdown, const char *signatures)
{
	const struct refusal refusal = { .error = error,
					 .lockdown = lockdown,
					 .signatures = signatures,
					 .message = "the kernel's words" };

	return refusal_reason(&refusal);
}

static void test_lockdown_is_named(void **state)
{
	(void)state;
	assert_non_null(strstr(reason(-EPERM, "none [integrity] confidentiality\n", "N\n"),
			       "without lockdown"));
	assert_non_null(strstr(reason(-EPERM, "none integrity [confidentiality]\n", "N\n"),
			       "without lockdown"));
}

static void test_required_signatures_are_named(void **state)
{
	(void)state;
	assert_non_null(strstr(reason(-EKEYREJECTED, "[none] integrity\n", "Y\n"), "sig_enforce"));
	assert_non_null(strstr(reason(-ENOKEY, "", ""), "sig_enforce"));
	assert_non_null(strstr(reason(-EPERM, "", "Y\n"), "sig_enforce"));
}

static void test_option_that_the_kernel_lacks_is_named(void **state)
{
	struct refusal refusal = { .error = -ENOENT, .lockdown = "", .signatures = "" };

	(void)state;
	refusal.message = "portal: Unknown symbol ftrace_set_filter_ips (err -2)";
	assert_non_null(strstr(refusal_reason(&refusal), "CONFIG_FUNCTION_TRACER"));
	refusal.message = "portal: Unknown symbol unregister_kprobe (err -2)";
	assert_non_null(strstr(refusal_reason(&refusal), "CONFIG_KPROBES"));
	refusal.message = "portal: Unknown symbol srcu_barrier (err -2)";
	assert_string_equal(refusal_reason(&refusal), refusal.message);
	refusal.message = "portal: a kprobe on ftrace failed";
	assert_string_equal(refusal_reason(&refusal), refusal.message);
}

static void test_otherwise_the_kernels_message_is_the_reason(void **state)
{
	(void)state;
	assert_string_equal(reason(-EPERM, "[none] integrity confidentiality\n", "N\n"),
			    "the kernel's words");
	assert_string_equal(reason(-EPERM, "", ""), "the kernel's words");
	assert_string_equal(reason(-ENOENT, "none [integrity]\n", "Y\n"), "the kernel's words");
	assert_string_equal(reason(-ENOEXEC, "", ""), "the kernel's words");
	assert_string_equal(reason(0, "", ""), "the kernel's words");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages_of_the_module_loader_are_found),
		cmocka_unit_test(test_text_ends_before_the_records_fields),
		cmocka_unit_test(test_dash_of_a_name_is_an_underscore_in_messages),
		cmocka_unit_test(test_other_records_are_not_messages),
		cmocka_unit_test(test_lockdown_is_named),
		cmocka_unit_test(test_required_signatures_are_named),
		cmocka_unit_test(test_option_that_the_kernel_lacks_is_named),
		cmocka_unit_test(test_otherwise_the_kernels_message_is_the_reason),
	};

	return cmocka_run_group_tests_name("guest/refusal", tests, NULL, NULL);
}
