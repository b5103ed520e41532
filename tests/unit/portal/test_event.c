/* SPDX-License-Identifier: MIT */
/* Parsing of events: the header, the ids, each kind of body; limits and violations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "portal/event.h"

static const struct hello guest = { .abi = PORTAL_ABI_X86_64, .compat_abi = PORTAL_ABI_I386 };

/**
 * struct sample - a valid event, to be changed before it is parsed
 * @nr_ids: entries of @ids in the event; the header's nr_hooks is apart from it
 * @call, @error, @missed: the body, by the kind
 * @nr_regs: registers that follow the body
 * @tail: bytes behind the body
 */
struct sample {
	struct portal_wire_event head;
	uint32_t nr_ids;
	uint32_t ids[PORTAL_MAX_HOOKS + 2];
	struct portal_wire_syscall call;
	struct portal_wire_error error;
	struct portal_wire_missed missed;
	size_t nr_regs;
	size_t tail;
};

static struct sample good(uint16_t kind)
{
	return (struct sample){
		.head = {
			.kind = htole16(kind),
			.newest = htole64(7),
			.start_time = htole64(123456789),
			.pid = htole32(10),
			.tid = htole32(11),
			.pgd = htole64(0x5000),
			.cpu = htole32(3),
			.nr_hooks = htole32(1),
			.comm = "httpd",
		},
		.nr_ids = 1,
		.ids = { 42 },
		.call = {
			.nr = htole32(16),
			.abi = htole16(PORTAL_ABI_X86_64),
			.pointer_size = 8,
			.nr_args = 6,
			.ret = htole64((uint64_t)-2),
			.pc = htole64(0x400000),
			.args = { htole64(1), htole64(2) },
		},
		.error = {
			.kind = htole16(PORTAL_EVENT_SYSCALL_RETURN),
			.err = htole32((uint32_t)-EFAULT),
			.addr = htole64(0x1234),
		},
		.missed = {
			.reason = htole32(PORTAL_MISSED_NO_PAGE),
			.kind = htole32(PORTAL_EVENT_SYSCALL_ENTER),
			.nr = htole32(16),
			.count = htole64(5),
		},
	};
}

static void append(uint8_t *bytes, size_t *size, const void *from, size_t len)
{
	memcpy(bytes + *size, from, len);
	*size += len;
}

static size_t encode(const struct sample *sample, uint8_t *bytes)
{
	const uint16_t kind = le16toh(sample->head.kind);
	size_t size = 0;

	append(bytes, &size, &sample->head, sizeof(sample->head));
	for (uint32_t i = 0; i < sample->nr_ids; i++) {
		put_le32(bytes + size, sample->ids[i]);
		size += 4;
	}
	while (size % 8 != 0)
		bytes[size++] = 0;
	if (kind == PORTAL_EVENT_ERROR)
		append(bytes, &size, &sample->error, sizeof(sample->error));
	if (kind == PORTAL_EVENT_MISSED)
		append(bytes, &size, &sample->missed, sizeof(sample->missed));
	else
		append(bytes, &size, &sample->call, sizeof(sample->call));
	for (uint64_t i = 0; i < sample->nr_regs; i++) {
		put_le64(bytes + size, i);
		size += 8;
	}
	memset(bytes + size, 0, sample->tail);
	return size + sample->tail;
}

static _Alignas(8) uint8_t encoded[PORTAL_DATA_SIZE];

static int parse(const struct sample *sample, struct guest_event *ret_event)
{
	return event_parse(encoded, encode(sample, encoded), &guest, ret_event);
}

static void assert_bad(const struct sample *sample)
{
	struct guest_event event;

	assert_int_equal(parse(sample, &event), -EPROTO);
}

static void assert_good(const struct sample *sample)
{
	struct guest_event event;

	assert_int_equal(parse(sample, &event), 0);
}

static void test_event_call_is_parsed(void **state)
{
	const struct sample sample = good(PORTAL_EVENT_SYSCALL_RETURN);
	struct guest_event event;

	(void)state;
	assert_int_equal(parse(&sample, &event), 0);
	assert_true(event_is_call(&event));
	assert_int_equal(event.pid, 10);
	assert_int_equal(event.tid, 11);
	assert_int_equal(event.cpu, 3);
	assert_int_equal(event.newest, 7);
	assert_int_equal(event.start_time, 123456789);
	assert_int_equal(event.pgd, 0x5000);
	assert_string_equal(event.comm, "httpd");
	assert_int_equal(event.nr_hooks, 1);
	assert_int_equal(event.hooks[0], 42);
	assert_true(event.call.is_return);
	assert_false(event.call.is_compat);
	assert_int_equal(event.call.nr, 16);
	assert_int_equal(event.call.ret, -2);
	assert_int_equal(event.call.pc, 0x400000);
	assert_int_equal(event.call.args[1], 2);
	assert_int_equal(event.call.args[7], 0);
	assert_null(event.call.regs);
}

