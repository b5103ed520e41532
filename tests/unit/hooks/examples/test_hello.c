/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <string.h>

#include "lib/capture.h"

static const char *greeting(const char *options)
{
	struct rig rig;

	rig_init(&rig, 2, 1);
	rig_add(&rig, &portal_module, options);
	rig_boot(&rig);
	capture_start();
	rig_call(&rig, "uname", 0, 0, 0);
	rig_done(&rig);
	return capture_stop();
}

static void test_hello_logs_the_process(void **state)
{
	(void)state;
	assert_non_null(strstr(greeting(""), "hello: hello from probe, process 100"));
}

static void test_hello_greeting_from_option(void **state)
{
	(void)state;
	assert_non_null(strstr(greeting(",greeting=ahoy"), "hello: ahoy from probe, process 100"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hello_logs_the_process),
		cmocka_unit_test(test_hello_greeting_from_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
