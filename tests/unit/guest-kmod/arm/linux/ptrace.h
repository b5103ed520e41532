/* SPDX-License-Identifier: MIT */
/* A task's registers on 32-bit Arm. The bits of CPSR are those of the Arm ARM (DDI 0406). */
#ifndef FAKE_LINUX_PTRACE_H
#define FAKE_LINUX_PTRACE_H

struct pt_regs {
	unsigned long uregs[18];
};

#define ARM_r0	 uregs[0]
#define ARM_r1	 uregs[1]
#define ARM_r2	 uregs[2]
#define ARM_r3	 uregs[3]
#define ARM_r4	 uregs[4]
#define ARM_r5	 uregs[5]
#define ARM_lr	 uregs[14]
#define ARM_pc	 uregs[15]
#define ARM_cpsr uregs[16]

#define PSR_T_BIT (1ul << 5)

#define thumb_mode(regs) (((regs)->ARM_cpsr & PSR_T_BIT) != 0)

/* two parts: bits 26, 25 and 15 to 10 */
#define PSR_IT_MASK (3ul << 25 | 0x3ful << 10)
/* N, Z, C, V, Q and GE */
#define APSR_MASK (0x1ful << 27 | 0xful << 16)

#endif
