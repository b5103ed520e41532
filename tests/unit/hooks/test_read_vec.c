/* SPDX-License-Identifier: MIT */
/* portal_read_vec(): each step gives what portal_read_bytes() would read, with fewer calls. */
#include "rig.h"

#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "base/bytes.h"

#define MEMORY	 0x10000ull
#define NR_NODES 8
#define NODE	 16 /* the pointer at byte 4 */
#define STRIDE	 1000
#define HEAD	 MEMORY

static struct rig rig;
static uint8_t *memory;

/* parameters and results of the callback */
static struct {
	int ret;
	ssize_t n[NR_NODES];
	uint8_t bytes[NR_NODES][NODE];
	void (*before)(struct portal_ctx *ctx);
	void (*change)(struct portal_step *steps);
	size_t nr;
} walk;

static uint64_t node_address(size_t n)
{
	return HEAD + n * STRIDE;
}

static uint8_t *node(size_t n)
{
	return memory + n * STRIDE;
}

static void make_list(unsigned int pointer_bytes)
{
	for (size_t n = 0; n < NR_NODES; n++) {
		memset(node(n), 'a' + (int)n, NODE);
		put_le64(node(n) + 4, n + 1 < NR_NODES ? node_address(n + 1) : 0);
		if (pointer_bytes == 4)
			memset(node(n) + 8, 'a' + (int)n, 4);
	}
}

static int setup(void **state)
{
	(void)state;
	memset(&walk, 0, sizeof(walk));
	walk.nr = NR_NODES;
	rig_init(&rig, 4, 1);
	memory = fake_map(&rig.task, MEMORY, 8192, FAKE_READ | FAKE_WRITE);
	make_list(8);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_done(&rig);
	return 0;
}

static int follow(struct portal_ctx *ctx, void *data)
{
	struct portal_step steps[NR_NODES];

	(void)data;
	for (uint32_t n = 0; n < NR_NODES; n++)
		steps[n] = (struct portal_step){
			.len = NODE,
			.flags = n ? PORTAL_STEP_F_BASED : 0,
			.base = n ? n - 1 : 0,
			.at = n ? 4 : 0,
			.buf = walk.bytes[n],
			.n = 77,
		};
	steps[0].addr = HEAD;
	if (walk.before)
		walk.before(ctx);
	if (walk.change)
		walk.change(steps);
	walk.ret = portal_read_vec(ctx, steps, walk.nr);
	for (size_t n = 0; n < NR_NODES; n++)
		walk.n[n] = steps[n].n;
	return 0;
}

static void run(uint32_t flags, const struct portal_fetch *fetch, uint32_t nr_fetch)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "ioctl", .flags = flags,
		.fetch = fetch,		  .nr_fetch = nr_fetch,	   .fn = follow,
	};

	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	rig_call(&rig, "ioctl", 3, 0x89f1, HEAD);
}

static void expect_operations(unsigned int vec, unsigned int read)
{
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ_VEC], vec);
	assert_int_equal(rig_channel_stats(&rig).operations[PORTAL_OP_READ], read);
	assert_int_equal(rig_channel_stats(&rig).protocol_errors, 0);
}

static void expect_nodes(size_t nr)
{
	assert_int_equal(walk.ret, nr);
	for (size_t n = 0; n < nr; n++) {
		assert_int_equal(walk.n[n], NODE);
		assert_memory_equal(walk.bytes[n], node(n), NODE);
	}
}

static void expect_not_reached(size_t from)
{
	for (size_t n = from; n < NR_NODES; n++)
		assert_int_equal(walk.n[n], -ENODATA);
}

/* ---- one operation ---- */

static void test_vec_eight_nodes_are_one_operation(void **state)
{
	(void)state;
	run(0, NULL, 0);
	expect_nodes(NR_NODES);
	expect_operations(1, 0);
}

static void test_vec_32_bit_task_has_4_byte_pointers(void **state)
{
	struct fake_session session;
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = follow,
	};

	(void)state;
	rig_hooks(&rig, "test", 0, &hook, 1);
	rig_boot(&rig);
	memory = fake_map(&rig.task32, MEMORY, 8192, FAKE_READ | FAKE_WRITE);
	make_list(4);
	rig_open_call(&rig, &session, &rig.task32, "ioctl", 3);
	fake_session_finish(&session);
	expect_nodes(NR_NODES);
	expect_operations(1, 0);
}

static void test_vec_null_pointer_ends_the_reads(void **state)
{
	(void)state;
	put_le64(node(4) + 4, 0);
	run(0, NULL, 0);
	expect_nodes(5);
	expect_not_reached(5);
	expect_operations(1, 0);
}

