/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "arch/arch.h"
#include "arch/arm64/doorbell.h"
#include "arch/arm64/gic.h"
#include "arch/arm64/layout.h"
#include "arch/arm64/reg.h"
#include "arch/arm64/smccc.h"
#include "portal/wire.h"

/* encoding of a shared peripheral interrupt for KVM_IRQ_LINE */
#define GSI(spi) (KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | (ARM64_SPI_FIRST + (spi)))

/*
 * panic=-1: the guest resets immediately after a panic, so that the run ends without a delay.
 * nr_uarts=1: the kernel does not probe for absent UARTs. quiet: each character on the serial
 * console costs an exit; --append 'loglevel=8' restores the messages.
 */
#define CMDLINE "console=ttyS0 quiet panic=-1 8250.nr_uarts=1"

const struct arch_platform *arch_platform(void)
{
	static const struct arch_platform platform = {
		.name = "aarch64",
		.elf_machine = EM_AARCH64,
		.cmdline = CMDLINE,
		.devtree_max = ARM64_FDT_SIZE,
		.no_kvm = "use a host kernel that has KVM and was entered at EL2",
		.no_probe = "this KVM does not execute the guest's instructions; use a host whose "
			    "CPU has EL2",
		.serial_base = ARM64_SERIAL_BASE,
		.serial_is_pio = false,
		.serial_gsi = GSI(ARM64_SERIAL_SPI),
		.marks_base = ARM64_MARKS_BASE,
		.rtc_base = ARM64_RTC_BASE,
		.virtio_base = ARM64_VIRTIO_BASE,
		.virtio_stride = ARM64_VIRTIO_STRIDE,
		.virtio_gsi = GSI(ARM64_VIRTIO_SPI),
		.virtio_max = ARM64_VIRTIO_MAX,
		.portal_base = ARM64_PORTAL_BASE,
		.portal_gsi = GSI(ARM64_PORTAL_SPI),
		.max_cpus = ARM64_MAX_CPUS,
	};

	return &platform;
}

static bool has_smccc_filter(const struct vm *vm)
{
	const struct kvm_device_attr attr = { .group = SMCCC_VM_CTRL, .attr = SMCCC_VM_FILTER };

	return ioctl(vm->fd, KVM_HAS_DEVICE_ATTR, &attr) == 0;
}

/* with KVM_CREATE_DEVICE_TEST no device is created */
static bool has_gic(const struct vm *vm)
{
	struct kvm_create_device v2 = { .type = KVM_DEV_TYPE_ARM_VGIC_V2,
					.flags = KVM_CREATE_DEVICE_TEST };
	struct kvm_create_device v3 = { .type = KVM_DEV_TYPE_ARM_VGIC_V3,
					.flags = KVM_CREATE_DEVICE_TEST };

	return ioctl(vm->fd, KVM_CREATE_DEVICE, &v3) == 0 ||
	       ioctl(vm->fd, KVM_CREATE_DEVICE, &v2) == 0;
}

const struct arch_cap *arch_caps(void)
{
	static const struct arch_cap caps[] = {
		{ KVM_CAP_USER_MEMORY, 0, NULL, "KVM_CAP_USER_MEMORY", "use a newer host kernel" },
		{ KVM_CAP_ONE_REG, 0, NULL, "KVM_CAP_ONE_REG", "use a newer host kernel" },
		{ KVM_CAP_ARM_PSCI_0_2, 0, NULL, "KVM_CAP_ARM_PSCI_0_2",
		  "use a newer host kernel" },
		{ KVM_CAP_IMMEDIATE_EXIT, 0, NULL, "KVM_CAP_IMMEDIATE_EXIT",
		  "use a host kernel of 4.13 or newer" },
		{ 0, 0, has_gic, "KVM_DEV_TYPE_ARM_VGIC_V3 or _V2",
		  "KVM cannot emulate an interrupt controller on this host; use a host with a "
		  "GICv3 "
		  "or a GICv2" },
		{ 0, 0, NULL, NULL, NULL },
	};

	return caps;
}

static const struct arch_cap optional_caps[] = {
	{ KVM_CAP_ARM_EL1_32BIT, 0, NULL, "KVM_CAP_ARM_EL1_32BIT",
	  "32-bit kernels need a CPU that has 32-bit state at EL1, such as a Cortex-A53, A55, A57, "
	  "A72, A73 or A75; use such a host, or an arm64 kernel, which also runs 32-bit programs" },
	{ 0, 0, has_smccc_filter, "KVM_ARM_VM_SMCCC_FILTER",
	  "the doorbell is a memory read instead of a hypercall; for a hypercall, use a host "
	  "kernel "
	  "of 6.4 or newer" },
	{ 0, 0, NULL, NULL, NULL },
};

const struct arch_cap *arch_optional_caps(void)
{
	return optional_caps;
}

