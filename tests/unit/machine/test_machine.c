/* SPDX-License-Identifier: MIT */
/*
 * machine_run() from its options to its exit status, over fake_kvm.c, whose guest is a list of
 * exits. Replaced besides: the loader, which hands over a small kernel; arch_is_doorbell(), so that
 * a call needs no encoding; and functions that must fail.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <portal/wire.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "fake_kvm.h"
#include "guest/init/format.h"
#include "handover/loader_process.h"
#include "hooks/module_host.h"
#include "lib/capture.h"
#include "machine/machine.h"
#include "machine/vcpu_thread.h"
#include "portal/channel.h"
#include "samples.h"

/* an exit of the guest, with a value where it has one */
enum kind {
	DO_SERIAL, /* a byte to the console */
	DO_IER,	   /* the serial port's interrupt enable register */
	DO_MARK,
	DO_STATE, /* to the portal device */
	DO_TRACE,
	DO_CALL,      /* of the doorbell: hello in page @value */
	DO_SIGNAL,    /* no exit: the process gets it */
	DO_FAIL_HOOK, /* no exit: the module host reports it */
	DO_RAISE_WORK,
	DO_POWER_OFF,
	DO_RESET,
	DO_TRIPLE_FAULT,
	DO_INTERNAL_ERROR,
};

struct step {
	enum kind kind;
	uint32_t value;
};

static struct rig {
	struct vmm_config config;
	char *dir;
	const struct step *steps;
	size_t nr_steps;
	atomic_size_t next;
	unsigned int nr_bad_probes; /* runs that exit otherwise than the probe should */
	atomic_uint nr_probe_runs;

	int loader_err;
	bool has_guest_module, is_32bit, is_damaged;
	int ram_err, prefault_err, start_err;
	unsigned int nr_starts;
	bool has_no_doorbell;
	int eventfd_errno, channel_err, host_err;
	bool is_no_cpus;
	enum direct_access direct; /* of the channel */
	struct module_host_ops ops;
	const char *log;
} rig;

int __real_eventfd(unsigned int value, int flags);
int __wrap_eventfd(unsigned int value, int flags);
int __real_channel_create(const struct channel_config *config, struct channel **ret_channel);
int __wrap_channel_create(const struct channel_config *config, struct channel **ret_channel);
int __real_module_host_create(const struct module_host_ops *ops, struct module_host **ret_host);
int __wrap_module_host_create(const struct module_host_ops *ops, struct module_host **ret_host);
void *__real_calloc(size_t nr, size_t size);
void *__wrap_calloc(size_t nr, size_t size);
int __wrap_loader_process_run(const struct vmm_config *config, struct handover *ret_files);
bool __wrap_arch_is_doorbell(const struct vcpu *vcpu, struct arch_doorbell_call *ret_call);
enum arch_doorbell __real_arch_doorbell(const struct vm *vm, enum arch_doorbell wanted);
enum arch_doorbell __wrap_arch_doorbell(const struct vm *vm, enum arch_doorbell wanted);
int __real_arch_ram_setup(struct guest_mem *mem, uint64_t size);
int __wrap_arch_ram_setup(struct guest_mem *mem, uint64_t size);
int __wrap_mem_prefault(struct guest_mem *mem);
int __real_vcpu_thread_start(struct vcpu_thread *cpu, const struct vcpu_board *board);
int __wrap_vcpu_thread_start(struct vcpu_thread *cpu, const struct vcpu_board *board);

int __wrap_eventfd(unsigned int value, int flags)
{
	errno = rig.eventfd_errno;
	return rig.eventfd_errno ? -1 : __real_eventfd(value, flags);
}

int __wrap_channel_create(const struct channel_config *config, struct channel **ret_channel)
{
	rig.direct = config->direct;
	return rig.channel_err ? rig.channel_err : __real_channel_create(config, ret_channel);
}

int __wrap_module_host_create(const struct module_host_ops *ops, struct module_host **ret_host)
{
	rig.ops = *ops;
	return rig.host_err ? rig.host_err : __real_module_host_create(ops, ret_host);
}

