/* SPDX-License-Identifier: MIT */
/* READ_VEC: several reads in one operation, and forged answers. */
#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "base/bytes.h"
#include "channel_rig.h"
#include "portal/ops/read_vec.h"

#define HEADER	 sizeof(struct portal_wire_result)
#define NODE	 12 /* a pointer and four bytes */
#define NR_NODES 8
#define STRIDE	 1000

static int setup(void **state)
{
	static struct channel_rig rig;

	channel_rig_init(&rig);
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	channel_rig_done(*state);
	return 0;
}

/* a request and its results */
static struct {
	struct read_vec vector;
	struct read_vec_step steps[PORTAL_MAX_STEPS];
	uint8_t bufs[PORTAL_MAX_STEPS][64];
	size_t first;
	ssize_t ret;
	ssize_t again;
} reads;

static void do_read_vec(struct channel_rig *rig, struct session *session)
{
	(void)rig;
	assert_int_equal(read_vec_check(&reads.vector), 0);
	reads.ret = op_read_vec(session, &reads.vector, reads.first);
	if (reads.ret == -EPROTO)
		reads.again = op_read_vec(session, &reads.vector, reads.first);
}

static uint64_t node_address(size_t n)
{
	return RIG_MEMORY + 100 + n * STRIDE;
}

static void put_node(struct channel_rig *rig, size_t n, uint64_t next)
{
	uint8_t *node = rig->memory + 100 + n * STRIDE;

	put_le64(node, next);
	memset(node + 8, 'a' + (int)n, 4);
}

/* Create a list in the task's memory, and the steps that follow it. */
static void make_list(struct channel_rig *rig)
{
	memset(&reads, 0, sizeof(reads));
	reads.vector =
		(struct read_vec){ .steps = reads.steps, .nr = NR_NODES, .pointer_bytes = 8 };
	for (size_t n = 0; n < NR_NODES; n++) {
		put_node(rig, n, n + 1 < NR_NODES ? node_address(n + 1) : 0);
		reads.steps[n] = (struct read_vec_step){
			.len = NODE,
			.base_plus1 = (uint32_t)n,
			.buf = reads.bufs[n],
			.n = 77,
		};
	}
	reads.steps[0].addr = node_address(0);
}

static ssize_t run(struct channel_rig *rig)
{
	channel_rig_run(rig, do_read_vec, NULL);
	return reads.ret;
}

static void expect_nodes(const struct channel_rig *rig, size_t first, size_t end)
{
	for (size_t n = first; n < end; n++) {
		assert_int_equal(reads.steps[n].n, NODE);
		assert_memory_equal(reads.bufs[n], rig->memory + 100 + n * STRIDE, NODE);
	}
}

/* ---- correct answers ---- */

static void test_list_of_eight_nodes_is_one_operation(void **state)
{
	struct channel_rig *rig = *state;

	make_list(rig);
	assert_int_equal(run(rig), NR_NODES);
	expect_nodes(rig, 0, NR_NODES);
	assert_int_equal(channel_rig_stats(rig).operations[PORTAL_OP_READ_VEC], 1);
	assert_int_equal(channel_rig_stats(rig).operations[PORTAL_OP_READ], 0);
	assert_int_equal(channel_rig_stats(rig).bytes_read, NR_NODES * NODE);
}

static void test_reads_continue_after_steps_already_read(void **state)
{
	struct channel_rig *rig = *state;

	for (size_t first = 0; first < NR_NODES; first++) {
		make_list(rig);
		reads.first = first;
		for (size_t n = 0; n < first; n++)
			memcpy(reads.bufs[n], rig->memory + 100 + n * STRIDE, NODE);
		/* for @first > 0 the last step is based on one that is not requested */
		reads.steps[NR_NODES - 1].base_plus1 = first ? 1 : 0;
		reads.steps[NR_NODES - 1].addr = first ? 6 * STRIDE : node_address(7);
		assert_int_equal(run(rig), NR_NODES - first);
		expect_nodes(rig, first, NR_NODES);
	}
}

static void test_null_pointer_ends_the_reads(void **state)
{
	struct channel_rig *rig = *state;

	for (size_t nr = 1; nr < NR_NODES; nr++) {
		make_list(rig);
		put_node(rig, nr - 1, 0);
		assert_int_equal(run(rig), nr);
		expect_nodes(rig, 0, nr);
		assert_int_equal(reads.steps[nr].n, 77);
	}
}

/* The null pointer is in a step that the host has read already: later steps are not requested. */
static void test_known_null_pointer_ends_the_request(void **state)
{
	struct channel_rig *rig = *state;

	make_list(rig);
	reads.first = 1;
	reads.steps[1] = reads.steps[2];
	reads.steps[1].base_plus1 = 0;
	reads.steps[1].addr = node_address(1);
	reads.steps[1].buf = reads.bufs[1];
	reads.steps[4].base_plus1 = 1; /* all bytes of step 0 are zero */
	assert_int_equal(run(rig), 3);
	expect_nodes(rig, 1, 4);
}

