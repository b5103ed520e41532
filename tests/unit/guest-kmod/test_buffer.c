/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "channel/buffer.h"
#include "fake_kernel.h"

static struct task_struct task;

static int setup(void **state)
{
	(void)state;
	fake_kernel_reset();
	task = (struct task_struct){ .cpu = 0 };
	fake_current = &task;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	buffers_free();
	return fake_kernel.nr_allocated != 0;
}

static void test_buffer_is_used_again_on_its_cpu(void **state)
{
	struct buffer *first = buffer_get();

	(void)state;
	assert_non_null(first);
	buffer_put(first);
	for (int i = 0; i < 10; i++) {
		assert_ptr_equal(buffer_get(), first);
		buffer_put(first);
	}
	assert_int_equal(fake_kernel.nr_allocated, 1);
}

static void test_each_cpu_keeps_one_buffer(void **state)
{
	struct buffer *buffers[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		buffers[i] = buffer_get();
	assert_ptr_not_equal(buffers[0], buffers[1]);
	assert_int_equal(fake_kernel.nr_allocated, 3);
	for (int i = 0; i < 3; i++)
		buffer_put(buffers[i]);
	assert_int_equal(fake_kernel.nr_allocated, 1);
}

static void test_buffer_stays_on_the_cpu_where_it_was_returned(void **state)
{
	struct buffer *buffer = buffer_get(), *other;

	(void)state;
	task.cpu = 2;
	buffer_put(buffer);
	task.cpu = 0;
	other = buffer_get();
	assert_ptr_not_equal(other, buffer);
	task.cpu = 2;
	assert_ptr_equal(buffer_get(), buffer);
	buffer_put(buffer);
	task.cpu = 0;
	buffer_put(other);
	assert_int_equal(fake_kernel.nr_allocated, 2);
}

static void test_no_memory_is_no_buffer(void **state)
{
	struct buffer *buffer;

	(void)state;
	fake_kernel.nr_until_enomem = 1;
	assert_null(buffer_get());
	buffer = buffer_get();
	assert_non_null(buffer);
	buffer_put(buffer);
	/* a cached one needs none */
	fake_kernel.nr_until_enomem = 1;
	assert_ptr_equal(buffer_get(), buffer);
	buffer_put(buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_buffer_is_used_again_on_its_cpu, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_each_cpu_keeps_one_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer_stays_on_the_cpu_where_it_was_returned,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory_is_no_buffer, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