void *__wrap_calloc(size_t nr, size_t size)
{
	bool is_cpus = size == sizeof(struct vcpu_thread);

	return rig.is_no_cpus && is_cpus ? NULL : __real_calloc(nr, size);
}

static struct sample kernel(enum kernel_format *ret_format)
{
	if (rig.is_32bit) {
		*ret_format = KERNEL_FORMAT_ARM;
		return sample_arm();
	}
	if (!arch_platform()->has_power_ports) {
		*ret_format = KERNEL_FORMAT_ARM64;
		return sample_arm64();
	}
	*ret_format = KERNEL_FORMAT_ELF;
	return rig.is_damaged ? sample_bytes(4096) : sample_elf();
}

int __wrap_loader_process_run(const struct vmm_config *config, struct handover *ret_files)
{
	struct sample sample;

	assert_ptr_equal(config, &rig.config);
	if (rig.loader_err)
		return rig.loader_err;
	sample = kernel(&ret_files->kernel.format);
	assert_int_equal(blob_copy(sample.data, sample.len, &ret_files->kernel.file), 0);
	free(sample.data);
	assert_int_equal(blob_copy("initrd", 6, &ret_files->initrd), 0);
	ret_files->has_guest_module = rig.has_guest_module;
	return 0;
}

bool __wrap_arch_is_doorbell(const struct vcpu *vcpu, struct arch_doorbell_call *ret_call)
{
	const struct step *step = &rig.steps[rig.next - 1];

	(void)vcpu;
	if (step->kind != DO_CALL)
		return false;
	*ret_call = (struct arch_doorbell_call){
		.kind = PORTAL_CALL_HELLO,
		.has_page = true,
		.page = GPA(step->value),
	};
	return true;
}

enum arch_doorbell __wrap_arch_doorbell(const struct vm *vm, enum arch_doorbell wanted)
{
	return rig.has_no_doorbell ? ARCH_DOORBELL_NONE : __real_arch_doorbell(vm, wanted);
}

int __wrap_arch_ram_setup(struct guest_mem *mem, uint64_t size)
{
	return rig.ram_err ? rig.ram_err : __real_arch_ram_setup(mem, size);
}

int __wrap_mem_prefault(struct guest_mem *mem)
{
	(void)mem;
	return rig.prefault_err;
}

/* the last vCPU's thread does not start */
int __wrap_vcpu_thread_start(struct vcpu_thread *cpu, const struct vcpu_board *board)
{
	if (++rig.nr_starts == rig.config.cpus && rig.start_err)
		return rig.start_err;
	return __real_vcpu_thread_start(cpu, board);
}

static void write_mmio(struct kvm_run *run, uint64_t address, uint32_t value, unsigned int len)
{
	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = address;
	run->mmio.len = len;
	run->mmio.is_write = 1;
	memcpy(run->mmio.data, &value, sizeof(value));
}

static void write_byte(struct kvm_run *run, uint64_t address, uint8_t value)
{
	if (!arch_platform()->serial_is_pio) {
		write_mmio(run, address, value, 1);
		return;
	}
	run->exit_reason = KVM_EXIT_IO;
	run->io.direction = KVM_EXIT_IO_OUT;
	run->io.port = (uint16_t)address;
	run->io.size = 1;
	run->io.count = 1;
	run->io.data_offset = 4096;
	((uint8_t *)run)[4096] = value;
}

static void exit_with_event(struct kvm_run *run, uint32_t type)
{
	run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	run->system_event.type = type;
}

