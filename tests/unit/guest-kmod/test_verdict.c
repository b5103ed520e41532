/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "hooks/verdict.h"

#define WRITABLE 0x3ffffULL
#define NR_ARGS	 6
#define WRITES	 (PORTAL_DATA_SIZE - sizeof(struct portal_wire_verdict))

/* a verdict in the wire format, in a buffer of the size of a page's data */
struct sample {
	_Alignas(8) u8 bytes[PORTAL_DATA_SIZE];
	size_t size;
};

static struct portal_wire_verdict *head(struct sample *sample)
{
	return (struct portal_wire_verdict *)(void *)sample->bytes;
}

static void sample_init(struct sample *sample)
{
	memset(sample->bytes, 0, sizeof(sample->bytes));
	sample->size = sizeof(struct portal_wire_verdict);
}

static struct portal_wire_write *write_at(struct sample *sample, size_t at)
{
	return (struct portal_wire_write *)(void *)(sample->bytes + at);
}

/* Adds a write. Return: offset of its header in bytes. */
static size_t sample_add(struct sample *sample, u64 addr, const void *data, u32 len)
{
	struct portal_wire_verdict *verdict = head(sample);
	struct portal_wire_write wire = { .addr = cpu_to_le64(addr),
					  .len = cpu_to_le32(len),
					  .hook = cpu_to_le32(7) };
	size_t at = sample->size;

	memcpy(sample->bytes + at, &wire, sizeof(wire));
	memcpy(sample->bytes + at + sizeof(wire), data, len);
	sample->size += sizeof(wire) + (len + 7) / 8 * 8;
	verdict->nr_writes = cpu_to_le32(le32_to_cpu(verdict->nr_writes) + 1);
	return at;
}

/* Checks a heap copy of exactly @size bytes, so that the sanitizer detects reads beyond it. */
static int check(const struct sample *sample, size_t size, bool is_return)
{
	const struct verdict_limits limits = {
		.is_return = is_return,
		.nr_args = NR_ARGS,
		.regs = WRITABLE,
	};
	auto_free u8 *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, sample->bytes, size);
	return verdict_check((const struct portal_wire_verdict *)(void *)copy, size, &limits);
}

static int check_all(const struct sample *sample, bool is_return)
{
	return check(sample, sample->size, is_return);
}

static void test_empty_verdict_is_valid(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	assert_int_equal(check_all(&sample, false), 0);
	assert_int_equal(check_all(&sample, true), 0);
}

static void test_verdict_truncated_at_every_byte_is_invalid(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	sample_add(&sample, 0x1000, "abc", 3);
	sample_add(&sample, 0x2000, "12345678", 8);
	assert_int_equal(check_all(&sample, false), 0);
	for (size_t size = 0; size < sample.size; size++)
		assert_int_equal(check(&sample, size, false), -EINVAL);
}

static void test_bytes_after_the_writes_are_invalid(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	sample_add(&sample, 0x1000, "abc", 3);
	for (size_t more = 1; more <= 3 * sizeof(struct portal_wire_write); more++)
		assert_int_equal(check(&sample, sample.size + more, false), -EINVAL);
}

static void test_writes_are_returned_in_order(void **state)
{
	struct verdict_write write;
	struct sample sample;
	u32 pos = 0;

	(void)state;
	sample_init(&sample);
	sample_add(&sample, 0x1000, "abc", 3);
	sample_add(&sample, 0xfffffffffffffff0ULL, "12345678", 8);
	assert_int_equal(verdict_next_write(head(&sample), sample.size, &pos, &write), 1);
	assert_int_equal(write.addr, 0x1000);
	assert_int_equal(write.len, 3);
	assert_int_equal(write.hook, 7);
	assert_memory_equal(write.data, "abc", 3);
	assert_int_equal(verdict_next_write(head(&sample), sample.size, &pos, &write), 1);
	assert_int_equal(write.addr, 0xfffffffffffffff0ULL);
	assert_memory_equal(write.data, "12345678", 8);
	assert_int_equal(verdict_next_write(head(&sample), sample.size, &pos, &write), 0);
	assert_int_equal(verdict_next_write(head(&sample), sample.size, &pos, &write), 0);
}

