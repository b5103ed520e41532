/* SPDX-License-Identifier: MIT */
/*
 * Each return of KVM_RUN that vcpu_thread.c distinguishes, played by fake_kvm.c from a list of
 * steps. The arch_ functions for doorbells are replaced: their encodings have tests of their own.
 */
#include "test.h"

#include <errno.h>
#include <portal/wire.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "fake_kvm.h"
#include "hooks/module_host.h"
#include "lib/capture.h"
#include "machine/vcpu_thread.h"
#include "portal/channel.h"

#define PORT	  0x3f8
#define WINDOW	  0xd0000000u
#define PORT_DATA 4096 /* where KVM puts the bytes of a port access */
#define RAM_SIZE  MIB(1)

/**
 * struct step - one return of KVM_RUN
 * @err: -errno; 0: @fill has written the exit
 */
struct step {
	int err;
	void (*fill)(struct kvm_run *run);
};

/* a device that keeps the last accesses, and reads as 0x51, 0x52, ... */
struct device {
	uint8_t written[16];
	size_t nr_written, nr_read;
	unsigned int last_len;
	uint64_t last_offset;
};

static struct rig {
	struct vm vm;
	struct vcpu_thread cpu;
	struct vcpu_board board;
	struct bus pio, mmio;
	struct device port, window;
	struct outcome outcome;
	struct boot_timer timer;
	struct guest_mem *mem;
	struct module_host *host;
	struct channel *channel;

	const struct step *steps;
	size_t nr_steps, next;
	sem_t idle; /* posted when the steps are over: the guest runs and never exits */

	/* what the thread reported */
	int power, nr_triple_faults, unfit;
	char stuck[512];

	/* what the replaced functions of arch/ return */
	bool is_doorbell;
	struct arch_doorbell_call call;
	int complete_err, refuse_err;
	int completed; /* the result that the guest gets; 1: none yet */
	int pthread_err;

	gpa_t page; /* that the channel asked for last */
	atomic_uint nr_attend;
} rig;

bool __wrap_arch_is_doorbell(const struct vcpu *vcpu, struct arch_doorbell_call *ret_call);
int __wrap_arch_doorbell_complete(const struct vcpu *vcpu, int result);
int __wrap_arch_refuse_access(const struct vcpu *vcpu);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
			  void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
			  void *arg);

void __real_channel_attend(struct channel *channel, unsigned int vcpu);
void __wrap_channel_attend(struct channel *channel, unsigned int vcpu);

void __wrap_channel_attend(struct channel *channel, unsigned int vcpu)
{
	rig.nr_attend++;
	__real_channel_attend(channel, vcpu);
}

bool __wrap_arch_is_doorbell(const struct vcpu *vcpu, struct arch_doorbell_call *ret_call)
{
	(void)vcpu;
	if (rig.is_doorbell)
		*ret_call = rig.call;
	return rig.is_doorbell;
}

int __wrap_arch_doorbell_complete(const struct vcpu *vcpu, int result)
{
	(void)vcpu;
	rig.completed = result;
	return rig.complete_err;
}

int __wrap_arch_refuse_access(const struct vcpu *vcpu)
{
	(void)vcpu;
	return rig.refuse_err;
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
			  void *arg)
{
	return rig.pthread_err ? rig.pthread_err : __real_pthread_create(thread, attr, fn, arg);
}

static void device_read(void *dev, uint64_t offset, void *data, unsigned int len)
{
	struct device *device = dev;

	device->last_offset = offset;
	device->last_len = len;
	for (unsigned int i = 0; i < len; i++)
		((uint8_t *)data)[i] = (uint8_t)(0x51 + device->nr_read++);
}

static void device_write(void *dev, uint64_t offset, const void *data, unsigned int len)
{
	struct device *device = dev;

	device->last_offset = offset;
	device->last_len = len;
	memcpy(device->written + device->nr_written, data, len);
	device->nr_written += len;
}

static const struct bus_ops device_ops = { .read = device_read, .write = device_write };

/* a guest that computes: only a kick takes it out */
static int run_idle(const struct kvm_run *run)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	sem_post(&rig.idle);
	while (!__atomic_load_n(&run->immediate_exit, __ATOMIC_SEQ_CST))
		nanosleep(&ms, NULL);
	return -EINTR;
}

