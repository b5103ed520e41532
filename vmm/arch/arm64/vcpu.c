/* SPDX-License-Identifier: MIT */
/* Type and features of a vCPU. Source: Linux, Documentation/virt/kvm/api.rst, 4.82
 * KVM_ARM_VCPU_INIT. */
#include <errno.h>
#include <sys/ioctl.h>

#include "arch/arch.h"
#include "arch/arm64/gic.h"

/* all vCPUs except the first are powered off until the guest starts them with PSCI */
static int init(const struct vm *vm, const struct vcpu *vcpu, bool is_32bit)
{
	struct kvm_vcpu_init init;

	if (ioctl(vm->fd, KVM_ARM_PREFERRED_TARGET, &init) < 0)
		return -errno;
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (is_32bit)
		init.features[0] |= 1u << KVM_ARM_VCPU_EL1_32BIT;
	if (vcpu->id > 0)
		init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
	return ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &init) < 0 ? -errno : 0;
}

int arch_vcpu_setup(const struct vm *vm, const struct vcpu *vcpu, unsigned int nr_cpus,
		    bool is_32bit)
{
	int err = init(vm, vcpu, is_32bit);

	if (err < 0 || vcpu->id + 1 < nr_cpus)
		return err;
	return gic_complete(vm, nr_cpus);
}
