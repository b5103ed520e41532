/* SPDX-License-Identifier: MIT */
/* Validation and encoding of hooks. */
#include "rig.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "hooks/hook.h"
#include "hooks/module.h"
#include "hooks/regs.h"
#include "hooks/syscall_names.h"

static int nothing(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	return 0;
}

static const struct portal_module_desc module_desc = { PORTAL_MODULE_INIT, .name = "test" };
static struct portal_module module = { .desc = &module_desc };

static struct portal_syscall_hook good(void)
{
	return (struct portal_syscall_hook){
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
		.name = "ioctl",
		.fn = nothing,
	};
}

static int try(const struct portal_syscall_hook *desc)
{
	struct portal_hook *hook;
	int ret = hook_create(NULL, desc, &hook);

	if (ret == 0)
		hook_free(hook);
	return ret;
}

static void test_minimal_hook_is_accepted(void **state)
{
	struct portal_syscall_hook desc = good();

	(void)state;
	assert_int_equal(try(&desc), 0);
	desc.name = NULL;
	assert_int_equal(try(&desc), 0);
}

static void test_fields_out_of_range_are_einval(void **state)
{
	struct portal_syscall_hook desc;

	(void)state;
#define BAD(change)                                    \
	do {                                           \
		desc = good();                         \
		change;                                \
		assert_int_equal(try(&desc), -EINVAL); \
	} while (0)
	BAD(desc.size--);
	BAD(desc.size++);
	BAD(desc.fn = NULL);
	BAD(desc.when = 0);
	BAD(desc.when = 4);
	BAD(desc.flags = 2 * PORTAL_HOOK_RESTARTS);
	BAD(desc.name = "");
	BAD(desc.name = "sys_");
	BAD(desc.name = "a_name_of_more_than_sixty_three_bytes_is_the_name_of_no_system_call");
	BAD(desc.arg[0].cmp = 16);
	BAD(desc.arg[5].width = 3);
	BAD(desc.arg[5].width = 16);
	BAD(desc.arg[5].width = UINT32_MAX);
	BAD(desc.arg[1].flags = 2);
	BAD(desc.arg[1].reserved = 1);
	BAD(desc.arg[1].reserved2 = 1);
	BAD(desc.arg[1].cmp = PORTAL_MATCH_STR_EQ);
	BAD((desc.ret.cmp = PORTAL_MATCH_STR_EQ, desc.ret.str = "x"));
	BAD((desc.ret.cmp = PORTAL_MATCH_SUCCESS, desc.when = PORTAL_ON_ENTER));
	BAD(desc.nr_fetch = 1);
#undef BAD
}

static void test_widths_are_powers_of_two_up_to_eight(void **state)
{
	static const uint32_t widths[] = { 0, 1, 2, 4, 8 };
	struct portal_syscall_hook desc = good();

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		desc.arg[0].width = widths[i];
		assert_int_equal(try(&desc), 0);
	}
}

static void test_comm_longer_than_15_bytes_is_enametoolong(void **state)
{
	struct portal_syscall_hook desc = good();

	(void)state;
	desc.comm = "fifteen_bytes_x";
	assert_int_equal(try(&desc), 0);
	desc.comm = "sixteen_bytes_xx";
	assert_int_equal(try(&desc), -ENAMETOOLONG);
}

static void test_strings_larger_than_the_page_are_e2big(void **state)
{
	static char text[PORTAL_DATA_SIZE];
	struct portal_syscall_hook desc = good();
	const size_t room = PORTAL_REQUEST_ROOM - sizeof(struct portal_wire_hook) -
			    2 * sizeof(struct portal_wire_site);

	(void)state;
	memset(text, 'x', room);
	desc.arg[0] = (struct portal_match){ .cmp = PORTAL_MATCH_STR_EQ, .str = text };
	assert_int_equal(try(&desc), 0);
	desc.arg[1] = (struct portal_match){ .cmp = PORTAL_MATCH_STR_PREFIX, .str = "y" };
	assert_int_equal(try(&desc), -E2BIG);
	text[room - 1] = '\0';
	assert_int_equal(try(&desc), 0);
	desc.arg[1].str = "yy";
	assert_int_equal(try(&desc), -E2BIG);
}

