/* SPDX-License-Identifier: MIT */
#include "machine/host_check.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "arch/arch.h"
#include "base/log.h"
#include "machine/probe.h"

#define PROBE_RAM (64u * 1024)

/* where findings are written, and whether a requirement was not met */
struct findings {
	FILE *out;
	bool failed;
};

static void __attribute__((format(printf, 2, 3)))
met(const struct findings *findings, const char *fmt, ...)
{
	va_list ap;

	if (!findings->out)
		return;
	va_start(ap, fmt);
	fputs("ok      ", findings->out);
	vfprintf(findings->out, fmt, ap);
	fputc('\n', findings->out);
	va_end(ap);
}

static void __attribute__((format(printf, 2, 3)))
missing(struct findings *findings, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (findings->out) {
		fputs("MISSING ", findings->out);
		vfprintf(findings->out, fmt, ap);
		fputc('\n', findings->out);
	} else if (!findings->failed) {
		log_vline(LOG_ERROR, fmt, ap);
	}
	va_end(ap);
	findings->failed = true;
}

static void check_open(struct findings *findings, int err)
{
	switch (err) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		missing(findings,
			VM_DEV_KVM
			": does not exist; %s; inside a VM or a container, pass " VM_DEV_KVM
			" through",
			arch_platform()->no_kvm);
		break;
	case -EACCES:
	case -EPERM:
		missing(findings, VM_DEV_KVM
			": no permission; add yourself to the group kvm (usermod -aG kvm "
			"USER, then log in again)");
		break;
	case -EPROTO:
		missing(findings,
			VM_DEV_KVM ": does not speak API version %d; use a newer host kernel",
			KVM_API_VERSION);
		break;
	default:
		missing(findings, VM_DEV_KVM ": %s", strerror(-err));
	}
}

static void check_caps(struct findings *findings, const struct vm *vm)
{
	for (const struct arch_cap *cap = arch_caps(); cap->name; cap++) {
		if (probe_has(vm, cap))
			met(findings, "KVM capability %s", cap->name);
		else
			missing(findings, "KVM capability %s; %s", cap->name, cap->advice);
	}
}

/* not every guest needs these: the host can do without */
static void check_optional(const struct findings *findings, const struct vm *vm)
{
	for (const struct arch_cap *cap = arch_optional_caps(); cap->name && findings->out; cap++) {
		if (probe_has(vm, cap))
			met(findings, "KVM capability %s", cap->name);
		else
			fprintf(findings->out, "no      KVM capability %s; %s\n", cap->name,
				cap->advice);
	}
}

static int probe_guest(struct vm *vm, struct guest_mem *mem)
{
	enum arch_doorbell doorbell = arch_doorbell(vm, ARCH_DOORBELL_NONE);
	struct vcpu cpu;
	int err = arch_ram_setup(mem, PROBE_RAM);

	if (err == 0)
		err = arch_vm_setup(vm, doorbell);
	if (err == 0)
		err = vm_map(vm, mem);
	if (err == 0)
		err = vcpu_install_kick();
	if (err == 0)
		err = vcpu_create(vm, 0, &cpu);
	if (err < 0)
		return err;
	err = arch_vcpu_setup(vm, &cpu, 1, false);
	if (err == 0)
		err = probe_run(mem, doorbell, &cpu);
	vcpu_destroy(&cpu);
	return err;
}

static void check_guest(struct findings *findings)
{
	struct guest_mem *mem = NULL;
	struct vm vm;
	int err = mem_create(&mem);

	if (err == 0)
		err = vm_create(&vm);
	if (err == 0) {
		err = probe_guest(&vm, mem);
		vm_destroy(&vm);
	}
	mem_destroy(mem);
	if (err == 0)
		met(findings, "a guest runs and can call portal-vmm");
	else
		missing(findings,
			"a tiny guest does not run to its end (%s): %s (scripts/lab "
			"provides such a host)",
			strerror(-err), arch_platform()->no_probe);
}

bool host_check(FILE *out)
{
	struct findings findings = { .out = out };
	struct vm vm;
	int err = vm_create(&vm);

	if (err < 0) {
		check_open(&findings, err);
		return false;
	}
	met(&findings, VM_DEV_KVM " opens, API version %d", KVM_API_VERSION);
	check_caps(&findings, &vm);
	check_optional(&findings, &vm);
	vm_destroy(&vm);
	if (!findings.failed)
		check_guest(&findings);
	return !findings.failed;
}