static void test_write_may_fill_the_page(void **state)
{
	static const u8 zeroes[WRITES];
	u32 most = WRITES - sizeof(struct portal_wire_write);
	struct sample sample;

	(void)state;
	sample_init(&sample);
	sample_add(&sample, 0x1000, zeroes, most);
	assert_int_equal(sample.size, PORTAL_DATA_SIZE);
	assert_int_equal(check_all(&sample, false), 0);
}

static void test_write_length_is_bounded(void **state)
{
	static const u32 lengths[] = { 0, 9, 16, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff };
	struct sample sample;
	size_t at;

	(void)state;
	sample_init(&sample);
	at = sample_add(&sample, 0x1000, "12345678", 8);
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		write_at(&sample, at)->len = cpu_to_le32(lengths[i]);
		assert_int_equal(check_all(&sample, false), -EINVAL);
	}
}

static void test_padding_must_be_zero(void **state)
{
	struct sample sample;
	size_t at;

	(void)state;
	sample_init(&sample);
	at = sample_add(&sample, 0x1000, "abc", 3);
	for (size_t i = 3; i < 8; i++) {
		u8 *byte = sample.bytes + at + sizeof(struct portal_wire_write) + i;

		*byte = 1;
		assert_int_equal(check_all(&sample, false), -EINVAL);
		*byte = 0;
	}
	assert_int_equal(check_all(&sample, false), 0);
}

static void test_nr_writes_must_match_the_writes(void **state)
{
	static const u32 numbers[] = { 0, 2, 0xffffffff };
	struct sample sample;

	(void)state;
	sample_init(&sample);
	sample_add(&sample, 0x1000, "abc", 3);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		head(&sample)->nr_writes = cpu_to_le32(numbers[i]);
		assert_int_equal(check_all(&sample, false), -EINVAL);
	}
}

static void test_skip_and_arguments_are_for_entry_only(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	head(&sample)->flags = cpu_to_le32(PORTAL_VERDICT_SKIP);
	assert_int_equal(check_all(&sample, false), 0);
	assert_int_equal(check_all(&sample, true), -EINVAL);
	head(&sample)->flags = 0;
	head(&sample)->arg_mask = cpu_to_le32(0x3f);
	assert_int_equal(check_all(&sample, false), 0);
	assert_int_equal(check_all(&sample, true), -EINVAL);
}

static void test_result_is_for_return_only(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	head(&sample)->flags = cpu_to_le32(PORTAL_VERDICT_RET);
	assert_int_equal(check_all(&sample, true), 0);
	assert_int_equal(check_all(&sample, false), -EINVAL);
}

static void test_unknown_flags_and_arguments_are_invalid(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	for (unsigned int bit = 2; bit < 32; bit++) {
		head(&sample)->flags = cpu_to_le32(1u << bit);
		assert_int_equal(check_all(&sample, false), -EINVAL);
		assert_int_equal(check_all(&sample, true), -EINVAL);
	}
	head(&sample)->flags = 0;
	for (unsigned int bit = NR_ARGS; bit < 32; bit++) {
		head(&sample)->arg_mask = cpu_to_le32(1u << bit);
		assert_int_equal(check_all(&sample, false), -EINVAL);
	}
}

/* ---- registers ---- */

/* Adds a register, before any write. */
static void add_reg(struct sample *sample, u32 reg, u64 value)
{
	const struct portal_wire_reg wire = { .reg = cpu_to_le32(reg),
					      .value = cpu_to_le64(value) };

	memcpy(sample->bytes + sample->size, &wire, sizeof(wire));
	sample->size += sizeof(wire);
	head(sample)->nr_regs = cpu_to_le32(le32_to_cpu(head(sample)->nr_regs) + 1);
}