static void test_fetch_declarations_are_checked(void **state)
{
	struct portal_fetch fetch = { .what = PORTAL_FETCH_STR, .max = 64 };
	struct portal_syscall_hook desc = good();

	(void)state;
	desc.fetch = &fetch;
	desc.nr_fetch = 1;
	assert_int_equal(try(&desc), 0);
	fetch.flags = PORTAL_FETCH_F_LEN_IS_ARG;
	fetch.len_arg = 5;
	assert_int_equal(try(&desc), 0);
	fetch.len_arg = 6;
	assert_int_equal(try(&desc), -EINVAL);
	fetch.len_arg = 5;
	fetch.flags = 0;
	assert_int_equal(try(&desc), -EINVAL);
	fetch.flags = PORTAL_FETCH_F_LEN_IS_ARG << 1;
	fetch.len_arg = 0;
	assert_int_equal(try(&desc), -EINVAL);
	fetch = (struct portal_fetch){ .what = 7, .max = 64 };
	assert_int_equal(try(&desc), -EINVAL);
	fetch = (struct portal_fetch){ .what = PORTAL_FETCH_MEM, .arg = 6, .max = 64 };
	assert_int_equal(try(&desc), -EINVAL);
	fetch = (struct portal_fetch){ .what = PORTAL_FETCH_MEM };
	assert_int_equal(try(&desc), -EINVAL);
	desc.nr_fetch = UINT32_MAX;
	fetch.what = PORTAL_FETCH_NONE;
	assert_int_equal(try(&desc), -EINVAL);
}

static void test_hook_is_encoded_completely(void **state)
{
	struct portal_syscall_hook desc = good();
	uint8_t payload[PORTAL_DATA_SIZE];
	const struct hook_target target = { .abi = { PORTAL_ABI_X86_64, PORTAL_ABI_I386 } };
	struct portal_wire_site sites[2];
	struct portal_wire_hook wire;
	struct portal_hook *hook;
	size_t len;

	(void)state;
	desc.comm = "sh";
	desc.flags = PORTAL_HOOK_REQUIRED;
	desc.pid = 42;
	desc.arg[1] = (struct portal_match){ .cmp = PORTAL_MATCH_RANGE,
					     .width = 4,
					     .flags = PORTAL_MATCH_UNSIGNED,
					     .value = 5,
					     .limit = 9 };
	desc.arg[2] = (struct portal_match){ .cmp = PORTAL_MATCH_STR_EQ, .str = "abc" };
	desc.arg[3] = (struct portal_match){ .cmp = PORTAL_MATCH_STR_SUFFIX, .str = "de" };
	desc.ret = (struct portal_match){ .cmp = PORTAL_MATCH_ERROR };
	assert_int_equal(hook_create(&module, &desc, &hook), 0);
	hook->id = 3;
	hook->nr[0] = 16;
	hook->nr[1] = 54;
	len = hook_encode(hook, &target, payload);
	assert_int_equal(len, sizeof(wire) + sizeof(sites) + 5);
	memcpy(&wire, payload, sizeof(wire));
	assert_int_equal(le32toh(wire.id), 3);
	assert_int_equal(le32toh(wire.source), PORTAL_SOURCE_SYSCALL);
	assert_int_equal(le32toh(wire.when), PORTAL_WHEN_ENTER | PORTAL_WHEN_RETURN);
	assert_int_equal(le32toh(wire.flags), PORTAL_HOOK_F_REQUIRED);
	assert_int_equal(le32toh(wire.scope), PORTAL_SCOPE_FIRMWARE | PORTAL_SCOPE_KERNEL);
	assert_int_equal(le32toh(wire.nr_sites), 2);
	memcpy(sites, payload + sizeof(wire), sizeof(sites));
	assert_int_equal(le32toh(sites[0].abi), PORTAL_ABI_X86_64);
	assert_int_equal(le32toh(sites[0].nr), 16);
	assert_int_equal(le32toh(sites[1].abi), PORTAL_ABI_I386);
	assert_int_equal(le32toh(sites[1].nr), 54);
	assert_int_equal(le32toh(wire.pid), 42);
	assert_string_equal((const char *)wire.comm, "sh");
	assert_int_equal(le32toh(wire.arg[1].width), 4);
	assert_int_equal(le32toh(wire.arg[1].flags), PORTAL_CMP_F_UNSIGNED);
	assert_int_equal(le64toh(wire.arg[1].limit), 9);
	assert_int_equal(le32toh(wire.arg[3].str_off), 3);
	assert_int_equal(le32toh(wire.arg[3].str_len), 2);
	assert_int_equal(le32toh(wire.ret.cmp), PORTAL_CMP_ERROR);
	assert_memory_equal(payload + sizeof(wire) + sizeof(sites), "abcde", 5);
	hook_free(hook);
}