static void test_event_truncated_anywhere_is_eproto(void **state)
{
	static const uint16_t kinds[] = { PORTAL_EVENT_SYSCALL_ENTER, PORTAL_EVENT_SYSCALL_RETURN,
					  PORTAL_EVENT_ERROR, PORTAL_EVENT_MISSED };
	struct guest_event event;

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct sample sample = good(kinds[k]);
		size_t whole = encode(&sample, encoded);

		for (size_t size = 0; size < whole; size++) {
			/* a separate allocation, so that ASan detects a read past the end */
			void *copy = malloc(size + 1);

			memcpy(copy, encoded, size);
			assert_int_equal(event_parse(copy, size, &guest, &event), -EPROTO);
			free(copy);
		}
	}
}

static void test_event_bytes_behind_the_body_are_eproto(void **state)
{
	static const uint16_t kinds[] = { PORTAL_EVENT_SYSCALL_ENTER, PORTAL_EVENT_ERROR,
					  PORTAL_EVENT_MISSED };

	(void)state;
	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		struct sample sample = good(kinds[k]);

		assert_good(&sample);
		sample.tail = 8;
		assert_bad(&sample);
	}
}

static void test_event_header_is_checked(void **state)
{
	struct sample sample = good(PORTAL_EVENT_SYSCALL_ENTER);

	(void)state;
	sample.head.context = htole16(PORTAL_CONTEXT_IRQ);
	assert_good(&sample);
	sample.head.context = htole16(PORTAL_CONTEXT_IRQ + 1);
	assert_bad(&sample);
	sample = good(PORTAL_EVENT_SYSCALL_ENTER);
	sample.head.flags = htole32(PORTAL_EVENT_FLAGS + 1);
	assert_bad(&sample);
	sample = good(PORTAL_EVENT_SYSCALL_ENTER);
	sample.head.reserved = htole32(1);
	assert_bad(&sample);
	sample = good(PORTAL_EVENT_SYSCALL_ENTER);
	memset(sample.head.comm, 'c', sizeof(sample.head.comm));
	assert_bad(&sample);
}

static void set_ids(struct sample *sample, uint32_t nr)
{
	sample->head.nr_hooks = htole32(nr);
	sample->nr_ids = nr;
	for (uint32_t i = 0; i < nr; i++)
		sample->ids[i] = 1000 + i;
}

static void test_event_has_1_to_64_different_ids(void **state)
{
	struct sample sample = good(PORTAL_EVENT_SYSCALL_ENTER);
	struct guest_event event;

	(void)state;
	for (uint32_t nr = 1; nr <= PORTAL_MAX_HOOKS; nr++) {
		set_ids(&sample, nr);
		assert_int_equal(parse(&sample, &event), 0);
		assert_int_equal(event.nr_hooks, nr);
		assert_int_equal(event.hooks[nr - 1], 1000 + nr - 1);
	}
	set_ids(&sample, PORTAL_MAX_HOOKS + 1);
	assert_bad(&sample);
	set_ids(&sample, 0);
	assert_bad(&sample);
	sample.head.nr_hooks = htole32(UINT32_MAX);
	assert_bad(&sample);
	set_ids(&sample, 3);
	sample.ids[2] = 0;
	assert_bad(&sample);
	sample.ids[2] = sample.ids[0];
	assert_bad(&sample);
	/* the padding of an odd number of ids */
	set_ids(&sample, 2);
	sample.head.nr_hooks = htole32(1);
	assert_bad(&sample);
}

static void test_event_call_fields_are_checked(void **state)
{
	const struct sample valid = good(PORTAL_EVENT_SYSCALL_ENTER);
	struct sample sample = valid;

	(void)state;
	sample.call.abi = htole16(PORTAL_ABI_NONE);
	assert_bad(&sample);
	sample = valid;
	sample.call.flags = htole16(PORTAL_SYSCALL_FLAGS + 1);
	assert_bad(&sample);
	sample = valid;
	sample.call.byte_order = PORTAL_BIG_ENDIAN + 1;
	assert_bad(&sample);
	sample = valid;
	sample.call.nr_args = PORTAL_NR_ARGS + 1;
	assert_bad(&sample);
	sample = valid;
	sample.call.pointer_size = 0;
	assert_bad(&sample);
	sample.call.pointer_size = 2;
	assert_bad(&sample);
	sample.call.pointer_size = 4;
	assert_good(&sample);
}

static void test_event_call_ends_as_its_stage_allows(void **state)
{
	static const struct {
		uint16_t kind;
		uint8_t last;
	} stages[] = {
		{ PORTAL_EVENT_SYSCALL_ENTER, PORTAL_CALL_END_NO_RETURN },
		{ PORTAL_EVENT_SYSCALL_RETURN, PORTAL_CALL_END_RESTARTS },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		struct sample sample = good(stages[i].kind);

		for (unsigned int end = 0; end <= UINT8_MAX; end++) {
			sample.call.end = (uint8_t)end;
			if (end <= stages[i].last)
				assert_good(&sample);
			else
				assert_bad(&sample);
		}
	}
}

