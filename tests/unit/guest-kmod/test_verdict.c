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
	verdict->writes_size = cpu_to_le32(sample->size - sizeof(*verdict));
	return at;
}

/* Checks a heap copy of exactly @size bytes, so that the sanitizer detects reads beyond it. */
static int check(const struct sample *sample, size_t size, bool is_return)
{
	auto_free u8 *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, sample->bytes, size);
	return verdict_check((const struct portal_wire_verdict *)(void *)copy, size, is_return,
			     WRITABLE);
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
	assert_int_equal(check(&sample, sample.size + 8, false), -EINVAL);
	head(&sample)->writes_size =
		cpu_to_le32(sample.size + 8 - sizeof(struct portal_wire_verdict));
	assert_int_equal(check(&sample, sample.size + 8, false), -EINVAL);
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
	assert_int_equal(verdict_next_write(head(&sample), &pos, &write), 1);
	assert_int_equal(write.addr, 0x1000);
	assert_int_equal(write.len, 3);
	assert_int_equal(write.hook, 7);
	assert_memory_equal(write.data, "abc", 3);
	assert_int_equal(verdict_next_write(head(&sample), &pos, &write), 1);
	assert_int_equal(write.addr, 0xfffffffffffffff0ULL);
	assert_memory_equal(write.data, "12345678", 8);
	assert_int_equal(verdict_next_write(head(&sample), &pos, &write), 0);
	assert_int_equal(verdict_next_write(head(&sample), &pos, &write), 0);
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
	for (unsigned int bit = PORTAL_NR_ARGS; bit < 32; bit++) {
		head(&sample)->arg_mask = cpu_to_le32(1u << bit);
		assert_int_equal(check_all(&sample, false), -EINVAL);
	}
}

static void test_only_writable_registers_may_be_set(void **state)
{
	struct sample sample;

	(void)state;
	sample_init(&sample);
	for (unsigned int bit = 0; bit < 64; bit++) {
		head(&sample)->reg_mask = cpu_to_le64(1ULL << bit);
		assert_int_equal(check_all(&sample, true), WRITABLE >> bit & 1 ? 0 : -EINVAL);
	}
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