static int play(struct kvm_run *run, const struct step *step)
{
	switch (step->kind) {
	case DO_SERIAL:
		write_byte(run, arch_platform()->serial_base, (uint8_t)step->value);
		break;
	case DO_IER:
		write_byte(run, arch_platform()->serial_base + 1, (uint8_t)step->value);
		break;
	case DO_MARK:
		write_byte(run, arch_platform()->marks_base, (uint8_t)step->value);
		break;
	case DO_STATE:
		write_mmio(run, arch_platform()->portal_base + PORTAL_DEV_STATE, step->value, 4);
		break;
	case DO_TRACE:
		write_mmio(run, arch_platform()->portal_base + PORTAL_DEV_TRACE, 1, 4);
		break;
	case DO_CALL:
		run->exit_reason = KVM_EXIT_HYPERCALL;
		break;
	case DO_SIGNAL:
		kill(getpid(), (int)step->value);
		return -EINTR;
	case DO_FAIL_HOOK:
		rig.ops.failed(rig.ops.ctx);
		return -EINTR;
	case DO_RAISE_WORK:
		rig.ops.raise_work(rig.ops.ctx);
		return -EINTR;
	case DO_POWER_OFF:
		exit_with_event(run, KVM_SYSTEM_EVENT_SHUTDOWN);
		break;
	case DO_RESET:
		exit_with_event(run, KVM_SYSTEM_EVENT_RESET);
		break;
	case DO_TRIPLE_FAULT:
		run->exit_reason = KVM_EXIT_SHUTDOWN;
		break;
	case DO_INTERNAL_ERROR:
		run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
		break;
	}
	return 0;
}

static int idle(const struct kvm_run *run)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	while (!__atomic_load_n(&run->immediate_exit, __ATOMIC_SEQ_CST))
		nanosleep(&ms, NULL);
	return -EINTR;
}

static int run_probe(struct kvm_run *run)
{
	if (rig.nr_probe_runs++ < rig.nr_bad_probes) {
		run->exit_reason = KVM_EXIT_SHUTDOWN;
		return 0;
	}
	return fake_kvm_run_probe(run);
}

/* the first vCPU runs the probe and then takes the steps; the others compute */
static int run_guest(struct kvm_run *run)
{
	size_t at;

	if (fake_kvm_vcpu(run) > 0)
		return idle(run);
	if (rig.nr_probe_runs < 2 || rig.nr_bad_probes)
		return run_probe(run);
	at = rig.next++;
	if (at >= rig.nr_steps)
		return idle(run);
	return play(run, &rig.steps[at]);
}

static int setup(void **state)
{
	(void)state;
	fake_kvm_reset();
	fake_kvm.run = run_guest;
	rig = (struct rig){
		.dir = sample_dir(),
		.config = { .kernel = "vmlinuz",
			    .append = "",
			    .console = "null",
			    .memory_bytes = MIB(32),
			    .cpus = 1,
			    .direct = true },
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sample_remove(rig.dir);
	return 0;
}

static char *in_dir(const char *name)
{
	static char paths[4][128];
	static unsigned int next;
	char *path = paths[next++ % ARRAY_SIZE(paths)];

	snprintf(path, sizeof(paths[0]), "%s/%s", rig.dir, name);
	return path;
}

static enum exit_status run(const struct step *steps, size_t nr)
{
	enum exit_status status;

	rig.steps = steps;
	rig.nr_steps = nr;
	capture_start();
	status = machine_run(&rig.config);
	rig.log = capture_stop();
	return status;
}

/* that @text is the last line of the log */
static void assert_last(const char *text)
{
	char line[256];
	size_t len = strlen(rig.log);

	snprintf(line, sizeof(line), "portal-vmm: %s\n", text);
	assert_true(len >= strlen(line));
	assert_string_equal(rig.log + len - strlen(line), line);
}

/* a guest that powers off at once, where a test is about something else */
static const struct step off[] = { { DO_POWER_OFF, 0 } };

static void refuse(enum exit_status status, const char *message)
{
	assert_int_equal(run(off, ARRAY_SIZE(off)), status);
	assert_has(rig.log, message);
	/* no guest has run */
	assert_null(strstr(rig.log, "powered off"));
	assert_int_equal(rig.next, 0);
}

static void test_guest_that_powers_off_is_success(void **state)
{
	(void)state;
	assert_int_equal(run(off, ARRAY_SIZE(off)), EXIT_STATUS_POWEROFF);
	assert_string_equal(rig.log, "portal-vmm: the guest powered off\n");
}

static void test_guest_with_several_vcpus_stops_all_of_them(void **state)
{
	(void)state;
	rig.config.cpus = 3;
	assert_int_equal(run(off, ARRAY_SIZE(off)), EXIT_STATUS_POWEROFF);
	assert_int_equal(rig.nr_starts, 3);
}

static void test_reset_without_a_guest_module_is_a_reboot(void **state)
{
	const struct step steps[] = { { DO_RESET, 0 } };

	(void)state;
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_REBOOT);
}