static void test_only_writable_registers_may_be_set(void **state)
{
	static const u32 wild[] = { PORTAL_NR_REGS, 63, 64, 0x80000001, 0xffffffff };
	struct sample sample;

	(void)state;
	for (u32 reg = 0; reg < PORTAL_NR_REGS; reg++) {
		sample_init(&sample);
		add_reg(&sample, reg, 1);
		assert_int_equal(check_all(&sample, true), WRITABLE >> reg & 1 ? 0 : -EINVAL);
		assert_int_equal(check_all(&sample, false), WRITABLE >> reg & 1 ? 0 : -EINVAL);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		sample_init(&sample);
		add_reg(&sample, wild[i], 1);
		assert_int_equal(check_all(&sample, true), -EINVAL);
	}
}

static void test_register_set_twice_is_invalid(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	for (u32 reg = 0; reg < 18; reg++)
		add_reg(&sample, reg, 5);
	assert_int_equal(check_all(&sample, false), 0);
	add_reg(&sample, 17, 5);
	assert_int_equal(check_all(&sample, false), -EINVAL);
}

static void test_reserved_field_of_a_register_must_be_zero(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	add_reg(&sample, 0, 5);
	sample.bytes[sizeof(struct portal_wire_verdict) + 4] = 1;
	assert_int_equal(check_all(&sample, false), -EINVAL);
}

static void test_number_of_registers_is_bounded_by_the_size(void **state)
{
	static const u32 numbers[] = { 0, 1, 3, 0x10000002, 0x80000000, 0xffffffff };
	struct sample sample;

	(void)state;
	sample_init(&sample);
	add_reg(&sample, 0, 5);
	add_reg(&sample, 1, 5);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		head(&sample)->nr_regs = cpu_to_le32(numbers[i]);
		assert_int_equal(check_all(&sample, false), -EINVAL);
	}
}

static void test_writes_follow_the_registers(void **state)
{
	struct verdict_write write;
	struct sample sample;
	u32 pos = 0;

	(void)state;
	sample_init(&sample);
	add_reg(&sample, 3, 0x1234);
	add_reg(&sample, 2, 0x5678);
	sample_add(&sample, 0x1000, "abc", 3);
	assert_int_equal(check_all(&sample, false), 0);
	assert_int_equal(le32_to_cpu(verdict_regs(head(&sample))[1].reg), 2);
	assert_int_equal(le64_to_cpu(verdict_regs(head(&sample))[1].value), 0x5678);
	assert_int_equal(verdict_next_write(head(&sample), sample.size, &pos, &write), 1);
	assert_memory_equal(write.data, "abc", 3);
	for (size_t size = 0; size < sample.size; size++)
		assert_int_equal(check(&sample, size, false), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_verdict_is_valid),
		cmocka_unit_test(test_verdict_truncated_at_every_byte_is_invalid),
		cmocka_unit_test(test_bytes_after_the_writes_are_invalid),
		cmocka_unit_test(test_writes_are_returned_in_order),
		cmocka_unit_test(test_write_may_fill_the_page),
		cmocka_unit_test(test_write_length_is_bounded),
		cmocka_unit_test(test_padding_must_be_zero),
		cmocka_unit_test(test_nr_writes_must_match_the_writes),
		cmocka_unit_test(test_skip_and_arguments_are_for_entry_only),
		cmocka_unit_test(test_result_is_for_return_only),
		cmocka_unit_test(test_unknown_flags_and_arguments_are_invalid),
		cmocka_unit_test(test_only_writable_registers_may_be_set),
		cmocka_unit_test(test_register_set_twice_is_invalid),
		cmocka_unit_test(test_reserved_field_of_a_register_must_be_zero),
		cmocka_unit_test(test_number_of_registers_is_bounded_by_the_size),
		cmocka_unit_test(test_writes_follow_the_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