static void test_vec_fault_ends_the_reads(void **state)
{
	(void)state;
	put_le64(node(4) + 4, MEMORY + 8192 - 3);
	run(0, NULL, 0);
	expect_nodes(5);
	assert_int_equal(walk.n[5], 3);
	expect_not_reached(6);
	rig_call(&rig, "ioctl", 3, 0x89f1, HEAD);
	put_le64(node(4) + 4, 1);
	rig_call(&rig, "ioctl", 3, 0x89f1, HEAD);
	expect_nodes(5);
	assert_int_equal(walk.n[5], -EFAULT);
	expect_operations(3, 0);
}

static void test_vec_unsupported_reads_step_by_step(void **state)
{
	(void)state;
	fake_lack_op(&rig.guest, PORTAL_OP_READ_VEC);
	put_le64(node(4) + 4, 1);
	run(0, NULL, 0);
	expect_nodes(5);
	assert_int_equal(walk.n[5], -EFAULT);
	expect_not_reached(6);
	expect_operations(0, 6);
}

/* ---- declared memory ---- */

static const struct portal_fetch of_head[] = {
	{ .what = PORTAL_FETCH_MEM, .arg = 2, .max = NODE },
	{ .what = PORTAL_FETCH_PTR_MEM, .arg = 2, .offset = 4, .max = NODE },
};

static const struct portal_fetch of_all[] = {
	{ .what = PORTAL_FETCH_MEM, .arg = 2, .max = 2500 },
};

static void test_vec_declared_nodes_are_not_requested(void **state)
{
	(void)state;
	run(0, of_head, ARRAY_SIZE(of_head));
	expect_nodes(NR_NODES);
	expect_operations(1, 0);
	/* only the first two nodes are declared */
	put_le64(node(2) + 4, 0);
	walk.nr = 2;
	rig_call(&rig, "ioctl", 3, 0x89f1, HEAD);
	expect_nodes(2);
	expect_operations(1, 0);
}

static void test_vec_declared_completely_costs_no_operation(void **state)
{
	(void)state;
	put_le64(node(2) + 4, 0);
	run(0, of_all, ARRAY_SIZE(of_all));
	expect_nodes(3);
	expect_not_reached(3);
	expect_operations(0, 0);
}

static void test_vec_declared_fault_is_returned(void **state)
{
	static const struct portal_fetch fetch[] = {
		{ .what = PORTAL_FETCH_PTR_MEM, .arg = 2, .offset = 4, .max = NODE },
		{ .what = PORTAL_FETCH_MEM, .arg = 2, .max = NODE },
	};

	(void)state;
	put_le64(node(0) + 4, MEMORY + 8192 - 5);
	run(0, fetch, ARRAY_SIZE(fetch));
	expect_nodes(1);
	assert_int_equal(walk.n[1], 5);
	expect_not_reached(2);
	expect_operations(0, 0);
}

/* ---- the hook's own writes ---- */

static void write_pointer(struct portal_ctx *ctx)
{
	assert_int_equal(portal_write_ptr(ctx, node_address(2) + 4, node_address(5)), 0);
}

/* nodes 0, 1, 2, 5, 6, 7 */
static void expect_shortcut(void)
{
	static const size_t order[] = { 0, 1, 2, 5, 6, 7 };

	assert_int_equal(walk.ret, ARRAY_SIZE(order));
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		assert_int_equal(walk.n[i], NODE);
		assert_memory_equal(walk.bytes[i], node(order[i]), NODE);
	}
	expect_not_reached(ARRAY_SIZE(order));
}

static void test_vec_own_writes_are_followed(void **state)
{
	(void)state;
	walk.before = write_pointer;
	run(0, NULL, 0);
	expect_shortcut();
	expect_operations(1, 0);
}

static void test_vec_own_writes_to_declared_nodes_are_followed(void **state)
{
	static const struct portal_fetch fetch[] = {
		{ .what = PORTAL_FETCH_MEM, .arg = 2, .offset = 2 * STRIDE, .max = NODE },
		{ .what = PORTAL_FETCH_MEM, .arg = 2, .max = STRIDE + NODE },
	};

	(void)state;
	walk.before = write_pointer;
	run(0, fetch, ARRAY_SIZE(fetch));
	expect_shortcut();
	expect_operations(1, 0);
}

/* The guest does not know the staged pointer, so following it takes another operation. */
static void test_vec_staged_pointers_are_followed(void **state)
{
	(void)state;
	walk.before = write_pointer;
	run(PORTAL_HOOK_DEFER_WRITES, NULL, 0);
	expect_shortcut(); /* the verdict has written the pointer by now */
	expect_operations(2, 0);
}

static void write_null(struct portal_ctx *ctx)
{
	assert_int_equal(portal_write_ptr(ctx, node_address(2) + 4, 0), 0);
}

static void test_vec_staged_null_ends_the_reads(void **state)
{
	(void)state;
	walk.before = write_null;
	run(PORTAL_HOOK_DEFER_WRITES, NULL, 0);
	expect_nodes(3);
	expect_not_reached(3);
	expect_operations(1, 0);
}

