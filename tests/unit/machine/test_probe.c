/* SPDX-License-Identifier: MIT */
/*
 * The probe over fake_kvm.c. Replaced besides: arch_probe() and arch_doorbell_complete(), for what
 * the host's own architecture does not do; clock_gettime(), timer_create() and timer_settime(), for
 * the five seconds.
 */
#include "test.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "fake_kvm.h"
#include "machine/probe.h"

#define RAM_SIZE KIB(64)
#define WINDOW	 0xb010000u

static struct rig {
	struct vm vm;
	struct vcpu vcpu;
	struct guest_mem *mem;
	struct arch_probe probe;
	bool has_no_probe, has_own_probe;
	unsigned int nr_interrupts; /* of the next KVM_RUN's */
	int64_t now_ms, ms_for_each_run;
	int complete_err;
	int create_errno, settime_errno;
	unsigned int nr_timers;
	bool was_code_there;
} rig;

const struct arch_probe *__real_arch_probe(const struct vcpu *vcpu, enum arch_doorbell doorbell);
const struct arch_probe *__wrap_arch_probe(const struct vcpu *vcpu, enum arch_doorbell doorbell);
int __real_arch_doorbell_complete(const struct vcpu *vcpu, int result);
int __wrap_arch_doorbell_complete(const struct vcpu *vcpu, int result);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);
int __wrap_timer_create(clockid_t clock, struct sigevent *event, timer_t *ret_timer);
int __wrap_timer_settime(timer_t timer, int flags, const struct itimerspec *spec,
			 struct itimerspec *ret_old);
int __wrap_timer_delete(timer_t timer);

const struct arch_probe *__wrap_arch_probe(const struct vcpu *vcpu, enum arch_doorbell doorbell)
{
	if (rig.has_no_probe)
		return NULL;
	return rig.has_own_probe ? &rig.probe : __real_arch_probe(vcpu, doorbell);
}

int __wrap_arch_doorbell_complete(const struct vcpu *vcpu, int result)
{
	return rig.complete_err ? rig.complete_err : __real_arch_doorbell_complete(vcpu, result);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	*ret_now = (struct timespec){ .tv_sec = rig.now_ms / 1000,
				      .tv_nsec = rig.now_ms % 1000 * 1000000 };
	return 0;
}

/* its kicks are those of run() */
int __wrap_timer_create(clockid_t clock, struct sigevent *event, timer_t *ret_timer)
{
	assert_int_equal(clock, CLOCK_MONOTONIC);
	assert_int_equal(event->sigev_signo, VCPU_KICK_SIGNAL);
	if (rig.create_errno) {
		errno = rig.create_errno;
		return -1;
	}
	rig.nr_timers++;
	*ret_timer = &rig;
	return 0;
}

int __wrap_timer_settime(timer_t timer, int flags, const struct itimerspec *spec,
			 struct itimerspec *ret_old)
{
	assert_ptr_equal(timer, &rig);
	assert_int_equal(flags, TIMER_ABSTIME);
	assert_int_equal(spec->it_value.tv_sec, rig.now_ms / 1000 + 5);
	/* a kick that comes too early is lost */
	assert_int_not_equal(spec->it_interval.tv_nsec, 0);
	assert_null(ret_old);
	errno = rig.settime_errno;
	return rig.settime_errno ? -1 : 0;
}

int __wrap_timer_delete(timer_t timer)
{
	assert_ptr_equal(timer, &rig);
	rig.nr_timers--;
	return 0;
}

static const struct arch_probe *probe(void)
{
	return __wrap_arch_probe(&rig.vcpu, ARCH_DOORBELL_HYPERCALL);
}

static bool is_code_in_ram(void)
{
	const void *there = mem_slice(rig.mem, probe()->gpa, probe()->size);

	return there && memcmp(there, probe()->code, probe()->size) == 0;
}

static int run(struct kvm_run *run)
{
	rig.was_code_there = is_code_in_ram();
	rig.now_ms += rig.ms_for_each_run;
	if (rig.nr_interrupts > 0) {
		rig.nr_interrupts--;
		return -EINTR;
	}
	return fake_kvm_run_probe(run);
}

