/* SPDX-License-Identifier: MIT */
/* A task's registers on arm64. PSTATE has the bits of SPSR_EL1 in the Arm ARM (DDI 0487). */
#ifndef FAKE_LINUX_PTRACE_H
#define FAKE_LINUX_PTRACE_H

struct pt_regs {
	u64 regs[31];
	u64 sp;
	u64 pc;
	u64 pstate;
	s32 syscallno;
};

#define PSR_MODE_MASK  0xfull
#define PSR_MODE32_BIT (1ull << 4)
#define PSR_BTYPE_MASK (3ull << 10)
#define PSR_DIT_BIT    (1ull << 24)
#define PSR_V_BIT      (1ull << 28)
#define PSR_C_BIT      (1ull << 29)
#define PSR_Z_BIT      (1ull << 30)
#define PSR_N_BIT      (1ull << 31)

#define PSR_AA32_T_BIT	 (1ull << 5)
#define PSR_AA32_GE_MASK (0xfull << 16)
#define PSR_AA32_Q_BIT	 (1ull << 27)
/* two parts: bits 26, 25 and 15 to 10 */
#define PSR_AA32_IT_MASK (3ull << 25 | 0x3full << 10)

/* position of PSTATE.DIT in CPSR */
#define COMPAT_PSR_DIT_BIT (1ull << 21)

static inline bool compat_user_mode(const struct pt_regs *regs)
{
	return (regs->pstate & (PSR_MODE32_BIT | PSR_MODE_MASK)) == PSR_MODE32_BIT;
}

static inline bool compat_thumb_mode(const struct pt_regs *regs)
{
	return compat_user_mode(regs) && regs->pstate & PSR_AA32_T_BIT;
}

static inline unsigned long pstate_to_compat_psr(unsigned long pstate)
{
	unsigned long psr = pstate & ~PSR_DIT_BIT;

	return pstate & PSR_DIT_BIT ? psr | COMPAT_PSR_DIT_BIT : psr;
}

#endif
