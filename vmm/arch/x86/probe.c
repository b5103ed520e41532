/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "arch/arch.h"
#include "base/bytes.h"

/*
 * 16-bit real mode, privilege level 0. PXOR, POPCNT and CMPXCHG16B-like breadth is what software KVMs lack;
 * the doorbell is rung with both encodings, and KVM turns the one that is not the CPU's own into it.
 */
static const uint8_t probe_code[] = {
	0x66, 0xb8, 0x78, 0x56, 0x34, 0x12, /* mov eax, 0x12345678 */
	0x66, 0xf3, 0x0f, 0xb8, 0xd8,	    /* popcnt ebx, eax */
	0x66, 0x83, 0xfb, 0x0d,		    /* cmp ebx, 13 */
	0x75, 0x26,			    /* jne fail */
	0x66, 0xb8, 0x0c, 0x00, 0x00, 0x00, /* mov eax, 12 */
	0x66, 0x31, 0xdb,		    /* xor ebx, ebx: page 0 */
	0x66, 0xb9, 0x01, 0x00, 0x00, 0x00, /* mov ecx, 1 */
	0x66, 0x31, 0xd2,		    /* xor edx, edx */
	0x0f, 0x01, 0xc1,		    /* vmcall */
	0x66, 0x83, 0xf8, 0x00,		    /* cmp eax, 0 */
	0x75, 0x0b,			    /* jne fail */
	0x66, 0xb8, 0x0c, 0x00, 0x00, 0x00, /* mov eax, 12 */
	0x0f, 0x01, 0xd9,		    /* vmmcall */
	0xf4,				    /* hlt */
	0xf4,				    /* hlt */
	0xba, 0xf4, 0x00,		    /* fail: mov dx, 0xf4 */
	0xee,				    /* out dx, al */
	0xf4,				    /* hlt */
};

const struct arch_probe *arch_probe(void)
{
	static const struct arch_probe probe = { probe_code, sizeof(probe_code) };

	return &probe;
}

int arch_probe_setup(const struct vcpu *vcpu)
{
	struct kvm_regs regs = { .rip = ARCH_PROBE_GPA, .rflags = 2 };
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs) < 0)
		return -errno;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) < 0 || ioctl(vcpu->fd, KVM_SET_REGS, &regs) < 0)
		return -errno;
	return 0;
}