/* There was no flag for them. */
static void test_hook_of_api_2_gets_registers(void **state)
{
	const struct portal_module_desc desc_of_2 = { .api = 2, .name = "old" };
	struct portal_module module_of_2 = { .desc = &desc_of_2 };
	const struct portal_syscall_hook desc = good();
	const struct hook_target target = { .abi = { PORTAL_ABI_X86_64, PORTAL_ABI_NONE } };
	uint8_t payload[PORTAL_DATA_SIZE];
	struct portal_wire_hook wire;
	struct portal_hook *hook;

	(void)state;
	assert_int_equal(hook_create(&module_of_2, &desc, &hook), 0);
	hook_encode(hook, &target, payload);
	memcpy(&wire, payload, sizeof(wire));
	assert_int_equal(le32toh(wire.flags), PORTAL_HOOK_F_REGS);
	hook_free(hook);
}

static void check_reg(uint32_t abi, const char *name, int expected)
{
	unsigned int index = 99;
	int ret = regs_find(abi, name, &index);

	assert_int_equal(ret < 0 ? ret : (int)index, expected);
}

static void test_register_names_by_abi(void **state)
{
	(void)state;
	check_reg(PORTAL_ABI_X86_64, "ax", 0);
	check_reg(PORTAL_ABI_X86_64, "rax", 0);
	check_reg(PORTAL_ABI_X86_64, "eax", 0);
	check_reg(PORTAL_ABI_X86_64, "r8", 8);
	check_reg(PORTAL_ABI_X86_64, "r15", 15);
	check_reg(PORTAL_ABI_X86_64, "r16", -EINVAL);
	check_reg(PORTAL_ABI_X86_64, "r7", -EINVAL);
	check_reg(PORTAL_ABI_X86_64, "r08", -EINVAL);
	check_reg(PORTAL_ABI_X86_64, "sp", 7);
	check_reg(PORTAL_ABI_X86_64, "pc", 16);
	check_reg(PORTAL_ABI_X86_64, "rflags", 17);
	check_reg(PORTAL_ABI_X86_64, "orig_ax", 18);
	check_reg(PORTAL_ABI_X86_64, "", -EINVAL);
	check_reg(PORTAL_ABI_X86_64, "x0", -EINVAL);
	check_reg(PORTAL_ABI_I386, "esp", 7);
	check_reg(PORTAL_ABI_I386, "r8", -EINVAL);
	check_reg(PORTAL_ABI_ARM64, "x0", 0);
	check_reg(PORTAL_ABI_ARM64, "x30", 30);
	check_reg(PORTAL_ABI_ARM64, "x31", -EINVAL);
	check_reg(PORTAL_ABI_ARM64, "lr", 30);
	check_reg(PORTAL_ABI_ARM64, "sp", 31);
	check_reg(PORTAL_ABI_ARM64, "pc", 32);
	check_reg(PORTAL_ABI_ARM, "r15", 15);
	check_reg(PORTAL_ABI_ARM, "sp", 13);
	check_reg(PORTAL_ABI_ARM, "cpsr", 16);
	check_reg(77, "sp", -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minimal_hook_is_accepted),
		cmocka_unit_test(test_fields_out_of_range_are_einval),
		cmocka_unit_test(test_widths_are_powers_of_two_up_to_eight),
		cmocka_unit_test(test_comm_longer_than_15_bytes_is_enametoolong),
		cmocka_unit_test(test_strings_larger_than_the_page_are_e2big),
		cmocka_unit_test(test_fetch_declarations_are_checked),
		cmocka_unit_test(test_hook_is_encoded_completely),
		cmocka_unit_test(test_hook_of_api_2_gets_registers),
		cmocka_unit_test(test_register_names_by_abi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