static void test_reset_before_hello_is_an_early_death(void **state)
{
	const struct step steps[] = { { DO_RESET, 0 } };

	(void)state;
	rig.has_guest_module = true;
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_DIED_EARLY);
}

static void test_triple_fault_is_one(void **state)
{
	const struct step steps[] = { { DO_TRIPLE_FAULT, 0 } };

	(void)state;
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_TRIPLE_FAULT);
}

static void test_reset_after_an_announced_panic_is_a_panic(void **state)
{
	const struct step steps[] = { { DO_STATE, PORTAL_STATE_PANIC }, { DO_RESET, 0 } };

	(void)state;
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_PANIC);
	assert_last("the guest kernel panicked");
}

static void test_vcpu_that_cannot_continue_is_reported(void **state)
{
	const struct step steps[] = { { DO_INTERNAL_ERROR, 0 } };

	(void)state;
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_INTERNAL);
	assert_has(rig.log, "error: vCPU 0: KVM cannot emulate an instruction");
	assert_last("the VM could not go on");
}

static void test_sigterm_ends_a_guest_that_computes(void **state)
{
	const struct step steps[] = { { DO_SIGNAL, SIGTERM } };

	(void)state;
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_SIGNAL_BASE + SIGTERM);
	assert_last("ended by SIGTERM");
}

/* Return: its text, until the next call */
static const char *read_file(const char *path)
{
	static char text[8192];
	FILE *file = fopen(path, "re");
	size_t len;

	assert_non_null(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[len] = '\0';
	return text;
}

static void test_output_reaches_the_console(void **state)
{
	const struct step steps[] = { { DO_SERIAL, 'h' }, { DO_SERIAL, 'i' }, { DO_POWER_OFF, 0 } };
	char spec[160];

	(void)state;
	snprintf(spec, sizeof(spec), "file:%s", in_dir("console"));
	rig.config.console = spec;
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_POWEROFF);
	assert_string_equal(read_file(in_dir("console")), "hi");
}

/* how many there had been when the boot came to @moment; -1: it did not */
static int exits_at(const char *json, const char *moment)
{
	static const char key[] = "\"exits\": ";
	const char *row = strstr(json, moment);
	const char *at = row ? strstr(row, key) : NULL;

	return at ? atoi(at + strlen(key)) : -1;
}

static void test_marks_of_our_init_are_moments_of_the_boot(void **state)
{
	const struct step steps[] = { { DO_MARK, GUEST_INIT_MARK_INIT },
				      { DO_MARK, GUEST_INIT_MARK_FIRMWARE },
				      { DO_POWER_OFF, 0 } };
	const char *text;

	(void)state;
	rig.config.boot_timer_path = in_dir("boot.json");
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_POWEROFF);
	text = read_file(in_dir("boot.json"));
	for (size_t i = 0; i < 4; i++) {
		static const char *const moments[] = { "process", "files", "vm", "first_exit" };

		assert_has(text, moments[i]);
	}
	assert_int_equal(exits_at(text, "\"init\""), 1);
	assert_int_equal(exits_at(text, "\"firmware\""), 2);
}

static void test_unknown_mark_is_no_moment(void **state)
{
	const struct step steps[] = { { DO_MARK, 0xee }, { DO_POWER_OFF, 0 } };
	const char *text;

	(void)state;
	rig.config.boot_timer_path = in_dir("boot.json");
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_POWEROFF);
	text = read_file(in_dir("boot.json"));
	assert_null(strstr(text, "\"init\""));
	assert_null(strstr(text, "\"firmware\""));
}