static void test_event_has_all_registers_or_none(void **state)
{
	struct sample sample = good(PORTAL_EVENT_SYSCALL_ENTER);
	struct guest_event event;

	(void)state;
	sample.call.nr_regs = htole32(PORTAL_NR_REGS);
	assert_bad(&sample);
	sample.nr_regs = PORTAL_NR_REGS;
	assert_int_equal(parse(&sample, &event), 0);
	assert_int_equal(get_le64(event.call.regs + 8 * 35), 35);
	sample.call.nr_regs = htole32(1);
	assert_bad(&sample);
	sample.call.nr_regs = 0;
	assert_bad(&sample);
}

static void test_event_of_a_foreign_program_is_parsed(void **state)
{
	struct sample sample = good(PORTAL_EVENT_SYSCALL_ENTER);
	struct guest_event event;

	(void)state;
	sample.call.abi = htole16(77);
	sample.call.byte_order = PORTAL_BIG_ENDIAN;
	sample.call.pointer_size = 4;
	sample.call.nr_args = 8;
	sample.call.base = htole64(0x6dc80000);
	sample.call.args[7] = htole64(8);
	assert_int_equal(parse(&sample, &event), 0);
	assert_false(event.call.is_compat);
	assert_int_equal(event.call.byte_order, PORTAL_BIG_ENDIAN);
	assert_int_equal(event.call.base, 0x6dc80000);
	assert_int_equal(event.call.args[7], 8);
}

static void test_event_error_must_be_an_errno_of_one_hook(void **state)
{
	static const struct {
		int err, ret;
	} errors[] = {
		{ 0, -EPROTO }, { 1, -EPROTO }, { -1, 0 }, { -4095, 0 }, { -4096, -EPROTO }
	};
	struct sample sample = good(PORTAL_EVENT_ERROR);
	struct guest_event event;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		sample.error.err = htole32((uint32_t)errors[i].err);
		assert_int_equal(parse(&sample, &event), errors[i].ret);
	}
	sample = good(PORTAL_EVENT_ERROR);
	assert_int_equal(parse(&sample, &event), 0);
	assert_int_equal(event.error.err, -EFAULT);
	assert_int_equal(event.error.addr, 0x1234);
	assert_true(event.call.is_return);
	assert_int_equal(event.call.nr, 16);
	set_ids(&sample, 2);
	assert_bad(&sample);
	sample = good(PORTAL_EVENT_ERROR);
	sample.error.kind = htole16(PORTAL_EVENT_ERROR);
	assert_bad(&sample);
	sample.error.kind = htole16(PORTAL_EVENT_SYSCALL_ENTER);
	assert_good(&sample);
	sample.error.reserved = htole16(1);
	assert_bad(&sample);
}

static void test_event_missed_has_a_reason_and_a_count(void **state)
{
	struct sample sample = good(PORTAL_EVENT_MISSED);
	struct guest_event event;

	(void)state;
	assert_int_equal(parse(&sample, &event), 0);
	assert_int_equal(event.missed.count, 5);
	assert_int_equal(event.missed.reason, PORTAL_MISSED_NO_PAGE);
	assert_int_equal(event.missed.nr, 16);
	sample.missed.reason = 0;
	assert_bad(&sample);
	sample.missed.reason = htole32(PORTAL_MISSED_REFUSED + 1);
	assert_bad(&sample);
	sample = good(PORTAL_EVENT_MISSED);
	sample.missed.count = 0;
	assert_bad(&sample);
}

static void test_event_of_an_unknown_kind_has_a_checked_header(void **state)
{
	struct sample sample = good(1000);
	struct guest_event event;

	(void)state;
	sample.head.context = htole16(PORTAL_CONTEXT_ATOMIC);
	sample.tail = 100;
	assert_int_equal(parse(&sample, &event), 0);
	assert_int_equal(event.kind, 1000);
	assert_int_equal(event.context, PORTAL_CONTEXT_ATOMIC);
	assert_false(event_is_call(&event));
	assert_int_equal(event.items.nr, 0);
	sample.ids[0] = 0;
	assert_bad(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_call_is_parsed),
		cmocka_unit_test(test_event_truncated_anywhere_is_eproto),
		cmocka_unit_test(test_event_bytes_behind_the_body_are_eproto),
		cmocka_unit_test(test_event_header_is_checked),
		cmocka_unit_test(test_event_has_1_to_64_different_ids),
		cmocka_unit_test(test_event_call_fields_are_checked),
		cmocka_unit_test(test_event_call_ends_as_its_stage_allows),
		cmocka_unit_test(test_event_has_all_registers_or_none),
		cmocka_unit_test(test_event_of_a_foreign_program_is_parsed),
		cmocka_unit_test(test_event_error_must_be_an_errno_of_one_hook),
		cmocka_unit_test(test_event_missed_has_a_reason_and_a_count),
		cmocka_unit_test(test_event_of_an_unknown_kind_has_a_checked_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
