/* SPDX-License-Identifier: MIT */
/*
 * Bye and hello end all use of the guest's memory, also by a callback that is running on another
 * vCPU at that time. After them the guest may use the memory for something else.
 */
#include <errno.h>
#include <portal/ops.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "channel_rig.h"
#include "portal/session.h"

#define RAM_SIZE     (4 * 4096)
#define MARK	     0xa5
#define RING_GPA     0x90000000ull
#define RING_SIZE    PORTAL_TRACE_RING_MIN
#define NOT_DONE_MS  100
#define RESULT_UNSET 12345

static struct channel_rig rig;
/* the callback on vCPU 1: it has begun; it may go on */
static sem_t begun, go_on;
static int results[2];
static uint8_t ring[4096 + RING_SIZE] __attribute__((aligned(4096)));
static void *trap;

static void *slice_ring(void *ctx, gpa_t gpa, uint64_t len)
{
	(void)ctx;
	return gpa.value == RING_GPA && len <= sizeof(ring) ? ring : NULL;
}

static int setup(void **state)
{
	(void)state;
	channel_rig_init(&rig);
	rig.more.slice = slice_ring;
	sem_init(&begun, 0, 0);
	sem_init(&go_on, 0, 0);
	results[0] = results[1] = RESULT_UNSET;
	assert_int_equal(fake_hello(&rig.guest, 0), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	channel_rig_done(&rig);
	sem_destroy(&begun);
	sem_destroy(&go_on);
	return 0;
}

/* ---- vCPU 1 runs a callback ---- */

static void *run_event(void *arg)
{
	struct fake_session *session = arg;

	channel_rig_open(&rig, session, 1);
	channel_cancel_vcpu(rig.channel, 1);
	return NULL;
}

static void start_callback(pthread_t *thread, struct fake_session *session,
			   void (*talk)(struct channel_rig *rig, struct session *session))
{
	rig.talk = talk;
	assert_int_equal(pthread_create(thread, NULL, run_event, session), 0);
	sem_wait(&begun);
}

/* Marks what the guest shared, as if it had given the memory to someone else. */
static void reuse_memory(void)
{
	memset(rig.guest.ram, MARK, RAM_SIZE);
	memset(ring, MARK, sizeof(ring));
}

static void assert_untouched(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(bytes[i], MARK);
}

/* ---- a callback that goes on after bye ---- */

/* Tries every way to write to the guest. */
static void write_all(struct channel_rig *unused, struct session *session)
{
	const uint64_t gpa = RING_GPA;
	const char text[] = "late";

	(void)unused;
	sem_post(&begun);
	sem_wait(&go_on);
	results[0] = session_open_trace(session, &gpa, 1, RING_SIZE);
	results[1] = (int)op_write(session, RIG_MEMORY, text, sizeof(text));
	session_verdict(session, text, sizeof(text));
}

static void check_late_callback(int (*leave)(void))
{
	struct fake_session session;
	pthread_t thread;

	start_callback(&thread, &session, write_all);
	assert_int_equal(leave(), 0);
	reuse_memory();
	sem_post(&go_on);
	pthread_join(thread, NULL);
	assert_int_equal(session.state, FAKE_REFUSED);
	assert_int_equal(session.error, -ECANCELED);
	assert_int_equal(results[0], -ECANCELED);
	assert_int_equal(results[1], -ECANCELED);
	/* a trace thread would store tail and wake_at within this time */
	usleep(NOT_DONE_MS * 1000);
	assert_untouched(rig.guest.ram, RAM_SIZE);
	assert_untouched(ring, sizeof(ring));
	assert_int_equal(channel_rig_stats(&rig).cancelled, 1);
	assert_int_equal(channel_rig_stats(&rig).protocol_errors, 0);
}

static int say_bye(void)
{
	return fake_bye(&rig.guest, 0);
}

static int say_hello(void)
{
	return fake_hello(&rig.guest, 0);
}

static void test_callback_that_runs_during_bye_writes_nothing_later(void **state)
{
	(void)state;
	check_late_callback(say_bye);
}

static void test_callback_that_runs_during_hello_writes_nothing_later(void **state)
{
	(void)state;
	check_late_callback(say_hello);
}

/* ---- a callback that is writing during bye ---- */

/* The store to the page reads @trap, which faults. It goes on when the test says so. */
static void on_fault(int signal)
{
	(void)signal;
	sem_post(&begun);
	while (sem_wait(&go_on) < 0 && errno == EINTR)
		;
	mprotect(trap, 4096, PROT_READ);
}

static void write_from_trap(struct channel_rig *unused, struct session *session)
{
	(void)unused;
	results[0] = (int)op_write(session, RIG_MEMORY, trap, 16);
}

static atomic_bool has_left, left_early;

static void *release_later(void *arg)
{
	usleep(NOT_DONE_MS * 1000);
	atomic_store(&left_early, atomic_load(&has_left));
	sem_post(&go_on);
	return arg;
}

static void check_store_in_progress(int (*leave)(void))
{
	const struct sigaction action = { .sa_handler = on_fault };
	struct fake_session session;
	struct sigaction old;
	pthread_t thread, releaser;

	atomic_store(&has_left, false);
	trap = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(trap, MAP_FAILED);
	sigaction(SIGSEGV, &action, &old);
	start_callback(&thread, &session, write_from_trap);
	assert_int_equal(pthread_create(&releaser, NULL, release_later, NULL), 0);
	assert_int_equal(leave(), 0);
	atomic_store(&has_left, true);
	pthread_join(releaser, NULL);
	pthread_join(thread, NULL);
	sigaction(SIGSEGV, &old, NULL);
	munmap(trap, 4096);
	assert_false(atomic_load(&left_early));
	assert_int_equal(results[0], -ECANCELED);
}

static void test_bye_waits_for_a_store_in_progress(void **state)
{
	(void)state;
	check_store_in_progress(say_bye);
}

static void test_hello_waits_for_a_store_in_progress(void **state)
{
	(void)state;
	check_store_in_progress(say_hello);
}

#define BYE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BYE_TEST(test_callback_that_runs_during_bye_writes_nothing_later),
		BYE_TEST(test_callback_that_runs_during_hello_writes_nothing_later),
		BYE_TEST(test_bye_waits_for_a_store_in_progress),
		BYE_TEST(test_hello_waits_for_a_store_in_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
