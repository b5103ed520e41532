/* SPDX-License-Identifier: MIT */
#include "machine/machine.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "devices/console/console.h"
#include "guest/init/format.h"
#include "handover/loader_process.h"
#include "hooks/module_host.h"
#include "machine/boot_timer.h"
#include "machine/devices.h"
#include "machine/host_check.h"
#include "machine/init_error.h"
#include "machine/load.h"
#include "machine/main_loop.h"
#include "machine/outcome.h"
#include "machine/probe.h"
#include "machine/stats_report.h"
#include "machine/vcpu_thread.h"
#include "portal/channel.h"

/* the parts of a VM; zero is "not created yet", so that a half-built one can be destroyed */
struct machine {
	const struct vmm_config *config;
	struct handover handover;

	struct guest_mem *mem;
	struct vm vm;
	bool has_vm;
	enum arch_doorbell doorbell;
	struct vcpu_thread *cpus;
	unsigned int nr_cpus; /* created */

	struct devices devices;
	struct console *console;
	atomic_bool output_waits;
	struct boot_timer timer;

	struct module_host *host;
	struct channel *channel;

	struct outcome outcome;
	struct init_error init_error;
	struct vcpu_board board;
};

static void raise_irq(void *ctx, unsigned int gsi)
{
	struct machine *m = ctx;

	vm_pulse_irq(&m->vm, gsi);
}

static void on_reset(struct machine *m, bool triple_fault)
{
	struct channel_stats stats;

	channel_get_stats(m->channel, &stats);
	atomic_store(&m->outcome.hello, stats.hellos > 0);
	outcome_reset(&m->outcome, triple_fault);
}

static void on_power(void *ctx, enum power_event event)
{
	struct machine *m = ctx;

	if (event == POWER_OFF)
		outcome_set(&m->outcome, OUTCOME_POWEROFF);
	else
		on_reset(m, false);
}

static void on_guest_state(void *ctx, uint32_t state)
{
	struct machine *m = ctx;

	atomic_store(&m->outcome.guest_state, state);
	outcome_wake(&m->outcome);
}

static void on_trace_wake(void *ctx)
{
	const struct machine *m = ctx;
	const uint64_t one = 1;

	/* EAGAIN: the counter is saturated, and the reader wakes up anyway */
	if (write(channel_trace_fd(m->channel), &one, sizeof(one)) < 0)
		return;
}

static void on_mark(void *ctx, uint8_t value)
{
	struct machine *m = ctx;
	uint64_t exits = 0;

	for (unsigned int i = 0; i < m->nr_cpus; i++)
		exits += vcpu_thread_count_exits(&m->cpus[i]);
	if (value == GUEST_INIT_MARK_INIT)
		boot_timer_reach(&m->timer, BOOT_INIT, exits);
	else if (value == GUEST_INIT_MARK_FIRMWARE)
		boot_timer_reach(&m->timer, BOOT_FIRMWARE, exits);
}

static void on_triple_fault(void *ctx)
{
	on_reset(ctx, true);
}

static void on_stuck(void *ctx, const char *text)
{
	struct machine *m = ctx;

	log_error("%s", text);
	outcome_set(&m->outcome, OUTCOME_INTERNAL);
}

/* KVM refused @what: find out whether the host lacks something, and log it.
 * Return: -ENODEV: it does; -EIO: it does not. */
static int blame(int err, const char *what)
{
	if (!host_check(NULL))
		return -ENODEV;
	log_error("%s: %s", what, strerror(-err));
	return -EIO;
}

static void on_unfit(void *ctx, int err)
{
	struct machine *m = ctx;
	bool is_host = blame(err, "the first virtual CPU does not run the probe") == -ENODEV;

	outcome_set(&m->outcome, is_host ? OUTCOME_BAD_HOST : OUTCOME_INTERNAL);
}

static void on_serial_out(void *ctx, const uint8_t *data, size_t len)
{
	struct machine *m = ctx;

	console_write(m->console, data, len);
	init_error_feed(&m->init_error, data, len);
	if (!atomic_exchange(&m->output_waits, true))
		outcome_wake(&m->outcome);
}