const struct arch_cap *arch_cap_32bit(void)
{
	return &optional_caps[0];
}

enum arch_doorbell arch_doorbell(const struct vm *vm, enum arch_doorbell wanted)
{
	if (wanted == ARCH_DOORBELL_MMIO)
		return wanted;
	if (has_smccc_filter(vm))
		return ARCH_DOORBELL_HYPERCALL;
	return wanted == ARCH_DOORBELL_NONE ? ARCH_DOORBELL_MMIO : ARCH_DOORBELL_NONE;
}

static int forward_doorbell(const struct vm *vm, uint32_t base)
{
	const struct smccc_filter filter = {
		.base = base,
		.nr_functions = PORTAL_DOORBELL_NR_HVC,
		.action = SMCCC_FILTER_TO_USER,
	};

	return vm_set_attr(vm->fd, SMCCC_VM_CTRL, SMCCC_VM_FILTER, &filter);
}

/*
 * For some instructions (pairs, vectors, write-back) the CPU does not describe the access. Let such
 * an access to a device exit to the VMM. Without this, and with KVM before 5.5, KVM_RUN fails.
 */
static int enable_undecoded_exits(const struct vm *vm)
{
	if (!vm_cap(vm, KVM_CAP_ARM_NISV_TO_USER) || !vm_cap(vm, KVM_CAP_ARM_INJECT_EXT_DABT))
		return 0;
	return vm_enable_cap(vm, KVM_CAP_ARM_NISV_TO_USER, 0);
}

int arch_vm_setup(struct vm *vm, enum arch_doorbell doorbell)
{
	int err = gic_create(vm);

	if (err == 0)
		err = enable_undecoded_exits(vm);
	if (err < 0 || doorbell != ARCH_DOORBELL_HYPERCALL)
		return err;
	err = forward_doorbell(vm, PORTAL_DOORBELL_HVC64);
	if (err == 0)
		err = forward_doorbell(vm, PORTAL_DOORBELL_HVC32);
	return err;
}

int arch_ram_setup(struct guest_mem *mem, uint64_t size)
{
	return mem_add_ram(mem, GPA(ARM64_RAM), size);
}

/* in 32-bit state only the lower half of X1 is valid */
static int read_page(const struct vcpu *vcpu, gpa_t *ret_page)
{
	uint64_t page, pstate;
	int err = reg_get(vcpu, REG_X(1), &page);

	if (err == 0)
		err = reg_get(vcpu, REG_PSTATE, &pstate);
	if (err == 0)
		*ret_page = GPA(pstate & PSTATE_32BIT ? (uint32_t)page : page);
	return err;
}

/* the SMCCC filter forwards SMC as well as HVC; only HVC is the doorbell */
static bool is_call(const struct kvm_run *run, struct arch_doorbell_call *ret_call)
{
	if (run->exit_reason == KVM_EXIT_HYPERCALL)
		return !(run->hypercall.longmode & SMCCC_EXIT_SMC) &&
		       doorbell_of_call(run->hypercall.nr, ret_call);
	return !run->mmio.is_write &&
	       doorbell_of_read(run->mmio.phys_addr, run->mmio.len, ret_call);
}

bool arch_is_doorbell(const struct vcpu *vcpu, struct arch_doorbell_call *ret_call)
{
	struct arch_doorbell_call call;

	if (!is_call(vcpu->run, &call))
		return false;
	/* reading a register costs an ioctl */
	if (call.has_page && read_page(vcpu, &call.page) < 0)
		return false;
	*ret_call = call;
	return true;
}

int arch_doorbell_complete(const struct vcpu *vcpu, int result)
{
	if (vcpu->run->exit_reason == KVM_EXIT_MMIO) {
		memset(vcpu->run->mmio.data, result == 0 ? 0 : 0xff, sizeof(vcpu->run->mmio.data));
		return 0;
	}
	/* the guest recognises a served call by an unchanged x0 */
	if (result == 0)
		return 0;
	return reg_set(vcpu, REG_X(0), SMCCC_RET_NOT_SUPPORTED);
}

int arch_refuse_access(const struct vcpu *vcpu)
{
	struct kvm_vcpu_events events = { .exception.ext_dabt_pending = 1 };

	return ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &events) < 0 ? -errno : 0;
}

void arch_describe_stop(const struct vcpu *vcpu, char *buf, size_t len)
{
	uint64_t pc, pstate, lr;

	if (reg_get(vcpu, REG_PC, &pc) < 0 || reg_get(vcpu, REG_PSTATE, &pstate) < 0 ||
	    reg_get(vcpu, pstate & PSTATE_32BIT ? REG_LR_SVC : REG_X(30), &lr) < 0)
		snprintf(buf, len, "registers unknown");
	else
		snprintf(buf, len, "pc=%#llx lr=%#llx pstate=%#llx", (unsigned long long)pc,
			 (unsigned long long)lr, (unsigned long long)pstate);
}