static int run_steps(struct kvm_run *run)
{
	const struct step *step = &rig.steps[rig.next];

	if (rig.next == rig.nr_steps)
		return run_idle(run);
	rig.next++;
	if (step->fill)
		step->fill(run);
	return step->err;
}

static void on_power(void *ctx, enum power_event event)
{
	assert_ptr_equal(ctx, &rig);
	rig.power = (int)event;
}

static void on_triple_fault(void *ctx)
{
	assert_ptr_equal(ctx, &rig);
	rig.nr_triple_faults++;
}

static void on_stuck(void *ctx, const char *text)
{
	assert_ptr_equal(ctx, &rig);
	snprintf(rig.stuck, sizeof(rig.stuck), "%s", text);
}

static void on_unfit(void *ctx, int err)
{
	assert_ptr_equal(ctx, &rig);
	rig.unfit = err;
}

static void *no_ram(void *ctx, gpa_t gpa, uint64_t len)
{
	(void)ctx;
	(void)len;
	rig.page = gpa;
	return NULL;
}

static void make_channel(void)
{
	const struct module_host_ops ops = { 0 };
	struct channel_config config = { .ram.slice = no_ram, .nr_vcpus = 2 };

	assert_int_equal(module_host_create(&ops, &rig.host), 0);
	module_host_sink(rig.host, &config.sink);
	assert_int_equal(channel_create(&config, &rig.channel), 0);
}

