/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "arch/arch.h"
#include "arch/arm64/layout.h"
#include "arch/arm64/reg.h"
#include "portal/wire.h"

/* runs with the MMU off, little endian; the code after the last call is not executed */
static const uint8_t call_code[] = {
	0x00, 0x60, 0xb8, 0xd2, /* mov x0, #0xc3000000 */
	0x01, 0x00, 0x80, 0xd2, /* mov x1, #0: page 0 */
	0x02, 0x00, 0x00, 0xd4, /* hvc #0 */
	0x02, 0x60, 0xb8, 0xd2, /* mov x2, #0xc3000000 */
	0x5f, 0x00, 0x00, 0xeb, /* cmp x2, x0 */
	0x41, 0x00, 0x00, 0x54, /* b.ne fail */
	0x02, 0x00, 0x00, 0xd4, /* hvc #0 */
	0x00, 0x00, 0x00, 0x14, /* fail: b fail */
};

static const uint8_t read_code[] = {
	0x21, 0x60, 0xa1, 0xd2, /* mov x1, #ARM64_DOORBELL_BASE */
	0x20, 0x00, 0x40, 0xb9, /* ldr w0, [x1] */
	0x40, 0x00, 0x00, 0x35, /* cbnz w0, fail */
	0x20, 0x00, 0x40, 0xb9, /* ldr w0, [x1] */
	0x00, 0x00, 0x00, 0x14, /* fail: b fail */
};

/* the same two programs as A32 code */
static const uint8_t call_code_32bit[] = {
	0x83, 0x04, 0xa0, 0xe3, /* mov r0, #0x83000000 */
	0x00, 0x10, 0xa0, 0xe3, /* mov r1, #0: page 0 */
	0x70, 0x00, 0x40, 0xe1, /* hvc #0 */
	0x83, 0x24, 0xa0, 0xe3, /* mov r2, #0x83000000 */
	0x00, 0x00, 0x52, 0xe1, /* cmp r2, r0 */
	0x00, 0x00, 0x00, 0x1a, /* bne fail */
	0x70, 0x00, 0x40, 0xe1, /* hvc #0 */
	0xfe, 0xff, 0xff, 0xea, /* fail: b fail */
};

static const uint8_t read_code_32bit[] = {
	0x0b, 0x14, 0xa0, 0xe3, /* mov r1, #ARM64_DOORBELL_BASE & 0xff000000 */
	0x01, 0x18, 0x81, 0xe3, /* orr r1, r1, #ARM64_DOORBELL_BASE & 0xff0000 */
	0x00, 0x00, 0x91, 0xe5, /* ldr r0, [r1] */
	0x00, 0x00, 0x50, 0xe3, /* cmp r0, #0 */
	0x00, 0x00, 0x00, 0x1a, /* bne fail */
	0x00, 0x00, 0x91, 0xe5, /* ldr r0, [r1] */
	0xfe, 0xff, 0xff, 0xea, /* fail: b fail */
};

_Static_assert(ARM64_DOORBELL_BASE == 0x0b010000, "read_code contains this address");

#define PROBE(code_, exit_reason_, nr_)                                                      \
	{                                                                                    \
		.code = (code_), .size = sizeof(code_), .gpa = GPA(ARM64_PROBE), .calls = 2, \
		.exit_reason = (exit_reason_), .nr = (nr_),                                  \
	}

/* indexed by the form of the doorbell, and by 64 or 32 bits */
static const struct arch_probe probes[2][2] = {
	{
		PROBE(call_code, KVM_EXIT_HYPERCALL, PORTAL_DOORBELL_HVC64),
		PROBE(call_code_32bit, KVM_EXIT_HYPERCALL, PORTAL_DOORBELL_HVC32),
	},
	{
		PROBE(read_code, KVM_EXIT_MMIO, ARM64_DOORBELL_BASE),
		PROBE(read_code_32bit, KVM_EXIT_MMIO, ARM64_DOORBELL_BASE),
	},
};

const struct arch_probe *arch_probe(const struct vcpu *vcpu, enum arch_doorbell doorbell)
{
	uint64_t pstate;

	if (reg_get(vcpu, REG_PSTATE, &pstate) < 0)
		return NULL;
	return &probes[doorbell == ARCH_DOORBELL_MMIO][(pstate & PSTATE_32BIT) != 0];
}

/* all registers that the probe's code changes */
static const struct {
	uint64_t id;
	size_t offset; /* in struct kvm_regs */
} saved_registers[] = {
	{ REG_X(0), offsetof(struct kvm_regs, regs.regs[0]) },
	{ REG_X(1), offsetof(struct kvm_regs, regs.regs[1]) },
	{ REG_X(2), offsetof(struct kvm_regs, regs.regs[2]) },
	{ REG_PC, offsetof(struct kvm_regs, regs.pc) },
	{ REG_PSTATE, offsetof(struct kvm_regs, regs.pstate) },
};

int arch_probe_enter(const struct vcpu *vcpu, struct arch_registers *ret_saved)
{
	struct arch_registers saved = { 0 };
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(saved_registers) && err == 0; i++) {
		uint64_t value;

		err = reg_get(vcpu, saved_registers[i].id, &value);
		if (err == 0)
			memcpy((uint8_t *)&saved.regs + saved_registers[i].offset, &value,
			       sizeof(value));
	}
	if (err == 0)
		err = reg_set(vcpu, REG_PC, ARM64_PROBE);
	if (err == 0)
		err = reg_set(vcpu, REG_PSTATE,
			      saved.regs.regs.pstate & PSTATE_32BIT ? PSTATE_BOOT_32BIT
								    : PSTATE_BOOT);
	if (err == 0)
		*ret_saved = saved;
	return err;
}

int arch_probe_leave(const struct vcpu *vcpu, const struct arch_registers *saved)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(saved_registers) && err == 0; i++) {
		uint64_t value;

		memcpy(&value, (const uint8_t *)&saved->regs + saved_registers[i].offset,
		       sizeof(value));
		err = reg_set(vcpu, saved_registers[i].id, value);
	}
	return err;
}