static void on_hook_failed(void *ctx)
{
	struct machine *m = ctx;

	outcome_set(&m->outcome, OUTCOME_BAD_HOOK);
}

static void on_work(void *ctx)
{
	struct machine *m = ctx;

	portal_dev_raise_work(&m->devices.portal_dev, 1);
}

/* Return: @err, for the caller to pass on */
static int create_failed(const char *what, int err)
{
	log_error("cannot create %s: %s", what, strerror(-err));
	return err;
}

static void *slice_ram(void *ctx, gpa_t gpa, uint64_t len)
{
	const struct machine *m = ctx;

	return mem_slice(m->mem, gpa, len);
}

static int load_hooks(struct machine *m)
{
	const struct module_host_ops ops = { .raise_work = on_work,
					     .failed = on_hook_failed,
					     .ctx = m };
	int err = module_host_create(&ops, &m->host);

	if (err < 0)
		return create_failed("the module host", err);
	for (size_t i = 0; i < m->config->nr_hooks && err == 0; i++) {
		if (module_host_load(m->host, m->config->hooks[i]) < 0)
			err = -EINVAL;
	}
	return err;
}

static int add_devices(struct machine *m)
{
	const struct devices_events events = {
		.serial_out = on_serial_out,
		.power = on_power,
		.guest_state = on_guest_state,
		.trace = on_trace_wake,
		.mark = on_mark,
		.raise_irq = raise_irq,
		.ctx = m,
	};

	return devices_add(&m->devices, &events, m->mem, &m->handover, m->config);
}

static enum direct_access direct_access(const struct machine *m)
{
	if (!m->config->direct)
		return DIRECT_OFF;
	return arch_platform()->shootdown_waits ? DIRECT_READ_WRITE : DIRECT_READ;
}

static void wake_vcpu(void *ctx, unsigned int vcpu)
{
	struct machine *m = ctx;

	vcpu_thread_wake(&m->cpus[vcpu]);
}

static int add_channel(struct machine *m)
{
	struct channel_config config = { .ram = { .slice = slice_ram, .ctx = m },
					 .waker = { .wake = wake_vcpu, .ctx = m },
					 .nr_vcpus = m->config->cpus,
					 .direct = direct_access(m) };
	int err;

	module_host_sink(m->host, &config.sink);
	err = channel_create(&config, &m->channel);
	if (err < 0)
		return create_failed("the channel", err);
	/* without this the write goes to the device, with an exit */
	err = vm_bind_event(&m->vm, GPA(arch_platform()->portal_base + PORTAL_DEV_TRACE),
			    sizeof(uint32_t), channel_trace_fd(m->channel));
	if (err < 0)
		log_debug("waking the trace thread costs an exit: %s", strerror(-err));
	return 0;
}

static int add_cpus(struct machine *m)
{
	int err = 0;

	m->cpus = calloc(m->config->cpus, sizeof(*m->cpus));
	if (!m->cpus)
		return create_failed("the vCPU threads", -ENOMEM);
	while (err == 0 && m->nr_cpus < m->config->cpus) {
		struct vcpu_thread *cpu = &m->cpus[m->nr_cpus];

		err = vcpu_create(&m->vm, m->nr_cpus, &cpu->vcpu);
		if (err < 0)
			break;
		m->nr_cpus++;
		err = arch_vcpu_setup(&m->vm, &cpu->vcpu, m->config->cpus,
				      kernel_image_is_32bit(&m->handover.kernel));
	}
	return err < 0 ? blame(err, "cannot create a virtual CPU") : 0;
}

static int add_ram(struct machine *m)
{
	int err = mem_create(&m->mem);

	if (err == 0)
		err = arch_ram_setup(m->mem, m->config->memory_bytes);
	if (err == 0 && m->config->huge_pages)
		mem_use_huge_pages(m->mem);
	if (err == 0 && m->config->prefault)
		err = mem_prefault(m->mem);
	return err;
}