/* vCPU 1 runs no probe */
static int setup(void **state)
{
	(void)state;
	fake_kvm_reset();
	fake_kvm.run = run_steps;
	rig = (struct rig){ .completed = 1 };
	sem_init(&rig.idle, 0, 0);
	bus_init(&rig.pio);
	bus_init(&rig.mmio);
	assert_int_equal(bus_add(&rig.pio, PORT, 8, &device_ops, &rig.port), 0);
	assert_int_equal(bus_add(&rig.mmio, WINDOW, 4096, &device_ops, &rig.window), 0);
	make_channel();
	assert_int_equal(mem_create(&rig.mem), 0);
	assert_int_equal(arch_ram_setup(rig.mem, RAM_SIZE), 0);
	assert_int_equal(vm_create(&rig.vm), 0);
	assert_int_equal(vcpu_create(&rig.vm, 1, &rig.cpu.vcpu), 0);
	assert_int_equal(vcpu_install_kick(), 0);
	rig.board = (struct vcpu_board){
		.mem = rig.mem,
		.pio = &rig.pio,
		.mmio = &rig.mmio,
		.channel = rig.channel,
		.doorbell = ARCH_DOORBELL_HYPERCALL,
		.timer = &rig.timer,
		.outcome = &rig.outcome,
		.power = on_power,
		.triple_fault = on_triple_fault,
		.stuck = on_stuck,
		.unfit = on_unfit,
		.ctx = &rig,
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	vcpu_destroy(&rig.cpu.vcpu);
	vm_destroy(&rig.vm);
	mem_destroy(rig.mem);
	channel_destroy(rig.channel);
	module_host_destroy(rig.host);
	sem_destroy(&rig.idle);
	return 0;
}

static void start(const struct step *steps, size_t nr)
{
	rig.steps = steps;
	rig.nr_steps = nr;
	assert_int_equal(vcpu_thread_start(&rig.cpu, &rig.board), 0);
}

/* all steps are taken, and the guest would go on */
static void play(const struct step *steps, size_t nr)
{
	start(steps, nr);
	sem_wait(&rig.idle);
	vcpu_thread_stop(&rig.cpu);
	assert_int_equal(rig.next, nr);
	assert_string_equal(rig.stuck, "");
}

/* the thread ends by itself at the last step */
static void play_to_end(const struct step *steps, size_t nr)
{
	start(steps, nr);
	pthread_join(rig.cpu.thread, NULL);
	assert_int_equal(rig.next, nr);
}

/* of all kinds but @interrupted, which depends on the kick */
static void assert_exits(uint64_t io, uint64_t mmio, uint64_t doorbell, uint64_t other)
{
	const struct vcpu_exits *exits = &rig.cpu.exits;

	assert_int_equal(exits->io, io);
	assert_int_equal(exits->mmio, mmio);
	assert_int_equal(exits->doorbell, doorbell);
	assert_int_equal(exits->other, other);
	assert_int_equal(vcpu_thread_count_exits(&rig.cpu),
			 io + mmio + doorbell + other + exits->interrupted);
}

static void fill_io(struct kvm_run *run, bool is_out, uint8_t size, uint32_t count)
{
	run->exit_reason = KVM_EXIT_IO;
	run->io.direction = is_out ? KVM_EXIT_IO_OUT : KVM_EXIT_IO_IN;
	run->io.port = PORT + 1;
	run->io.size = size;
	run->io.count = count;
	run->io.data_offset = PORT_DATA;
}

static void out_string(struct kvm_run *run)
{
	fill_io(run, true, 2, 3);
	memcpy((uint8_t *)run + PORT_DATA, "abcdef", 6);
}

static void in_string(struct kvm_run *run)
{
	fill_io(run, false, 1, 3);
}

static void in_nowhere(struct kvm_run *run)
{
	fill_io(run, false, 4, 1);
	run->io.port = 0x80;
}

static void test_port_string_is_one_exit_and_an_access_for_each_element(void **state)
{
	const struct step steps[] = { { .fill = out_string } };

	(void)state;
	play(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.port.nr_written, 6);
	assert_memory_equal(rig.port.written, "abcdef", 6);
	assert_int_equal(rig.port.last_len, 2);
	assert_int_equal(rig.port.last_offset, 1);
	assert_exits(1, 0, 0, 0);
}

static void test_port_input_string_gets_each_element(void **state)
{
	const struct step steps[] = { { .fill = in_string } };

	(void)state;
	play(steps, ARRAY_SIZE(steps));
	assert_memory_equal((uint8_t *)rig.cpu.vcpu.run + PORT_DATA, "QRS", 3);
	assert_exits(1, 0, 0, 0);
}

static void test_port_without_device_reads_as_ones(void **state)
{
	const struct step steps[] = { { .fill = in_nowhere } };

	(void)state;
	play(steps, ARRAY_SIZE(steps));
	assert_memory_equal((uint8_t *)rig.cpu.vcpu.run + PORT_DATA, "\xff\xff\xff\xff", 4);
	assert_exits(1, 0, 0, 0);
}

static void fill_mmio(struct kvm_run *run, bool is_write)
{
	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = WINDOW + 8;
	run->mmio.len = 4;
	run->mmio.is_write = is_write;
	memcpy(run->mmio.data, "mmio", 4);
}

static void mmio_write(struct kvm_run *run)
{
	fill_mmio(run, true);
}

static void mmio_read(struct kvm_run *run)
{
	fill_mmio(run, false);
}

static void test_mmio_reaches_the_device_in_both_directions(void **state)
{
	const struct step steps[] = { { .fill = mmio_write }, { .fill = mmio_read } };

	(void)state;
	play(steps, ARRAY_SIZE(steps));
	assert_memory_equal(rig.window.written, "mmio", 4);
	assert_memory_equal(rig.cpu.vcpu.run->mmio.data, "QRST", 4);
	assert_int_equal(rig.window.last_offset, 8);
	assert_exits(0, 2, 0, 0);
}

static void hypercall(struct kvm_run *run)
{
	run->exit_reason = KVM_EXIT_HYPERCALL;
}

static struct channel_stats channel_stats(void)
{
	struct channel_stats stats;

	channel_get_stats(rig.channel, &stats);
	return stats;
}

static void test_doorbell_with_a_page_is_served_by_the_channel(void **state)
{
	const struct step steps[] = { { .fill = hypercall } };

	(void)state;
	rig.is_doorbell = true;
	rig.call = (struct arch_doorbell_call){
		.kind = PORTAL_CALL_HELLO,
		.has_page = true,
		.page = GPA(0x5000),
	};
	play(steps, ARRAY_SIZE(steps));
	/* the page is no RAM */
	assert_int_equal(rig.completed, -EFAULT);
	assert_int_equal(rig.page.value, 0x5000);
	assert_int_equal(channel_stats().doorbells[PORTAL_CALL_HELLO], 1);
	assert_exits(0, 0, 1, 0);
}

static void test_doorbell_with_an_index_is_served_by_the_channel(void **state)
{
	const struct step steps[] = { { .fill = hypercall } };

	(void)state;
	rig.is_doorbell = true;
	rig.call = (struct arch_doorbell_call){ .kind = PORTAL_CALL_EVENT, .index = 3 };
	play(steps, ARRAY_SIZE(steps));
	/* without hello there is no page 3 */
	assert_int_equal(rig.completed, -ENOENT);
	assert_int_equal(channel_stats().doorbells[PORTAL_CALL_EVENT], 1);
	assert_exits(0, 0, 1, 0);
}

static void test_unknown_hypercall_is_enosys_and_reaches_no_channel(void **state)
{
	const struct step steps[] = { { .fill = hypercall } };
	struct channel_stats stats;

	(void)state;
	play(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.completed, -ENOSYS);
	stats = channel_stats();
	for (size_t i = 0; i < ARRAY_SIZE(stats.doorbells); i++)
		assert_int_equal(stats.doorbells[i], 0);
	assert_exits(0, 0, 1, 0);
}

static void test_doorbell_window_is_no_device(void **state)
{
	const struct step steps[] = { { .fill = mmio_read } };

	(void)state;
	rig.board.doorbell = ARCH_DOORBELL_MMIO;
	rig.is_doorbell = true;
	rig.call = (struct arch_doorbell_call){ .kind = PORTAL_CALL_EVENT };
	play(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.completed, -ENOENT);
	assert_int_equal(rig.window.nr_read, 0);
	assert_exits(0, 0, 1, 0);
}

static void test_doorbell_window_does_not_exist_with_hypercalls(void **state)
{
	const struct step steps[] = { { .fill = mmio_read } };

	(void)state;
	rig.is_doorbell = true;
	play(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.completed, 1);
	assert_int_equal(rig.window.nr_read, 4);
	assert_exits(0, 1, 0, 0);
}

static void test_other_mmio_beside_a_doorbell_window_reaches_the_device(void **state)
{
	const struct step steps[] = { { .fill = mmio_read } };

	(void)state;
	rig.board.doorbell = ARCH_DOORBELL_MMIO;
	play(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.window.nr_read, 4);
	assert_exits(0, 1, 0, 0);
}

static void test_doorbell_that_cannot_be_answered_is_stuck(void **state)
{
	const struct step steps[] = { { .fill = hypercall } };

	(void)state;
	rig.complete_err = -EIO;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_has(rig.stuck, "vCPU 1: the doorbell cannot be answered, error 0x5 at ");
}

static void fill_system_event(struct kvm_run *run, uint32_t type)
{
	run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	run->system_event.type = type;
}

static void event_shutdown(struct kvm_run *run)
{
	fill_system_event(run, KVM_SYSTEM_EVENT_SHUTDOWN);
}

static void event_reset(struct kvm_run *run)
{
	fill_system_event(run, KVM_SYSTEM_EVENT_RESET);
}

static void event_crash(struct kvm_run *run)
{
	fill_system_event(run, KVM_SYSTEM_EVENT_CRASH);
}

static void event_unknown(struct kvm_run *run)
{
	fill_system_event(run, 0x7777);
}

static void test_system_event_shutdown_is_power_off(void **state)
{
	const struct step steps[] = { { .fill = event_shutdown } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.power, POWER_OFF);
	assert_exits(0, 0, 0, 1);
}

static void test_system_event_reset_is_reset(void **state)
{
	const struct step steps[] = { { .fill = event_reset } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.power, POWER_RESET);
}

static void test_system_event_crash_is_a_triple_fault(void **state)
{
	const struct step steps[] = { { .fill = event_crash } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.nr_triple_faults, 1);
}

static void test_unknown_system_event_is_counted_and_the_guest_continues(void **state)
{
	const struct step steps[] = { { .fill = event_unknown } };

	(void)state;
	play(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.power, 0);
	assert_exits(0, 0, 0, 1);
}

static void shutdown(struct kvm_run *run)
{
	run->exit_reason = KVM_EXIT_SHUTDOWN;
}

static void test_shutdown_is_a_triple_fault(void **state)
{
	const struct step steps[] = { { .fill = shutdown } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.nr_triple_faults, 1);
	assert_exits(0, 0, 0, 1);
}

static void undecoded(struct kvm_run *run)
{
	run->exit_reason = KVM_EXIT_ARM_NISV;
	run->arm_nisv.fault_ipa = 0xabc000;
}

static void test_undecoded_access_is_refused_with_a_warning(void **state)
{
	const struct step steps[] = { { .fill = undecoded } };
	const char *text;

	(void)state;
	capture_start();
	play(steps, ARRAY_SIZE(steps));
	text = capture_stop();
	assert_has(text, "warn: vCPU 1: an access to 0xabc000 by an instruction that KVM cannot "
			 "decode");
	assert_exits(0, 0, 0, 1);
}

static void test_undecoded_access_that_cannot_be_refused_is_stuck(void **state)
{
	const struct step steps[] = { { .fill = undecoded } };

	(void)state;
	rig.refuse_err = -ENOTSUP;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_has(rig.stuck, "KVM can neither decode nor abort an access to 0xabc000 at ");
}

static void internal_error(struct kvm_run *run)
{
	run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	run->internal.suberror = 0x21;
}

static void fail_entry(struct kvm_run *run)
{
	run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	run->fail_entry.hardware_entry_failure_reason = 0x80000021;
}

static void unknown_exit(struct kvm_run *run)
{
	run->exit_reason = 0x4242;
}

static void test_internal_error_is_stuck_with_its_suberror(void **state)
{
	const struct step steps[] = { { .fill = internal_error } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_has(rig.stuck, "vCPU 1: KVM cannot emulate an instruction, suberror 0x21 at ");
}

static void test_failed_entry_is_stuck_with_its_reason(void **state)
{
	const struct step steps[] = { { .fill = fail_entry } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_has(rig.stuck, "the hardware refuses to enter the guest, reason 0x80000021 at ");
}

static void test_unknown_exit_is_stuck_with_its_number(void **state)
{
	const struct step steps[] = { { .fill = unknown_exit } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_has(rig.stuck, "unexpected KVM exit 0x4242 at ");
}

static void test_stuck_without_registers_says_so(void **state)
{
	const struct step steps[] = { { .fill = unknown_exit } };

	(void)state;
	fake_kvm.fail_request = arch_platform()->has_power_ports ? KVM_GET_REGS : KVM_GET_ONE_REG;
	fake_kvm.fail_errno = EIO;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_has(rig.stuck, "at registers unknown");
}

static void test_interrupted_run_is_counted_and_retried(void **state)
{
	const struct step steps[] = { { .err = -EINTR }, { .err = -EINTR }, { .fill = mmio_read } };

	(void)state;
	play(steps, ARRAY_SIZE(steps));
	assert_true(rig.cpu.exits.interrupted >= 2);
	assert_exits(0, 1, 0, 0);
}

static void test_run_that_should_be_retried_is_no_exit(void **state)
{
	const struct step steps[] = { { .err = -EAGAIN }, { .fill = event_shutdown } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.cpu.exits.interrupted, 0);
	assert_exits(0, 0, 0, 1);
}

static void test_failed_run_is_stuck_with_its_errno(void **state)
{
	const struct step steps[] = { { .err = -EFAULT } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_has(rig.stuck, "vCPU 1: KVM_RUN failed, error 0xe at ");
	assert_int_equal(rig.timer.ns[BOOT_FIRST_EXIT], 0);
	assert_exits(0, 0, 0, 0);
}

static void test_first_exit_is_a_moment_of_the_boot(void **state)
{
	const struct step steps[] = { { .err = -EINTR }, { .fill = mmio_read } };

	(void)state;
	play(steps, ARRAY_SIZE(steps));
	assert_int_not_equal(rig.timer.ns[BOOT_FIRST_EXIT], 0);
	assert_int_equal(rig.timer.exits[BOOT_FIRST_EXIT], 1);
}

static void end_meanwhile(struct kvm_run *run)
{
	atomic_store(&rig.outcome.reason, OUTCOME_TIMEOUT);
	mmio_read(run);
}

static void test_wake_makes_the_thread_attend_and_run_on(void **state)
{
	(void)state;
	start(NULL, 0);
	sem_wait(&rig.idle);
	assert_int_equal(rig.nr_attend, 1);
	vcpu_thread_wake(&rig.cpu);
	sem_wait(&rig.idle);
	assert_int_equal(rig.nr_attend, 2);
	vcpu_thread_stop(&rig.cpu);
}

static void test_outcome_ends_the_thread_after_the_exit_is_served(void **state)
{
	const struct step steps[] = { { .fill = end_meanwhile } };

	(void)state;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.window.nr_read, 4);
	assert_int_equal(fake_kvm.nr_runs, 1);
}

static void test_outcome_before_the_first_run_runs_nothing(void **state)
{
	(void)state;
	atomic_store(&rig.outcome.reason, OUTCOME_SIGINT);
	play_to_end(NULL, 0);
	assert_int_equal(fake_kvm.nr_runs, 0);
}

static void test_stop_takes_a_running_guest_out(void **state)
{
	(void)state;
	play(NULL, 0);
	assert_true(rig.cpu.exits.interrupted >= 1);
	assert_exits(0, 0, 0, 0);
}

static void test_ended_thread_has_its_sessions_cancelled(void **state)
{
	(void)state;
	play(NULL, 0);
	assert_int_equal(channel_call(rig.channel, 1, GPA(0), PORTAL_CALL_EVENT), -ESHUTDOWN);
	assert_int_equal(channel_call(rig.channel, 0, GPA(0), PORTAL_CALL_EVENT), -ENOENT);
}

static void probe_call(struct kvm_run *run)
{
	fake_kvm_run_probe(run);
}

static void test_first_vcpu_runs_the_probe_and_then_the_guest(void **state)
{
	const struct step steps[] = { { .fill = probe_call },
				      { .fill = probe_call },
				      { .fill = mmio_read } };

	(void)state;
	rig.cpu.vcpu.id = 0;
	play(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.unfit, 0);
	/* the probe's calls are none of the guest's */
	assert_exits(0, 1, 0, 0);
}

static void test_failed_probe_is_reported_and_runs_no_guest(void **state)
{
	const struct step steps[] = { { .fill = mmio_read } };

	(void)state;
	rig.cpu.vcpu.id = 0;
	play_to_end(steps, ARRAY_SIZE(steps));
	assert_int_equal(rig.unfit, -ENOEXEC);
	assert_int_equal(fake_kvm.nr_runs, 1);
	assert_exits(0, 0, 0, 0);
}

static void test_thread_that_cannot_be_created_is_an_error(void **state)
{
	(void)state;
	rig.pthread_err = EAGAIN;
	assert_int_equal(vcpu_thread_start(&rig.cpu, &rig.board), -EAGAIN);
	assert_int_equal(fake_kvm.nr_runs, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_port_string_is_one_exit_and_an_access_for_each_element),
		CASE(test_port_input_string_gets_each_element),
		CASE(test_port_without_device_reads_as_ones),
		CASE(test_mmio_reaches_the_device_in_both_directions),
		CASE(test_doorbell_with_a_page_is_served_by_the_channel),
		CASE(test_doorbell_with_an_index_is_served_by_the_channel),
		CASE(test_unknown_hypercall_is_enosys_and_reaches_no_channel),
		CASE(test_doorbell_window_is_no_device),
		CASE(test_doorbell_window_does_not_exist_with_hypercalls),
		CASE(test_other_mmio_beside_a_doorbell_window_reaches_the_device),
		CASE(test_doorbell_that_cannot_be_answered_is_stuck),
		CASE(test_system_event_shutdown_is_power_off),
		CASE(test_system_event_reset_is_reset),
		CASE(test_system_event_crash_is_a_triple_fault),
		CASE(test_unknown_system_event_is_counted_and_the_guest_continues),
		CASE(test_shutdown_is_a_triple_fault),
		CASE(test_undecoded_access_is_refused_with_a_warning),
		CASE(test_undecoded_access_that_cannot_be_refused_is_stuck),
		CASE(test_internal_error_is_stuck_with_its_suberror),
		CASE(test_failed_entry_is_stuck_with_its_reason),
		CASE(test_unknown_exit_is_stuck_with_its_number),
		CASE(test_stuck_without_registers_says_so),
		CASE(test_interrupted_run_is_counted_and_retried),
		CASE(test_run_that_should_be_retried_is_no_exit),
		CASE(test_failed_run_is_stuck_with_its_errno),
		CASE(test_first_exit_is_a_moment_of_the_boot),
		CASE(test_outcome_ends_the_thread_after_the_exit_is_served),
		CASE(test_outcome_before_the_first_run_runs_nothing),
		CASE(test_stop_takes_a_running_guest_out),
		CASE(test_wake_makes_the_thread_attend_and_run_on),
		CASE(test_ended_thread_has_its_sessions_cancelled),
		CASE(test_first_vcpu_runs_the_probe_and_then_the_guest),
		CASE(test_failed_probe_is_reported_and_runs_no_guest),
		CASE(test_thread_that_cannot_be_created_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