static void test_fault_ends_the_reads_with_short_count(void **state)
{
	struct channel_rig *rig = *state;

	for (unsigned int before = 0; before < NODE; before++) {
		make_list(rig);
		put_node(rig, 3, RIG_MEMORY + RIG_MEMORY_SIZE - before);
		assert_int_equal(run(rig), 5);
		expect_nodes(rig, 0, 4);
		assert_int_equal(reads.steps[4].n, before ? (ssize_t)before : -EFAULT);
		assert_int_equal(reads.steps[5].n, 77);
	}
}

static void test_four_byte_pointers(void **state)
{
	struct channel_rig *rig = *state;

	make_list(rig);
	for (size_t n = 0; n < NR_NODES; n++)
		memset(rig->memory + 100 + n * STRIDE + 4, 0xff, 4);
	reads.vector.pointer_bytes = 4;
	assert_int_equal(run(rig), NR_NODES);
	expect_nodes(rig, 0, NR_NODES);
}

static void test_guest_without_read_vec_is_eopnotsupp(void **state)
{
	struct channel_rig *rig = *state;

	make_list(rig);
	fake_lack_op(&rig->guest, PORTAL_OP_READ_VEC);
	assert_int_equal(run(rig), -EOPNOTSUPP);
	assert_int_equal(channel_rig_stats(rig).protocol_errors, 0);
}

/* ---- validation of requests ---- */

static int check(struct read_vec_step one, struct read_vec_step two, unsigned int pointer_bytes)
{
	struct read_vec_step steps[] = { one, two };
	const struct read_vec vector = { .steps = steps, .nr = 2, .pointer_bytes = pointer_bytes };

	return read_vec_check(&vector);
}

static void test_check_bounds(void **state)
{
	const struct read_vec_step plain = { .len = 16 };
	struct read_vec_step steps[PORTAL_MAX_STEPS + 1];
	struct read_vec vector = { .steps = steps, .pointer_bytes = 8 };

	(void)state;
	for (size_t i = 0; i <= PORTAL_MAX_STEPS; i++)
		steps[i] = plain;
	assert_int_equal(read_vec_check(&vector), -EINVAL);
	vector.nr = PORTAL_MAX_STEPS;
	assert_int_equal(read_vec_check(&vector), 0);
	vector.nr++;
	assert_int_equal(read_vec_check(&vector), -EINVAL);

	assert_int_equal(check(plain, (struct read_vec_step){ .len = 0 }, 8), -EINVAL);
	assert_int_equal(check(plain, (struct read_vec_step){ .len = UINT32_MAX }, 8), -EINVAL);
	assert_int_equal(check(plain, (struct read_vec_step){ .len = 1, .at = 1 }, 8), -EINVAL);
	assert_int_equal(check(plain, (struct read_vec_step){ .len = 1, .base_plus1 = 2 }, 8),
			 -EINVAL);
	assert_int_equal(check((struct read_vec_step){ .len = 1, .base_plus1 = 1 }, plain, 8),
			 -EINVAL);
	assert_int_equal(check(plain, (struct read_vec_step){ 0, 1, 1, 8, NULL, 0 }, 8), 0);
	assert_int_equal(check(plain, (struct read_vec_step){ 0, 1, 1, 9, NULL, 0 }, 8), -EINVAL);
	assert_int_equal(check(plain, (struct read_vec_step){ 0, 1, 1, 12, NULL, 0 }, 4), 0);
	assert_int_equal(check(plain, (struct read_vec_step){ 0, 1, 1, 13, NULL, 0 }, 4), -EINVAL);
	assert_int_equal(check(plain, (struct read_vec_step){ 0, 1, 1, UINT32_MAX, NULL, 0 }, 4),
			 -EINVAL);
}

static void test_check_results_fit_the_page(void **state)
{
	(void)state;
	for (uint32_t len = 4024; len <= 4040; len++) {
		bool fits = len <= PORTAL_DATA_SIZE - 3 * HEADER;

		assert_int_equal(check((struct read_vec_step){ .len = len },
				       (struct read_vec_step){ .len = 1 }, 8),
				 fits ? 0 : -EINVAL);
	}
}

/* ---- forged answers ---- */

/* a forged answer to two steps of NODE bytes */
struct forged {
	int64_t size;
	uint8_t data[96];
};

static void tamper(void *ctx, struct portal_region *region)
{
	const struct forged *forged = ctx;

	if ((uint32_t)le64toh(region->op) != PORTAL_RESP_DONE)
		return;
	memcpy(region->data, forged->data, sizeof(forged->data));
	region->size = htole64((uint64_t)forged->size);
}

static void expect_forged(struct channel_rig *rig, struct forged forged, ssize_t expected)
{
	struct fake_session session;
	uint64_t errors;

	assert_int_equal(fake_hello(&rig->guest, 0), 0);
	make_list(rig);
	reads.vector.nr = 2;
	rig->talk = do_read_vec;
	rig->guest.tamper = tamper;
	rig->guest.tamper_ctx = &forged;
	errors = channel_rig_stats(rig).protocol_errors;
	channel_rig_open(rig, &session, 0);
	fake_session_finish(&session);
	rig->guest.tamper = NULL;
	assert_int_equal(reads.ret, expected);
	assert_int_equal(channel_rig_stats(rig).protocol_errors - errors, expected == -EPROTO);
	if (expected == -EPROTO)
		assert_int_equal(reads.again, -ECANCELED);
}

