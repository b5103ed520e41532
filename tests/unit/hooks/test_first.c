/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "rig.h"

static int answer(struct portal_ctx *ctx, void *data)
{
	char *got = data;

	if (portal_read_str(ctx, portal_arg(ctx, 2), got, 16) < 0)
		return 0;
	portal_set_ret(ctx, 7);
	return 1;
}

static char got[16];

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_RETURN, .name = "sys_ioctl",
		.fn = answer, .data = got,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

static const struct portal_module_desc desc = { PORTAL_MODULE_INIT, .name = "first", .load = load };

static void test_hooked_call_with_a_read_gets_its_result(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, 4, 1);
	rig_add(&rig, &desc, "");
	rig_boot(&rig);
	strcpy((char *)fake_map(&rig.task, 0x1000, 64, FAKE_READ), "eth0");
	assert_int_equal(rig.guest.nr_hooks, 1);
	assert_int_equal(rig_call(&rig, "ioctl", 3, 0x89f1, 0x1000), 7);
	assert_string_equal(got, "eth0");
	assert_int_equal(rig_call(&rig, "read", 3, 0x89f1, 0x1000), -25);
	rig_done(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hooked_call_with_a_read_gets_its_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
