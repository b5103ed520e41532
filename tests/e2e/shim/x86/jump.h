/* SPDX-License-Identifier: MIT */
/* For endless_probe: the jump instruction, and the program counter of a vCPU. */
#ifndef SHIM_X86_JUMP_H
#define SHIM_X86_JUMP_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define JUMP_TO_SELF       \
	{                  \
		0xeb, 0xfe \
	}

/** jump_place() - get the program counter. Return: success. */
static inline bool jump_place(int vcpu_fd, uint64_t *ret_at)
{
	struct kvm_regs regs;

	if (syscall(SYS_ioctl, vcpu_fd, KVM_GET_REGS, &regs) != 0)
		return false;
	*ret_at = regs.rip;
	return true;
}

#endif