static int check_width(const struct machine *m)
{
	const struct arch_cap *cap = arch_cap_32bit();

	if (!kernel_image_is_32bit(&m->handover.kernel) || (cap && probe_has(&m->vm, cap)))
		return 0;
	log_error("%s: a 32-bit kernel; this host's KVM has no %s: %s", m->config->kernel,
		  cap ? cap->name : "32-bit guests", cap ? cap->advice : "use a 64-bit kernel");
	return -ENODEV;
}

static int pick_doorbell(struct machine *m)
{
	m->doorbell = arch_doorbell(&m->vm, m->config->doorbell);
	if (m->doorbell != ARCH_DOORBELL_NONE)
		return 0;
	log_error("--doorbell: this host has no such doorbell; omit the option");
	return -ENODEV;
}

static int add_vm(struct machine *m)
{
	int err = add_ram(m);

	if (err < 0) {
		log_error("cannot reserve %llu MiB for the guest: %s",
			  (unsigned long long)(m->config->memory_bytes >> 20), strerror(-err));
		return err;
	}
	err = vm_create(&m->vm);
	if (err < 0)
		return blame(err, "cannot create a VM");
	m->has_vm = true;
	err = check_width(m);
	if (err == 0)
		err = pick_doorbell(m);
	if (err < 0)
		return err;
	err = probe_caps(&m->vm);
	if (err == 0)
		err = arch_vm_setup(&m->vm, m->doorbell);
	if (err == 0)
		err = vm_map(&m->vm, m->mem);
	return err < 0 ? blame(err, "cannot set the VM up") : 0;
}

static int open_console(struct machine *m)
{
	int err = console_create(m->config->console, &m->console);

	if (err == -EINVAL)
		log_error("--console %s: give stdio, null, file:PATH or pty", m->config->console);
	else if (err < 0)
		log_error("--console %s: %s", m->config->console, strerror(-err));
	return err < 0 ? -EINVAL : 0;
}

static int check_report(const char *path)
{
	int err = path ? stats_report_check(path) : 0;

	if (err == 0)
		return 0;
	log_error("--stats=%s: %s", path, strerror(-err));
	return -EINVAL;
}

static int load_into(const struct machine *m)
{
	const struct load_initrd initrd = { .data = m->handover.initrd.data,
					    .len = m->handover.initrd.len };
	const struct load_target target = {
		.vm = &m->vm,
		.mem = m->mem,
		.cpu = &m->cpus[0].vcpu,
		.nr_virtio = m->devices.slots.nr,
		.doorbell = m->doorbell,
	};

	return load_guest(m->config, &m->handover.kernel, &initrd, &target);
}

/* Return: 0; -EINVAL: a file or option; -ENODEV: this host; other: internal error. Errors are
 * logged here. */
static int machine_build(struct machine *m)
{
	int err;

	atomic_store(&m->outcome.expects_hello, m->handover.has_guest_module);
	m->outcome.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (m->outcome.wake_fd < 0)
		return create_failed("an eventfd", -errno);
	err = check_report(m->config->stats_path);
	if (err == 0)
		err = open_console(m);
	if (err == 0)
		err = add_vm(m);
	if (err == 0)
		err = add_devices(m);
	if (err == 0)
		err = add_channel(m);
	if (err == 0)
		err = add_cpus(m);
	if (err == 0)
		err = load_into(m);
	/* everything is in guest RAM now */
	handover_done(&m->handover);
	return err;
}

static int start_cpus(struct machine *m, unsigned int *ret_started)
{
	int err = vcpu_install_kick();

	m->board = (struct vcpu_board){
		.mem = m->mem,
		.pio = &m->devices.pio,
		.mmio = &m->devices.mmio,
		.channel = m->channel,
		.doorbell = m->doorbell,
		.timer = &m->timer,
		.outcome = &m->outcome,
		.power = on_power,
		.triple_fault = on_triple_fault,
		.stuck = on_stuck,
		.unfit = on_unfit,
		.ctx = m,
	};
	for (unsigned int i = 0; i < m->nr_cpus && err == 0; i++) {
		err = vcpu_thread_start(&m->cpus[i], &m->board);
		if (err == 0)
			(*ret_started)++;
	}
	return err;
}