static void test_stats_count_what_the_guest_did(void **state)
{
	const struct step steps[] = { { DO_TRACE, 0 }, { DO_CALL, 1 }, { DO_POWER_OFF, 0 } };
	const char *text;

	(void)state;
	rig.config.stats_path = in_dir("stats");
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_POWEROFF);
	text = read_file(in_dir("stats"));
	assert_has(text, "exits.mmio 1\nexits.doorbell 1\n");
	assert_has(text, "exits.other 1\n");
	/* no page begins at 1 */
	assert_has(text, "doorbells.hello 1\n");
	assert_has(text, "doorbells.refused 1\n");
}

static uint64_t ram_base(void)
{
	struct guest_mem *mem;
	uint64_t base;
	size_t nr;

	assert_int_equal(mem_create(&mem), 0);
	assert_int_equal(__real_arch_ram_setup(mem, MIB(2)), 0);
	base = mem_slots(mem, &nr)[0].base.value;
	mem_destroy(mem);
	return base;
}

static void test_channel_reads_guest_ram(void **state)
{
	/* the second page is zero, which is no hello */
	const struct step steps[] = { { DO_CALL, (uint32_t)ram_base() + 0x2000 },
				      { DO_POWER_OFF, 0 } };
	const char *text;

	(void)state;
	rig.config.stats_path = in_dir("stats");
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_POWEROFF);
	text = read_file(in_dir("stats"));
	assert_has(text, "sessions.protocol_errors 1\n");
}

static void test_report_that_cannot_be_written_is_an_error_beside_the_outcome(void **state)
{
	(void)state;
	rig.config.stats_path = "/dev/full";
	assert_int_equal(run(off, ARRAY_SIZE(off)), EXIT_STATUS_POWEROFF);
	assert_has(rig.log, "error: --stats=/dev/full: No space left on device\n");
	assert_last("the guest powered off");
}

static void test_boot_timer_that_cannot_be_written_is_an_error_beside_the_outcome(void **state)
{
	(void)state;
	rig.config.boot_timer_path = "/dev/full";
	assert_int_equal(run(off, ARRAY_SIZE(off)), EXIT_STATUS_POWEROFF);
	assert_has(rig.log, "error: --boot-timer=/dev/full: No space left on device\n");
}

static void test_files_that_the_loader_refuses_are_the_users(void **state)
{
	(void)state;
	rig.loader_err = -EINVAL;
	assert_int_equal(run(off, ARRAY_SIZE(off)), EXIT_STATUS_USAGE);
	/* the loader has reported it */
	assert_string_equal(rig.log, "");
	assert_int_equal(fake_kvm.nr_opened, 0);
}

static void test_loader_that_fails_is_our_failure(void **state)
{
	(void)state;
	rig.loader_err = -EIO;
	assert_int_equal(run(off, ARRAY_SIZE(off)), EXIT_STATUS_INTERNAL);
}

static void test_missing_hook_module_is_refused_before_kvm(void **state)
{
	(void)state;
	rig.config.hooks[rig.config.nr_hooks++] = "/nonexistent/hook.so";
	refuse(EXIT_STATUS_USAGE, "/nonexistent/hook.so");
	assert_int_equal(fake_kvm.nr_opened, 0);
}

static void test_hook_module_that_refuses_is_refused_before_kvm(void **state)
{
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/refuses.so", getenv("PORTAL_TEST_MODULES"));
	rig.config.hooks[rig.config.nr_hooks++] = path;
	refuse(EXIT_STATUS_USAGE, "refuses");
	assert_int_equal(fake_kvm.nr_opened, 0);
}

static void test_unknown_console_is_refused_before_kvm(void **state)
{
	(void)state;
	rig.config.console = "tty";
	refuse(EXIT_STATUS_USAGE, "error: --console tty: give stdio, null, file:PATH or pty\n");
	assert_int_equal(fake_kvm.nr_opened, 0);
}

static void test_console_that_cannot_be_opened_is_refused(void **state)
{
	(void)state;
	rig.config.console = "file:/nonexistent/console";
	refuse(EXIT_STATUS_USAGE,
	       "error: --console file:/nonexistent/console: No such file or directory\n");
}

