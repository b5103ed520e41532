/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/ioctl.h>

#include "arch/arch.h"
#include "arch/x86/layout.h"
#include "base/bytes.h"
#include "portal/wire.h"

#define CR0_PE	     1ull
#define CR0_ET	     (1ull << 4)
#define SEGMENT_CODE 0xb /* execute, read, accessed */
#define SEGMENT_DATA 0x3 /* read, write, accessed */

/*
 * Runs in 32-bit protected mode at privilege level 0. KVM implementations in software lack POPCNT.
 * The doorbell is called with both encodings; KVM replaces the one that the CPU does not have by
 * the other. The code after the last call is not executed.
 */
static const uint8_t probe_code[] = {
	0xb8, 0x78, 0x56, 0x34, 0x12, /* mov eax, 0x12345678 */
	0xf3, 0x0f, 0xb8, 0xd8,	      /* popcnt ebx, eax */
	0x83, 0xfb, 0x0d,	      /* cmp ebx, 13 */
	0x75, 0x1d,		      /* jne fail */
	0xb8, 0x0c, 0x00, 0x00, 0x00, /* mov eax, 12 */
	0x31, 0xdb,		      /* xor ebx, ebx: page 0 */
	0xb9, 0x01, 0x00, 0x00, 0x00, /* mov ecx, 1 */
	0x31, 0xd2,		      /* xor edx, edx */
	0x0f, 0x01, 0xc1,	      /* vmcall */
	0x85, 0xc0,		      /* test eax, eax */
	0x75, 0x08,		      /* jne fail */
	0xb8, 0x0c, 0x00, 0x00, 0x00, /* mov eax, 12 */
	0x0f, 0x01, 0xd9,	      /* vmmcall */
	0xe6, 0xf4,		      /* fail: out 0xf4, al */
	0xf4,			      /* hlt */
};

const struct arch_probe *arch_probe(const struct vcpu *vcpu, enum arch_doorbell doorbell)
{
	static const struct arch_probe probe = {
		.code = probe_code,
		.size = sizeof(probe_code),
		.gpa = GPA(X86_PROBE),
		.calls = 2,
		.exit_reason = KVM_EXIT_HYPERCALL,
		.nr = PORTAL_DOORBELL_NR,
	};

	(void)vcpu;
	(void)doorbell;
	return &probe;
}

static struct kvm_segment flat_segment(uint8_t type)
{
	return (struct kvm_segment){
		.limit = 0xffffffff,
		.selector = 8,
		.type = type,
		.present = 1,
		.s = 1,
		.g = 1,
		.db = 1,
	};
}

int arch_probe_enter(const struct vcpu *vcpu, struct arch_registers *ret_saved)
{
	struct kvm_regs regs = { .rip = X86_PROBE, .rflags = 2 };
	struct arch_registers saved;
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_REGS, &saved.regs) < 0 ||
	    ioctl(vcpu->fd, KVM_GET_SREGS, &saved.sregs) < 0)
		return -errno;
	sregs = saved.sregs;
	sregs.cs = flat_segment(SEGMENT_CODE);
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = flat_segment(SEGMENT_DATA);
	sregs.cr0 = CR0_PE | CR0_ET;
	sregs.cr4 = 0;
	sregs.efer = 0;
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs) < 0 || ioctl(vcpu->fd, KVM_SET_REGS, &regs) < 0)
		return -errno;
	*ret_saved = saved;
	return 0;
}

int arch_probe_leave(const struct vcpu *vcpu, const struct arch_registers *saved)
{
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &saved->sregs) < 0 ||
	    ioctl(vcpu->fd, KVM_SET_REGS, &saved->regs) < 0)
		return -errno;
	return 0;
}