static int setup(void **state)
{
	(void)state;
	fake_kvm_reset();
	fake_kvm.run = run;
	rig = (struct rig){ .now_ms = 7000 };
	assert_int_equal(mem_create(&rig.mem), 0);
	assert_int_equal(arch_ram_setup(rig.mem, RAM_SIZE), 0);
	assert_int_equal(vm_create(&rig.vm), 0);
	assert_int_equal(vcpu_create(&rig.vm, 0, &rig.vcpu), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vcpu_destroy(&rig.vcpu);
	vm_destroy(&rig.vm);
	mem_destroy(rig.mem);
	return 0;
}

/* whatever comes of it, no timer is left, and no code */
static int run_probe(void)
{
	static const uint8_t zeros[256];
	int err = probe_run(rig.mem, ARCH_DOORBELL_HYPERCALL, &rig.vcpu);
	const struct arch_probe *real = __real_arch_probe(&rig.vcpu, ARCH_DOORBELL_HYPERCALL);

	assert_true(real->size <= sizeof(zeros));
	assert_memory_equal(mem_slice(rig.mem, real->gpa, real->size), zeros, real->size);
	assert_int_equal(rig.nr_timers, 0);
	return err;
}

static void test_probe_that_calls_as_often_as_it_should_is_good(void **state)
{
	(void)state;
	assert_int_equal(run_probe(), 0);
	assert_true(rig.was_code_there);
	assert_int_equal(fake_kvm.nr_runs, probe()->calls);
}

static void test_registers_are_the_same_before_and_after(void **state)
{
	struct fake_kvm_regs before;

	(void)state;
	/* KVM_GET_ONE_REG makes its entries */
	assert_int_equal(run_probe(), 0);
	memset(&fake_kvm.regs.regs, 0x5a, sizeof(fake_kvm.regs.regs));
	memset(&fake_kvm.regs.sregs, 0x5a, sizeof(fake_kvm.regs.sregs));
	before = fake_kvm.regs;
	assert_int_equal(run_probe(), 0);
	assert_memory_equal(&fake_kvm.regs, &before, sizeof(before));
}

static void test_interrupted_probe_is_continued(void **state)
{
	(void)state;
	rig.nr_interrupts = 3;
	rig.ms_for_each_run = 1000;
	assert_int_equal(run_probe(), 0);
}

static void test_probe_that_never_calls_is_over_after_five_seconds(void **state)
{
	(void)state;
	rig.nr_interrupts = UINT32_MAX;
	rig.ms_for_each_run = 500;
	assert_int_equal(run_probe(), -ETIMEDOUT);
	assert_int_equal(rig.now_ms, 12000);
}

static int exit_otherwise(struct kvm_run *run)
{
	run->exit_reason = KVM_EXIT_SHUTDOWN;
	return 0;
}

static int call_another_number(struct kvm_run *run)
{
	fake_kvm_run_probe(run);
	run->hypercall.nr++;
	return 0;
}

static int run_not_at_all(struct kvm_run *run)
{
	(void)run;
	return -EFAULT;
}

static void test_probe_that_exits_otherwise_is_enoexec(void **state)
{
	(void)state;
	fake_kvm.run = exit_otherwise;
	assert_int_equal(run_probe(), -ENOEXEC);
	assert_int_equal(fake_kvm.nr_runs, 1);
}

static void test_probe_that_calls_another_number_is_enoexec(void **state)
{
	(void)state;
	fake_kvm.run = call_another_number;
	assert_int_equal(run_probe(), -ENOEXEC);
}

static void test_probe_that_kvm_does_not_run_has_its_errno(void **state)
{
	(void)state;
	fake_kvm.run = run_not_at_all;
	assert_int_equal(run_probe(), -EFAULT);
}

static void test_call_that_cannot_be_answered_has_its_errno(void **state)
{
	(void)state;
	rig.complete_err = -EIO;
	assert_int_equal(run_probe(), -EIO);
	assert_int_equal(fake_kvm.nr_runs, 1);
}

static void test_kvm_without_immediate_exit_is_eproto(void **state)
{
	(void)state;
	fake_kvm.has_immediate_exit = false;
	assert_int_equal(run_probe(), -EPROTO);
}

static void test_no_timer_is_an_error(void **state)
{
	(void)state;
	rig.create_errno = EAGAIN;
	assert_int_equal(run_probe(), -EAGAIN);
	assert_int_equal(fake_kvm.nr_runs, 0);
}

static void test_timer_that_cannot_be_set_is_an_error(void **state)
{
	(void)state;
	rig.settime_errno = EINVAL;
	assert_int_equal(run_probe(), -EINVAL);
	assert_int_equal(fake_kvm.nr_runs, 0);
}

static void test_probe_without_ram_is_efault(void **state)
{
	struct guest_mem *none;

	(void)state;
	assert_int_equal(mem_create(&none), 0);
	assert_int_equal(probe_run(none, ARCH_DOORBELL_HYPERCALL, &rig.vcpu), -EFAULT);
	mem_destroy(none);
	assert_int_equal(fake_kvm.nr_runs, 0);
}

static void test_vcpu_that_does_not_report_its_state_is_eio(void **state)
{
	(void)state;
	rig.has_no_probe = true;
	assert_int_equal(run_probe(), -EIO);
}

static unsigned long get_request(void)
{
	return arch_platform()->has_power_ports ? KVM_GET_SREGS : KVM_GET_ONE_REG;
}

static unsigned long set_request(void)
{
	return arch_platform()->has_power_ports ? KVM_SET_SREGS : KVM_SET_ONE_REG;
}

static void use_own_probe(uint32_t exit_reason)
{
	rig.has_own_probe = true;
	rig.probe = *__real_arch_probe(&rig.vcpu, ARCH_DOORBELL_HYPERCALL);
	rig.probe.exit_reason = exit_reason;
	rig.probe.nr = WINDOW;
}

static void test_registers_that_cannot_be_read_are_an_error(void **state)
{
	(void)state;
	/* arm64 reads one to choose the probe */
	use_own_probe(KVM_EXIT_HYPERCALL);
	fake_kvm.fail_request = get_request();
	fake_kvm.fail_errno = ENXIO;
	assert_int_equal(probe_run(rig.mem, ARCH_DOORBELL_HYPERCALL, &rig.vcpu), -ENXIO);
	assert_int_equal(fake_kvm.nr_runs, 0);
}

static void test_registers_that_cannot_be_set_are_an_error(void **state)
{
	(void)state;
	fake_kvm.fail_request = set_request();
	fake_kvm.fail_errno = ENXIO;
	assert_int_equal(run_probe(), -ENXIO);
	assert_int_equal(fake_kvm.nr_runs, 0);
}

static int read_window(struct kvm_run *run)
{
	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = WINDOW;
	run->mmio.len = 4;
	run->mmio.is_write = 0;
	return 0;
}

static int write_window(struct kvm_run *run)
{
	read_window(run);
	run->mmio.is_write = 1;
	return 0;
}

static int read_elsewhere(struct kvm_run *run)
{
	read_window(run);
	run->mmio.phys_addr += 4;
	return 0;
}

static void test_doorbell_window_is_read(void **state)
{
	(void)state;
	use_own_probe(KVM_EXIT_MMIO);
	fake_kvm.run = read_window;
	assert_int_equal(run_probe(), 0);
	assert_int_equal(fake_kvm.nr_runs, 2);
}

static void test_doorbell_window_that_is_written_is_enoexec(void **state)
{
	(void)state;
	use_own_probe(KVM_EXIT_MMIO);
	fake_kvm.run = write_window;
	assert_int_equal(run_probe(), -ENOEXEC);
}

static void test_read_of_another_address_is_enoexec(void **state)
{
	(void)state;
	use_own_probe(KVM_EXIT_MMIO);
	fake_kvm.run = read_elsewhere;
	assert_int_equal(run_probe(), -ENOEXEC);
}

static bool answer;

static bool has(const struct vm *vm)
{
	assert_ptr_equal(vm, &rig.vm);
	return answer;
}

static void test_capability_can_be_a_function(void **state)
{
	const struct arch_cap cap = { .has = has, .name = "X" };

	(void)state;
	answer = false;
	assert_false(probe_has(&rig.vm, &cap));
	answer = true;
	assert_true(probe_has(&rig.vm, &cap));
}

static void test_vm_without_one_capability_is_enotsup(void **state)
{
	(void)state;
	assert_int_equal(probe_caps(&rig.vm), 0);
	fake_kvm.cap = KVM_CAP_IMMEDIATE_EXIT;
	assert_int_equal(probe_caps(&rig.vm), -ENOTSUP);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_probe_that_calls_as_often_as_it_should_is_good),
		CASE(test_registers_are_the_same_before_and_after),
		CASE(test_interrupted_probe_is_continued),
		CASE(test_probe_that_never_calls_is_over_after_five_seconds),
		CASE(test_probe_that_exits_otherwise_is_enoexec),
		CASE(test_probe_that_calls_another_number_is_enoexec),
		CASE(test_probe_that_kvm_does_not_run_has_its_errno),
		CASE(test_call_that_cannot_be_answered_has_its_errno),
		CASE(test_kvm_without_immediate_exit_is_eproto),
		CASE(test_no_timer_is_an_error),
		CASE(test_timer_that_cannot_be_set_is_an_error),
		CASE(test_probe_without_ram_is_efault),
		CASE(test_vcpu_that_does_not_report_its_state_is_eio),
		CASE(test_registers_that_cannot_be_read_are_an_error),
		CASE(test_registers_that_cannot_be_set_are_an_error),
		CASE(test_doorbell_window_is_read),
		CASE(test_doorbell_window_that_is_written_is_enoexec),
		CASE(test_read_of_another_address_is_enoexec),
		CASE(test_capability_can_be_a_function),
		CASE(test_vm_without_one_capability_is_enotsup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