static void write_report(const struct machine *m)
{
	const struct stats_report_sources sources = {
		.cpus = m->cpus,
		.nr_cpus = m->nr_cpus,
		.channel = m->channel,
		.host = m->host,
	};
	int err;

	if (!m->config->stats_path)
		return;
	err = stats_report_write(&sources, m->config->stats_path);
	if (err < 0)
		log_error("--stats=%s: %s", m->config->stats_path, strerror(-err));
}

static void write_boot_timer(const struct machine *m)
{
	const char *path = m->config->boot_timer_path;
	int err = path ? boot_timer_write(&m->timer, path) : 0;

	if (err < 0)
		log_error("--boot-timer=%s: %s", path, strerror(-err));
}

static void machine_go(struct machine *m)
{
	const struct main_loop loop = {
		.outcome = &m->outcome,
		.console = m->console,
		.serial = &m->devices.serial,
		.output_waits = &m->output_waits,
		.timeout_s = m->config->timeout_s,
	};
	unsigned int started = 0;
	int err;

	boot_timer_reach(&m->timer, BOOT_VM, 0);
	err = start_cpus(m, &started);

	if (err == 0)
		err = main_loop_run(&loop);
	if (err < 0) {
		log_error("cannot run the VM: %s", strerror(-err));
		outcome_set(&m->outcome, OUTCOME_INTERNAL);
	}
	while (started > 0)
		vcpu_thread_stop(&m->cpus[--started]);
	channel_close_trace(m->channel);
	console_flush(m->console);
	write_boot_timer(m);
	write_report(m);
}

static void machine_destroy(struct machine *m)
{
	for (unsigned int i = 0; i < m->nr_cpus; i++)
		vcpu_destroy(&m->cpus[i].vcpu);
	free(m->cpus);
	channel_destroy(m->channel);
	module_host_destroy(m->host);
	devices_done(&m->devices);
	console_destroy(m->console);
	if (m->has_vm)
		vm_destroy(&m->vm);
	mem_destroy(m->mem);
	handover_done(&m->handover);
	if (m->outcome.wake_fd >= 0)
		close(m->outcome.wake_fd);
}

static enum exit_status machine_outcome(const struct machine *m)
{
	enum outcome_reason reason = (enum outcome_reason)atomic_load(&m->outcome.reason);

	if (reason == OUTCOME_DIED_EARLY && m->init_error.text[0] != '\0')
		log_info("the guest ended before the guest module said hello: %s",
			 m->init_error.text);
	else
		log_info("%s", outcome_text(reason));
	return outcome_status(reason);
}

/* -EINVAL: a file or option; -ENODEV: this host; other: internal error */
static enum exit_status failure_status(int err)
{
	switch (err) {
	case -EINVAL:
		return EXIT_STATUS_USAGE;
	case -ENODEV:
		return EXIT_STATUS_HOST;
	default:
		return EXIT_STATUS_INTERNAL;
	}
}

enum exit_status machine_run(const struct vmm_config *config)
{
	struct machine m = { .config = config, .handover = HANDOVER_NONE, .outcome.wake_fd = -1 };
	int err;

	boot_timer_reach(&m.timer, BOOT_PROCESS, 0);
	err = loader_process_run(config, &m.handover);
	if (err == 0)
		err = load_hooks(&m);
	boot_timer_reach(&m.timer, BOOT_FILES, 0);
	if (err == 0)
		err = main_loop_block_signals();
	if (err == 0)
		err = machine_build(&m);
	if (err == 0)
		machine_go(&m);
	machine_destroy(&m);
	return err == 0 ? machine_outcome(&m) : failure_status(err);
}

enum exit_status machine_describe_module(const char *spec)
{
	const struct module_host_ops ops = { 0 };
	struct module_host *host = NULL;
	int err = module_host_create(&ops, &host);

	if (err == 0)
		err = module_host_describe(host, spec, stdout);
	module_host_destroy(host);
	return err < 0 ? EXIT_STATUS_USAGE : EXIT_STATUS_POWEROFF;
}