static void test_report_that_cannot_be_created_is_refused_before_kvm(void **state)
{
	(void)state;
	rig.config.stats_path = "/nonexistent/stats";
	refuse(EXIT_STATUS_USAGE, "error: --stats=/nonexistent/stats: No such file or directory\n");
	assert_int_equal(fake_kvm.nr_opened, 0);
}

static void test_host_without_kvm_is_a_bad_host(void **state)
{
	(void)state;
	fake_kvm.open_errno = ENOENT;
	refuse(EXIT_STATUS_HOST, "error: /dev/kvm: does not exist; ");
}

static void test_host_without_a_capability_is_a_bad_host(void **state)
{
	(void)state;
	fake_kvm.cap = KVM_CAP_IMMEDIATE_EXIT;
	refuse(EXIT_STATUS_HOST, "error: KVM capability KVM_CAP_IMMEDIATE_EXIT; ");
}

static void test_ram_that_cannot_be_reserved_is_named(void **state)
{
	(void)state;
	rig.ram_err = -ENOMEM;
	refuse(EXIT_STATUS_INTERNAL,
	       "error: cannot reserve 32 MiB for the guest: Cannot allocate memory\n");
}

static void test_ram_that_cannot_be_prefaulted_is_named(void **state)
{
	(void)state;
	rig.config.huge_pages = true;
	rig.config.prefault = true;
	rig.prefault_err = -ENOMEM;
	refuse(EXIT_STATUS_INTERNAL, "error: cannot reserve 32 MiB for the guest: ");
}

/* a failure that does not come again: the check of the host finds nothing */
static void test_failure_that_the_host_check_does_not_explain_is_ours(void **state)
{
	static const struct {
		unsigned long request;
		const char *message;
	} cases[] = {
		{ KVM_CREATE_VM, "error: cannot create a VM: No such device or address\n" },
		{ KVM_SET_USER_MEMORY_REGION,
		  "error: cannot set the VM up: No such device or address\n" },
		{ KVM_CREATE_VCPU,
		  "error: cannot create a virtual CPU: No such device or address\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fake_kvm_reset();
		fake_kvm.fail_request = cases[i].request;
		fake_kvm.fail_errno = ENXIO;
		fake_kvm.fail_times = 1;
		refuse(EXIT_STATUS_INTERNAL, cases[i].message);
	}
}

static void test_failure_that_the_host_check_finds_again_is_the_hosts(void **state)
{
	(void)state;
	fake_kvm.fail_request = KVM_CREATE_VCPU;
	fake_kvm.fail_errno = ENXIO;
	refuse(EXIT_STATUS_HOST, "error: a tiny guest does not run to its end (No such device or "
				 "address)");
	assert_null(strstr(rig.log, "cannot create a virtual CPU"));
}

static void test_32_bit_kernel_on_a_host_without_them_is_refused(void **state)
{
	(void)state;
	rig.is_32bit = true;
	if (arch_cap_32bit())
		fake_kvm.cap = arch_cap_32bit()->cap;
	refuse(EXIT_STATUS_HOST, "error: vmlinuz: a 32-bit kernel; this host's KVM has no ");
}

static void test_doorbell_that_the_host_lacks_is_refused(void **state)
{
	(void)state;
	rig.config.doorbell = ARCH_DOORBELL_MMIO;
	rig.has_no_doorbell = true;
	refuse(EXIT_STATUS_HOST, "error: --doorbell: this host has no such doorbell");
}

static void test_missing_disk_is_refused(void **state)
{
	(void)state;
	rig.config.disks[rig.config.nr_disks++] = "/nonexistent/disk";
	refuse(EXIT_STATUS_USAGE, "error: --disk /nonexistent/disk: No such file or directory\n");
}

static void test_kernel_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	rig.config.memory_bytes = KIB(64);
	refuse(EXIT_STATUS_USAGE, "error: guest memory is too small: ");
}