static void write_over_null(struct portal_ctx *ctx)
{
	assert_int_equal(portal_write_ptr(ctx, node_address(4) + 4, node_address(5)), 0);
}

static void test_vec_staged_pointer_over_null_continues(void **state)
{
	(void)state;
	put_le64(node(4) + 4, 0);
	walk.before = write_over_null;
	run(PORTAL_HOOK_DEFER_WRITES, NULL, 0);
	expect_nodes(NR_NODES);
	expect_operations(2, 0);
}

static void stage_unmapped_node(struct portal_ctx *ctx)
{
	uint8_t bytes[NODE];

	memset(bytes, 's', sizeof(bytes));
	put_le64(bytes + 4, node_address(1));
	assert_int_equal(portal_write_bytes(ctx, 0x900000, bytes, NODE), NODE);
}

/* As in portal_read_bytes(): completely staged bytes are not read from the guest. */
static void test_vec_staged_node_hides_a_fault(void **state)
{
	(void)state;
	put_le64(node(0) + 4, 0x900000);
	walk.before = stage_unmapped_node;
	run(PORTAL_HOOK_DEFER_WRITES, NULL, 0);
	assert_int_equal(walk.ret, NR_NODES);
	for (size_t n = 2; n < NR_NODES; n++)
		assert_memory_equal(walk.bytes[n], node(n - 1), NODE);
	assert_int_equal(walk.bytes[1][0], 's');
	expect_operations(2, 0);
}

/* ---- invalid steps ---- */

static void set_unknown_flag(struct portal_step *steps)
{
	steps[3].flags |= PORTAL_STEP_F_BASED << 1;
}

static void set_base_without_flag(struct portal_step *steps)
{
	steps[3].flags = 0;
	steps[3].at = 0;
}

static void set_later_base(struct portal_step *steps)
{
	steps[3].base = 3;
}

static void set_no_length(struct portal_step *steps)
{
	steps[7].len = 0;
}

static void set_pointer_beyond(struct portal_step *steps)
{
	steps[3].at = NODE - 7;
}

static void set_too_long(struct portal_step *steps)
{
	steps[7].len = PORTAL_DATA_SIZE - 7 * (NODE + 8) - 8 + 1;
}

static void test_vec_invalid_steps_are_einval_and_read_nothing(void **state)
{
	static void (*const changes[])(struct portal_step * steps) = {
		set_unknown_flag, set_base_without_flag, set_later_base,
		set_no_length,	  set_pointer_beyond,	 set_too_long,
	};

	(void)state;
	run(0, NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		walk.change = changes[i];
		rig_call(&rig, "ioctl", 3, 0x89f1, HEAD);
		assert_int_equal(walk.ret, -EINVAL);
		assert_int_equal(walk.n[0], 77);
	}
	walk.change = NULL;
	walk.nr = 0;
	rig_call(&rig, "ioctl", 3, 0x89f1, HEAD);
	assert_int_equal(walk.ret, -EINVAL);
	walk.nr = 33;
	rig_call(&rig, "ioctl", 3, 0x89f1, HEAD);
	assert_int_equal(walk.ret, -EINVAL);
	walk.nr = SIZE_MAX;
	rig_call(&rig, "ioctl", 3, 0x89f1, HEAD);
	assert_int_equal(walk.ret, -EINVAL);
	expect_operations(1, 0);
}

static void test_vec_of_a_killed_task_is_ecanceled(void **state)
{
	(void)state;
	rig.task.killed = true;
	run(0, NULL, 0);
	assert_int_equal(walk.ret, -ECANCELED);
}

#define VEC_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VEC_TEST(test_vec_eight_nodes_are_one_operation),
		VEC_TEST(test_vec_32_bit_task_has_4_byte_pointers),
		VEC_TEST(test_vec_null_pointer_ends_the_reads),
		VEC_TEST(test_vec_fault_ends_the_reads),
		VEC_TEST(test_vec_unsupported_reads_step_by_step),
		VEC_TEST(test_vec_declared_nodes_are_not_requested),
		VEC_TEST(test_vec_declared_completely_costs_no_operation),
		VEC_TEST(test_vec_declared_fault_is_returned),
		VEC_TEST(test_vec_own_writes_are_followed),
		VEC_TEST(test_vec_own_writes_to_declared_nodes_are_followed),
		VEC_TEST(test_vec_staged_pointers_are_followed),
		VEC_TEST(test_vec_staged_null_ends_the_reads),
		VEC_TEST(test_vec_staged_pointer_over_null_continues),
		VEC_TEST(test_vec_staged_node_hides_a_fault),
		VEC_TEST(test_vec_invalid_steps_are_einval_and_read_nothing),
		VEC_TEST(test_vec_of_a_killed_task_is_ecanceled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
