/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "base/log.h"
#include "portal/wire.h"

#define PROBE_RAM	(64u * 1024)
#define PROBE_LIMIT_MS	2000
#define PROBE_MAX_EXITS 16

/* where findings go, and whether all were good */
struct report {
	FILE *out;
	bool failed;
};

static void __attribute__((format(printf, 2, 3))) met(const struct report *report, const char *fmt, ...)
{
	va_list ap;

	if (!report->out)
		return;
	va_start(ap, fmt);
	fputs("ok      ", report->out);
	vfprintf(report->out, fmt, ap);
	fputc('\n', report->out);
	va_end(ap);
}

static void __attribute__((format(printf, 2, 3))) missing(struct report *report, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (report->out) {
		fputs("MISSING ", report->out);
		vfprintf(report->out, fmt, ap);
		fputc('\n', report->out);
	} else if (!report->failed) {
		log_vline(LOG_ERROR, fmt, ap);
	}
	va_end(ap);
	report->failed = true;
}

static void check_open(struct report *report, int err)
{
	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		missing(report, VM_DEV_KVM ": not there; load the host's KVM module (modprobe kvm_amd or "
				"kvm_intel) and enable virtualisation in the firmware; inside a VM or a "
				"container, have " VM_DEV_KVM " passed through");
		break;
	case -EACCES:
	case -EPERM:
		missing(report, VM_DEV_KVM ": no permission; add yourself to the group kvm (usermod -aG kvm "
				"USER, then log in again)");
		break;
	case -EPROTO:
		missing(report, VM_DEV_KVM ": does not speak API version %d; use a newer host kernel",
			KVM_API_VERSION);
		break;
	default:
		missing(report, VM_DEV_KVM ": %s", strerror(-err));
	}
}

static void check_caps(struct report *report, const struct vm *vm)
{
	for (const struct arch_cap *cap = arch_caps(); cap->name; cap++) {
		int value = vm_cap(vm, cap->cap);

		if (value == 0 || (value & cap->wanted) != cap->wanted)
			missing(report, "KVM capability %s; %s", cap->name, cap->advice);
		else
			met(report, "KVM capability %s", cap->name);
	}
}

/* a timer that kicks the thread out of KVM_RUN when the probe does not end by itself */
static int arm_limit(timer_t *ret_timer)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = VCPU_KICK_SIGNAL };
	struct itimerspec limit = { .it_value.tv_sec = PROBE_LIMIT_MS / 1000 };
	int err = vcpu_install_kick();

	if (err < 0)
		return err;
	if (timer_create(CLOCK_MONOTONIC, &event, ret_timer) < 0)
		return -errno;
	return timer_settime(*ret_timer, 0, &limit, NULL) < 0 ? -errno : 0;
}

/* Return: how often the doorbell rang before the guest halted; -errno: it did not get that far. */
static int run_probe(struct vcpu *cpu)
{
	int rings = 0;

	for (int i = 0; i < PROBE_MAX_EXITS; i++) {
		int err = vcpu_run(cpu);

		if (err < 0)
			return err == -EINTR ? -ETIMEDOUT : err;
		if (cpu->run->exit_reason == KVM_EXIT_HLT)
			return rings;
		if (cpu->run->exit_reason != KVM_EXIT_HYPERCALL ||
		    cpu->run->hypercall.nr != PORTAL_DOORBELL_NR)
			return -ENOEXEC;
		arch_doorbell_done(cpu->run, 0);
		rings++;
	}
	return -ELOOP;
}

static int probe_guest(const struct vm *vm, struct guest_mem *mem)
{
	const struct arch_probe *probe = arch_probe();
	struct vcpu cpu;
	timer_t timer;
	int err;

	err = mem_add_ram(mem, GPA(0), PROBE_RAM);
	if (err == 0)
		err = mem_write(mem, GPA(ARCH_PROBE_GPA), probe->code, probe->size);
	if (err == 0)
		err = vm_map(vm, mem);
	if (err == 0)
		err = vcpu_create(vm, 0, &cpu);
	if (err < 0)
		return err;
	err = arch_probe_setup(&cpu);
	if (err == 0)
		err = arm_limit(&timer);
	if (err == 0) {
		err = run_probe(&cpu);
		timer_delete(timer);
	}
	vcpu_destroy(&cpu);
	return err;
}

static void check_guest(struct report *report)
{
	struct guest_mem *mem = NULL;
	struct vm vm;
	int err = mem_create(&mem);

	if (err == 0)
		err = vm_create(&vm);
	if (err == 0) {
		err = vm_enable_cap(&vm, KVM_CAP_EXIT_HYPERCALL, 1 << PORTAL_DOORBELL_NR);
		if (err == 0)
			err = probe_guest(&vm, mem);
		vm_destroy(&vm);
	}
	mem_destroy(mem);
	if (err > 0)
		met(report, "a guest runs, and its doorbell rings");
	else
		missing(report, "a tiny guest does not run to its end (%s): this KVM emulates instructions in "
				"software or lacks hardware virtualisation, and cannot run stock kernels; use a "
				"host with AMD-V or Intel VT-x, or nested virtualisation switched on (%s)",
			err < 0 ? strerror(-err) : "no doorbell", "scripts/lab brings such a host along");
}

bool check_host(FILE *out)
{
	struct report report = { .out = out };
	struct vm vm;
	int err = vm_create(&vm);

	if (err < 0) {
		check_open(&report, err);
		return false;
	}
	met(&report, VM_DEV_KVM " opens, API version %d", KVM_API_VERSION);
	check_caps(&report, &vm);
	vm_destroy(&vm);
	if (!report.failed)
		check_guest(&report);
	return !report.failed;
}