static void test_part_that_cannot_be_created_is_named(void **state)
{
	static const struct {
		int eventfd_errno, channel_err, host_err;
		bool is_no_cpus;
		const char *message;
	} cases[] = {
		{ .eventfd_errno = EMFILE,
		  .message = "error: cannot create an eventfd: Too many open files\n" },
		{ .channel_err = -EMFILE,
		  .message = "error: cannot create the channel: Too many open files\n" },
		{ .host_err = -ENOMEM,
		  .message = "error: cannot create the module host: Cannot allocate memory\n" },
		{ .is_no_cpus = true,
		  .message = "error: cannot create the vCPU threads: Cannot allocate memory\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		rig.eventfd_errno = cases[i].eventfd_errno;
		rig.channel_err = cases[i].channel_err;
		rig.host_err = cases[i].host_err;
		rig.is_no_cpus = cases[i].is_no_cpus;
		refuse(EXIT_STATUS_INTERNAL, cases[i].message);
	}
}

static void test_interrupt_of_a_device_is_a_pulse_on_its_line(void **state)
{
	const struct step steps[] = { { DO_IER, 2 }, { DO_POWER_OFF, 0 } };

	(void)state;
	/* the transmitter is empty: an interrupt as soon as it is enabled */
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_POWEROFF);
	assert_int_equal(fake_kvm.nr_irqs, 2);
	assert_int_equal(fake_kvm.last_gsi, arch_platform()->serial_gsi);
}

static void test_work_of_the_host_is_an_interrupt_of_the_portal_device(void **state)
{
	const struct step steps[] = { { DO_RAISE_WORK, 0 }, { DO_POWER_OFF, 0 } };

	(void)state;
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_POWEROFF);
	assert_int_equal(fake_kvm.nr_irqs, 2);
	assert_int_equal(fake_kvm.last_gsi, arch_platform()->portal_gsi);
}

static void test_hook_that_the_guest_cannot_have_is_the_users(void **state)
{
	const struct step steps[] = { { DO_FAIL_HOOK, 0 } };

	(void)state;
	assert_int_equal(run(steps, ARRAY_SIZE(steps)), EXIT_STATUS_USAGE);
	assert_last("a hook cannot be installed in this guest");
}

static void test_direct_access_is_what_the_platform_allows(void **state)
{
	(void)state;
	assert_int_equal(run(off, ARRAY_SIZE(off)), EXIT_STATUS_POWEROFF);
	assert_int_equal(rig.direct,
			 arch_platform()->shootdown_waits ? DIRECT_READ_WRITE : DIRECT_READ);
}

static void test_direct_access_can_be_off(void **state)
{
	(void)state;
	rig.config.direct = false;
	assert_int_equal(run(off, ARRAY_SIZE(off)), EXIT_STATUS_POWEROFF);
	assert_int_equal(rig.direct, DIRECT_OFF);
}

static void test_trace_event_that_kvm_does_not_take_is_no_error(void **state)
{
	(void)state;
	fake_kvm.fail_request = KVM_IOEVENTFD;
	fake_kvm.fail_errno = ENOSYS;
	assert_int_equal(run(off, ARRAY_SIZE(off)), EXIT_STATUS_POWEROFF);
}

static void test_thread_that_cannot_be_started_stops_the_others(void **state)
{
	(void)state;
	rig.config.cpus = 2;
	rig.start_err = -EAGAIN;
	assert_int_equal(run(NULL, 0), EXIT_STATUS_INTERNAL);
	assert_has(rig.log, "error: cannot run the VM: Resource temporarily unavailable\n");
	assert_last("the VM could not go on");
}

static void test_probe_that_always_fails_is_a_bad_host(void **state)
{
	(void)state;
	rig.nr_bad_probes = UINT32_MAX;
	refuse(EXIT_STATUS_HOST, "error: a tiny guest does not run to its end");
	assert_last("this host's KVM does not run the guest");
}

static void test_probe_that_fails_once_is_our_failure(void **state)
{
	(void)state;
	rig.nr_bad_probes = 1;
	refuse(EXIT_STATUS_INTERNAL,
	       "error: the first virtual CPU does not run the probe: Exec format error\n");
}

