/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "arch/arch.h"
#include "arch/x86/layout.h"
#include "base/bytes.h"
#include "portal/wire.h"

/*
 * panic=-1: the guest resets immediately after a panic, so that the run ends without a delay.
 * reboot=acpi: otherwise Linux takes hardware-reduced ACPI for a sign of EFI and finally calls a
 * BIOS, which is absent. pci=off, nr_uarts=1: the kernel does not probe for absent hardware. quiet:
 * each character on the serial console costs an exit; --append 'loglevel=8' restores the messages.
 */
#define CMDLINE "console=ttyS0 quiet panic=-1 reboot=acpi pci=off 8250.nr_uarts=1"

const struct arch_platform *arch_platform(void)
{
	static const struct arch_platform platform = {
		.name = "x86_64",
		.elf_machine = EM_X86_64,
		.cmdline = CMDLINE,
		.no_kvm = "load the host's KVM module (modprobe kvm_amd or kvm_intel) and enable "
			  "virtualisation in the firmware",
		.no_probe =
			"this KVM emulates instructions in software or lacks hardware "
			"virtualisation, and cannot run stock kernels; use a host with AMD-V or "
			"Intel VT-x, or enable nested virtualisation",
		.serial_base = X86_SERIAL_PORT,
		.serial_is_pio = true,
		.serial_gsi = X86_SERIAL_GSI,
		.has_power_ports = true,
		.marks_base = X86_MARKS_PORT,
		.virtio_base = X86_VIRTIO_BASE,
		.virtio_stride = X86_VIRTIO_STRIDE,
		.virtio_gsi = X86_VIRTIO_GSI,
		.virtio_max = X86_VIRTIO_MAX,
		.portal_base = X86_PORTAL_BASE,
		.portal_gsi = X86_PORTAL_GSI,
		.max_cpus = 64,
		.shootdown_waits = true,
	};

	return &platform;
}

const struct arch_cap *arch_caps(void)
{
	static const struct arch_cap caps[] = {
		{ KVM_CAP_IRQCHIP, 0, NULL, "KVM_CAP_IRQCHIP",
		  "build the host kernel's KVM with its interrupt controllers" },
		{ KVM_CAP_USER_MEMORY, 0, NULL, "KVM_CAP_USER_MEMORY", "use a newer host kernel" },
		{ KVM_CAP_SET_TSS_ADDR, 0, NULL, "KVM_CAP_SET_TSS_ADDR",
		  "use a newer host kernel" },
		{ KVM_CAP_EXT_CPUID, 0, NULL, "KVM_CAP_EXT_CPUID", "use a newer host kernel" },
		{ KVM_CAP_IMMEDIATE_EXIT, 0, NULL, "KVM_CAP_IMMEDIATE_EXIT",
		  "use a host kernel of 4.13 or newer" },
		{ KVM_CAP_EXIT_HYPERCALL, 1 << PORTAL_DOORBELL_NR, NULL, "KVM_CAP_EXIT_HYPERCALL",
		  "the doorbell needs it: use a host kernel of 5.17 or newer" },
		{ 0, 0, NULL, NULL, NULL },
	};

	return caps;
}

const struct arch_cap *arch_optional_caps(void)
{
	static const struct arch_cap none = { 0 };

	return &none;
}

const struct arch_cap *arch_cap_32bit(void)
{
	return NULL;
}

/* the hypercall is always available: arch_caps() requires it */
enum arch_doorbell arch_doorbell(const struct vm *vm, enum arch_doorbell wanted)
{
	(void)vm;
	return wanted == ARCH_DOORBELL_MMIO ? ARCH_DOORBELL_NONE : ARCH_DOORBELL_HYPERCALL;
}

int arch_vm_setup(struct vm *vm, enum arch_doorbell doorbell)
{
	uint64_t identity_map = X86_IDENTITY_MAP;

	(void)doorbell;
	if (ioctl(vm->fd, KVM_SET_IDENTITY_MAP_ADDR, &identity_map) < 0 ||
	    ioctl(vm->fd, KVM_SET_TSS_ADDR, (unsigned long)X86_TSS) < 0 ||
	    ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0) < 0)
		return -errno;
	return vm_enable_cap(vm, KVM_CAP_EXIT_HYPERCALL, 1 << PORTAL_DOORBELL_NR);
}

int arch_ram_setup(struct guest_mem *mem, uint64_t size)
{
	uint64_t low = size < X86_HOLE_START ? size : X86_HOLE_START;
	int err = mem_add_ram(mem, GPA(0), low);

	if (err < 0 || size == low)
		return err;
	return mem_add_ram(mem, GPA(X86_HOLE_END), size - low);
}

bool arch_is_doorbell(const struct vcpu *vcpu, struct arch_doorbell_call *ret_call)
{
	const struct kvm_run *run = vcpu->run;

	if (run->hypercall.nr != PORTAL_DOORBELL_NR ||
	    run->hypercall.args[2] >> 32 != PORTAL_DOORBELL_TAG)
		return false;
	*ret_call = (struct arch_doorbell_call){
		.kind = (uint32_t)run->hypercall.args[2],
		.has_page = true,
		.page = GPA(run->hypercall.args[0]),
	};
	return true;
}

int arch_doorbell_complete(const struct vcpu *vcpu, int result)
{
	vcpu->run->hypercall.ret = (uint64_t)result;
	return 0;
}

int arch_refuse_access(const struct vcpu *vcpu)
{
	(void)vcpu;
	return -ENOTSUP;
}

void arch_describe_stop(const struct vcpu *vcpu, char *buf, size_t len)
{
	struct kvm_regs regs;
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_REGS, &regs) < 0 || ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) < 0)
		snprintf(buf, len, "registers unknown");
	else
		snprintf(buf, len,
			 "rip=%#llx rsp=%#llx cs=%#x cr0=%#llx cr3=%#llx cr4=%#llx efer=%#llx",
			 regs.rip, regs.rsp, sregs.cs.selector, sregs.cr0, sregs.cr3, sregs.cr4,
			 sregs.efer);
}
