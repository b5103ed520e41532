/* SPDX-License-Identifier: MIT */
#include "arch/arm64/reg.h"

#include <errno.h>
#include <sys/ioctl.h>

int reg_get(const struct vcpu *vcpu, uint64_t id, uint64_t *ret_value)
{
	uint64_t value = 0;
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	if (ioctl(vcpu->fd, KVM_GET_ONE_REG, &reg) < 0)
		return -errno;
	*ret_value = value;
	return 0;
}

int reg_set(const struct vcpu *vcpu, uint64_t id, uint64_t value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	return ioctl(vcpu->fd, KVM_SET_ONE_REG, &reg) < 0 ? -errno : 0;
}