/* --describe-module @spec; what it prints is in the file "stdout" */
static enum exit_status describe(const char *spec)
{
	int fd = open(in_dir("stdout"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int own = dup(STDOUT_FILENO);
	enum exit_status status;

	fflush(stdout);
	assert_true(fd >= 0 && own >= 0 && dup2(fd, STDOUT_FILENO) >= 0);
	capture_start();
	status = machine_describe_module(spec);
	rig.log = capture_stop();
	fflush(stdout);
	assert_true(dup2(own, STDOUT_FILENO) >= 0);
	close(own);
	close(fd);
	return status;
}

static void test_description_of_a_missing_module_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(describe("/nonexistent/hook.so"), EXIT_STATUS_USAGE);
	assert_has(rig.log, "/nonexistent/hook.so");
	assert_string_equal(read_file(in_dir("stdout")), "");
}

static void test_description_of_a_module_needs_no_kvm(void **state)
{
	char path[512];

	(void)state;
	snprintf(path, sizeof(path), "%s/everything.so", getenv("PORTAL_TEST_MODULES"));
	assert_int_equal(describe(path), EXIT_STATUS_POWEROFF);
	assert_has(read_file(in_dir("stdout")), "everything 3.1 (hook API ");
	assert_int_equal(fake_kvm.nr_opened, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_guest_that_powers_off_is_success),
		CASE(test_guest_with_several_vcpus_stops_all_of_them),
		CASE(test_reset_without_a_guest_module_is_a_reboot),
		CASE(test_reset_before_hello_is_an_early_death),
		CASE(test_triple_fault_is_one),
		CASE(test_reset_after_an_announced_panic_is_a_panic),
		CASE(test_vcpu_that_cannot_continue_is_reported),
		CASE(test_sigterm_ends_a_guest_that_computes),
		CASE(test_output_reaches_the_console),
		CASE(test_marks_of_our_init_are_moments_of_the_boot),
		CASE(test_unknown_mark_is_no_moment),
		CASE(test_stats_count_what_the_guest_did),
		CASE(test_channel_reads_guest_ram),
		CASE(test_report_that_cannot_be_written_is_an_error_beside_the_outcome),
		CASE(test_boot_timer_that_cannot_be_written_is_an_error_beside_the_outcome),
		CASE(test_files_that_the_loader_refuses_are_the_users),
		CASE(test_loader_that_fails_is_our_failure),
		CASE(test_missing_hook_module_is_refused_before_kvm),
		CASE(test_hook_module_that_refuses_is_refused_before_kvm),
		CASE(test_unknown_console_is_refused_before_kvm),
		CASE(test_console_that_cannot_be_opened_is_refused),
		CASE(test_report_that_cannot_be_created_is_refused_before_kvm),
		CASE(test_host_without_kvm_is_a_bad_host),
		CASE(test_host_without_a_capability_is_a_bad_host),
		CASE(test_ram_that_cannot_be_reserved_is_named),
		CASE(test_ram_that_cannot_be_prefaulted_is_named),
		CASE(test_failure_that_the_host_check_does_not_explain_is_ours),
		CASE(test_failure_that_the_host_check_finds_again_is_the_hosts),
		CASE(test_32_bit_kernel_on_a_host_without_them_is_refused),
		CASE(test_doorbell_that_the_host_lacks_is_refused),
		CASE(test_missing_disk_is_refused),
		CASE(test_kernel_that_does_not_fit_is_refused),
		CASE(test_part_that_cannot_be_created_is_named),
		CASE(test_interrupt_of_a_device_is_a_pulse_on_its_line),
		CASE(test_work_of_the_host_is_an_interrupt_of_the_portal_device),
		CASE(test_hook_that_the_guest_cannot_have_is_the_users),
		CASE(test_direct_access_is_what_the_platform_allows),
		CASE(test_direct_access_can_be_off),
		CASE(test_trace_event_that_kvm_does_not_take_is_no_error),
		CASE(test_thread_that_cannot_be_started_stops_the_others),
		CASE(test_probe_that_always_fails_is_a_bad_host),
		CASE(test_probe_that_fails_once_is_our_failure),
		CASE(test_description_of_a_missing_module_is_an_error),
		CASE(test_description_of_a_module_needs_no_kvm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