/* Add a result of @len bytes that starts with @pointer. Return: offset of the next result. */
static size_t put_result(struct forged *forged, size_t at, int32_t status, uint32_t len,
			 uint64_t pointer)
{
	put_le32(forged->data + at, (uint32_t)status);
	put_le32(forged->data + at + 4, len);
	if (len >= 8)
		put_le64(forged->data + at + HEADER, pointer);
	forged->size = (int64_t)(at + HEADER + align_up(len, 8));
	return (size_t)forged->size;
}

static struct forged two(int32_t status, uint32_t len, uint64_t pointer, int32_t status2,
			 uint32_t len2)
{
	struct forged forged = { 0 };

	put_result(&forged, put_result(&forged, 0, status, len, pointer), status2, len2, 0);
	return forged;
}

static struct forged one(int32_t status, uint32_t len, uint64_t pointer)
{
	struct forged forged = { 0 };

	put_result(&forged, 0, status, len, pointer);
	return forged;
}

static void test_plausible_forged_answers_are_accepted(void **state)
{
	expect_forged(*state, two(0, NODE, 1, 0, NODE), 2);
	expect_forged(*state, two(0, NODE, 1, -EFAULT, 3), 2);
	expect_forged(*state, two(0, NODE, 1, -EFAULT, 0), 2);
	expect_forged(*state, one(0, NODE, 0), 1);
	expect_forged(*state, one(-EFAULT, 11, 1), 1);
	expect_forged(*state, one(-EFAULT, 0, 0), 1);
}

static void test_answer_ending_at_wrong_step_is_eproto(void **state)
{
	const struct forged nothing = { 0 };

	expect_forged(*state, nothing, -EPROTO);
	expect_forged(*state, one(0, NODE, 1), -EPROTO);	     /* its pointer is not null */
	expect_forged(*state, two(0, NODE, 0, 0, NODE), -EPROTO);    /* its pointer is null */
	expect_forged(*state, two(-EFAULT, 8, 1, 0, NODE), -EPROTO); /* after a fault */
	expect_forged(*state, two(-EFAULT, 0, 1, -EFAULT, 0), -EPROTO);
}

static void test_answer_invalid_length_or_status_is_eproto(void **state)
{
	expect_forged(*state, one(0, NODE - 1, 0), -EPROTO);
	expect_forged(*state, one(0, NODE + 1, 0), -EPROTO);
	expect_forged(*state, one(-EFAULT, NODE, 0), -EPROTO);
	expect_forged(*state, one(-EFAULT, NODE + 1, 0), -EPROTO);
	expect_forged(*state, one(-EINVAL, 0, 0), -EPROTO);
	expect_forged(*state, one(1, 0, 0), -EPROTO);
	expect_forged(*state, two(0, NODE, 1, 0, UINT32_MAX), -EPROTO);
	expect_forged(*state, two(0, NODE, 1, -EFAULT, UINT32_MAX - 7), -EPROTO);
}

static void test_answer_truncated_at_every_byte_is_eproto(void **state)
{
	struct forged forged = two(0, NODE, 1, 0, NODE);
	int64_t whole = forged.size;

	for (forged.size = 0; forged.size < whole; forged.size++)
		expect_forged(*state, forged, -EPROTO);
	expect_forged(*state, forged, 2);
	forged.size = whole + 1;
	expect_forged(*state, forged, -EPROTO);
	forged.size = whole + 8;
	expect_forged(*state, forged, -EPROTO);
	forged.size = PORTAL_DATA_SIZE + 1;
	expect_forged(*state, forged, -EPROTO);
}

static void test_answer_nonzero_padding_is_eproto(void **state)
{
	for (size_t i = HEADER + NODE; i < HEADER + 16; i++) {
		struct forged forged = two(0, NODE, 1, 0, NODE);

		forged.data[i] = 1;
		expect_forged(*state, forged, -EPROTO);
	}
}

#define VECTOR_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VECTOR_TEST(test_list_of_eight_nodes_is_one_operation),
		VECTOR_TEST(test_reads_continue_after_steps_already_read),
		VECTOR_TEST(test_null_pointer_ends_the_reads),
		VECTOR_TEST(test_known_null_pointer_ends_the_request),
		VECTOR_TEST(test_fault_ends_the_reads_with_short_count),
		VECTOR_TEST(test_four_byte_pointers),
		VECTOR_TEST(test_guest_without_read_vec_is_eopnotsupp),
		cmocka_unit_test(test_check_bounds),
		cmocka_unit_test(test_check_results_fit_the_page),
		VECTOR_TEST(test_plausible_forged_answers_are_accepted),
		VECTOR_TEST(test_answer_ending_at_wrong_step_is_eproto),
		VECTOR_TEST(test_answer_invalid_length_or_status_is_eproto),
		VECTOR_TEST(test_answer_truncated_at_every_byte_is_eproto),
		VECTOR_TEST(test_answer_nonzero_padding_is_eproto),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
