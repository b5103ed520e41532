/* SPDX-License-Identifier: MIT */
/* The loop of a session: which CPU makes its calls, of which kind, when its task moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <portal/ops.h>

#include "arch/doorbell.h"
#include "fake_kernel.h"
#include "ops/op.h"
#include "ops/session.h"

#define MAX_CALLS 8
#define HOME	  1u /* the CPU of the first call */

/* a call of the doorbell: the CPU that made it, and whether in an inter-processor call */
struct call {
	u32 kind;
	unsigned int cpu;
	bool is_ipi;
	u64 op;
};

/*
 * @cpu_after: CPU of the task after each operation
 * @nr_ops: operations that the host requests before it ends the session
 * @refused: number of the call that the host refuses, from 1 on; 0: none
 */
static struct {
	struct call calls[MAX_CALLS];
	unsigned int nr_calls, nr_ops, refused;
	unsigned int cpu_after[MAX_CALLS];
	unsigned int nr_served;
	struct task_struct task;
	struct portal_region region;
	u8 scratch[PORTAL_PAGE_SIZE];
	struct pool_page page;
	struct guest_session session;
} rig;

bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind)
{
	struct call *call = &rig.calls[rig.nr_calls++];
	u64 generation = le64_to_cpu(rig.region.op) & ~0xffffffffull;

	assert_true(rig.nr_calls <= MAX_CALLS);
	assert_int_equal(gpa, 0x5000);
	assert_int_equal(index, 7);
	*call = (struct call){
		.kind = kind,
		.cpu = fake_kernel_cpu(),
		.is_ipi = fake_kernel_is_in_call(),
		.op = le64_to_cpu(rig.region.op),
	};
	if (rig.nr_calls == rig.refused)
		return false;
	rig.region.op = cpu_to_le64(
		generation | (rig.nr_calls <= rig.nr_ops ? PORTAL_OP_PROC_PID : PORTAL_OP_NONE));
	rig.region.addr = 0;
	rig.region.size = cpu_to_le64(sizeof(struct portal_wire_request));
	memset(rig.region.data, 0, sizeof(struct portal_wire_request));
	return true;
}

/* Every operation takes the task to the next CPU of the test. */
static s64 serve(void)
{
	rig.task.cpu = rig.cpu_after[rig.nr_served++];
	return 0;
}

#define HANDLER(NAME, name, number, least, most) \
	s64 op_##name(struct op *op)             \
	{                                        \
		(void)op;                        \
		return serve();                  \
	}

PORTAL_ANSWERED_OPS(HANDLER)

static int setup(void **state)
{
	(void)state;
	fake_kernel_reset();
	memset(&rig, 0, sizeof(rig));
	rig.task = (struct task_struct){ .cpu = HOME, .pid = 99, .comm = "victim" };
	fake_current = &rig.task;
	rig.page = (struct pool_page){
		.region = &rig.region,
		.scratch = rig.scratch,
		.gpa = 0x5000,
		.index = 7,
		.generation = 40,
	};
	rig.session.page = &rig.page;
	return 0;
}

static int run(void)
{
	return session_run(&rig.session, PORTAL_CALL_EVENT, PORTAL_OPEN_EVENT, 0);
}

static void assert_call(unsigned int i, u32 kind, unsigned int cpu, bool is_ipi)
{
	assert_int_equal(rig.calls[i].kind, kind);
	assert_int_equal(rig.calls[i].cpu, cpu);
	assert_int_equal(rig.calls[i].is_ipi, is_ipi);
}

static void test_task_that_stays_makes_all_calls_itself(void **state)
{
	(void)state;
	rig.nr_ops = 2;
	rig.cpu_after[0] = rig.cpu_after[1] = HOME;
	assert_int_equal(run(), 0);
	assert_int_equal(rig.nr_calls, 3);
	assert_call(0, PORTAL_CALL_EVENT, HOME, false);
	assert_call(1, PORTAL_CALL_ANSWER, HOME, false);
	assert_call(2, PORTAL_CALL_ANSWER, HOME, false);
	assert_int_equal(fake_kernel.nr_warnings, 0);
}

static void test_task_that_moves_answers_by_its_first_cpu(void **state)
{
	(void)state;
	rig.nr_ops = 4;
	rig.cpu_after[0] = 2;
	rig.cpu_after[1] = HOME;
	rig.cpu_after[2] = 0;
	rig.cpu_after[3] = 3;
	assert_int_equal(run(), 0);
	assert_int_equal(rig.nr_calls, 5);
	assert_call(0, PORTAL_CALL_EVENT, HOME, false);
	assert_call(1, PORTAL_CALL_ANSWER_REMOTE, HOME, true);
	assert_call(2, PORTAL_CALL_ANSWER, HOME, false);
	assert_call(3, PORTAL_CALL_ANSWER_REMOTE, HOME, true);
	assert_call(4, PORTAL_CALL_ANSWER_REMOTE, HOME, true);
}

static void test_offline_cpu_cancels_the_session(void **state)
{
	(void)state;
	rig.nr_ops = 2;
	rig.cpu_after[0] = 2;
	fake_kernel.offline[HOME] = true;
	assert_int_equal(run(), -ENXIO);
	assert_int_equal(rig.nr_calls, 2);
	assert_call(1, PORTAL_CALL_CANCEL, 2, false);
	assert_int_equal(rig.calls[1].op, 41ull << 32 | PORTAL_RESP_CANCELLED);
	assert_int_equal(fake_kernel.nr_warnings, 1);
	assert_string_equal(fake_kernel.warning, "CPU 1 went offline during a session of victim "
						 "[99]: it is cancelled\n");
}

static void test_cancel_that_is_refused_ends_the_session_as_well(void **state)
{
	(void)state;
	rig.nr_ops = 2;
	rig.refused = 2;
	rig.cpu_after[0] = 2;
	fake_kernel.offline[HOME] = true;
	assert_int_equal(run(), -ENXIO);
	assert_int_equal(rig.nr_calls, 2);
}

static void test_refused_calls_are_enodev(void **state)
{
	for (unsigned int refused = 1; refused <= 3; refused++) {
		setup(state);
		rig.nr_ops = 3;
		rig.cpu_after[0] = HOME;
		rig.cpu_after[1] = 2;
		rig.refused = refused;
		assert_int_equal(run(), -ENODEV);
		assert_int_equal(rig.nr_calls, refused);
	}
}

static void test_killed_task_answers_cancelled(void **state)
{
	(void)state;
	rig.nr_ops = 1;
	rig.task.killed = true;
	assert_int_equal(run(), -EINTR);
	assert_int_equal(rig.nr_served, 0);
	assert_int_equal(rig.calls[1].op, 41ull << 32 | PORTAL_RESP_CANCELLED);
	assert_call(1, PORTAL_CALL_ANSWER, HOME, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_task_that_stays_makes_all_calls_itself, setup),
		cmocka_unit_test_setup(test_task_that_moves_answers_by_its_first_cpu, setup),
		cmocka_unit_test_setup(test_offline_cpu_cancels_the_session, setup),
		cmocka_unit_test_setup(test_cancel_that_is_refused_ends_the_session_as_well, setup),
		cmocka_unit_test_setup(test_refused_calls_are_enodev, setup),
		cmocka_unit_test_setup(test_killed_task_answers_cancelled, setup),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
