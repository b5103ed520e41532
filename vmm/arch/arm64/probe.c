/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "arch/arch.h"
#include "arch/arm64/layout.h"
#include "arch/arm64/reg.h"
#include "portal/wire.h"

/* with the MMU off; little endian. Nothing behind the last ring is run */
static const uint8_t probe_code[] = {
	0x00, 0x60, 0xb8, 0xd2, /* mov x0, #0xc3000000 */
	0x01, 0x00, 0x80, 0xd2, /* mov x1, #0: page 0 */
	0x02, 0x00, 0x00, 0xd4, /* hvc #0 */
	0x02, 0x60, 0xb8, 0xd2, /* mov x2, #0xc3000000 */
	0x5f, 0x00, 0x00, 0xeb, /* cmp x2, x0 */
	0x41, 0x00, 0x00, 0x54, /* b.ne fail */
	0x02, 0x00, 0x00, 0xd4, /* hvc #0 */
	0x00, 0x00, 0x00, 0x14, /* fail: b fail */
};

/* the same as A32 code */
static const uint8_t probe_code_32bit[] = {
	0x83, 0x04, 0xa0, 0xe3, /* mov r0, #0x83000000 */
	0x00, 0x10, 0xa0, 0xe3, /* mov r1, #0: page 0 */
	0x70, 0x00, 0x40, 0xe1, /* hvc #0 */
	0x83, 0x24, 0xa0, 0xe3, /* mov r2, #0x83000000 */
	0x00, 0x00, 0x52, 0xe1, /* cmp r2, r0 */
	0x00, 0x00, 0x00, 0x1a, /* bne fail */
	0x70, 0x00, 0x40, 0xe1, /* hvc #0 */
	0xfe, 0xff, 0xff, 0xea, /* fail: b fail */
};

/* Return: 1; 0; -errno */
static int is_32bit(const struct vcpu *vcpu)
{
	uint64_t pstate;
	int err = reg_get(vcpu, REG_PSTATE, &pstate);

	return err < 0 ? err : (pstate & PSTATE_32BIT) != 0;
}

const struct arch_probe *arch_probe(const struct vcpu *vcpu)
{
	static const struct arch_probe probes[] = {
		{
			.code = probe_code,
			.size = sizeof(probe_code),
			.gpa = GPA(ARM64_PROBE),
			.rings = 2,
			.nr = PORTAL_DOORBELL_HVC64,
		},
		{
			.code = probe_code_32bit,
			.size = sizeof(probe_code_32bit),
			.gpa = GPA(ARM64_PROBE),
			.rings = 2,
			.nr = PORTAL_DOORBELL_HVC32,
		},
	};
	int width = is_32bit(vcpu);

	return width < 0 ? NULL : &probes[width];
}

/* all that the probe's code changes */
static const struct {
	uint64_t id;
	size_t offset; /* in struct kvm_regs */
} borrowed[] = {
	{ REG_X(0), offsetof(struct kvm_regs, regs.regs[0]) },
	{ REG_X(1), offsetof(struct kvm_regs, regs.regs[1]) },
	{ REG_X(2), offsetof(struct kvm_regs, regs.regs[2]) },
	{ REG_PC, offsetof(struct kvm_regs, regs.pc) },
	{ REG_PSTATE, offsetof(struct kvm_regs, regs.pstate) },
};

int arch_probe_enter(const struct vcpu *vcpu, struct arch_registers *ret_kept)
{
	struct arch_registers kept = { 0 };
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(borrowed) && err == 0; i++) {
		uint64_t value;

		err = reg_get(vcpu, borrowed[i].id, &value);
		if (err == 0)
			memcpy((uint8_t *)&kept.regs + borrowed[i].offset, &value, sizeof(value));
	}
	if (err == 0)
		err = reg_set(vcpu, REG_PC, ARM64_PROBE);
	if (err == 0)
		err = reg_set(vcpu, REG_PSTATE,
			      kept.regs.regs.pstate & PSTATE_32BIT ? PSTATE_BOOT_32BIT : PSTATE_BOOT);
	if (err == 0)
		*ret_kept = kept;
	return err;
}

int arch_probe_leave(const struct vcpu *vcpu, const struct arch_registers *kept)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(borrowed) && err == 0; i++) {
		uint64_t value;

		memcpy(&value, (const uint8_t *)&kept->regs + borrowed[i].offset, sizeof(value));
		err = reg_set(vcpu, borrowed[i].id, value);
	}
	return err;
}
