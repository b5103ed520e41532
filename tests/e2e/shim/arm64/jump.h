/* SPDX-License-Identifier: MIT */
/* For endless_probe: the jump instruction, and the program counter of a vCPU. */
#ifndef SHIM_ARM64_JUMP_H
#define SHIM_ARM64_JUMP_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define JUMP_TO_SELF                   \
	{                              \
		0x00, 0x00, 0x00, 0x14 \
	}

/** jump_place() - get the program counter. Return: success. */
static inline bool jump_place(int vcpu_fd, uint64_t *ret_at)
{
	const struct kvm_one_reg pc = {
		.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE |
		      KVM_REG_ARM_CORE_REG(regs.pc),
		.addr = (uintptr_t)ret_at,
	};

	return syscall(SYS_ioctl, vcpu_fd, KVM_GET_ONE_REG, &pc) == 0;
}

#endif
