/* SPDX-License-Identifier: MIT */
/*
 * From the PVH entry (Xen, docs/misc/pvh.pandoc: 32-bit protected mode, paging off, EBX = start
 * info) to guest_start() in long mode, with an identity mapping of 4 GiB. A second CPU does the
 * same from its SIPI on. Also the entries of interrupt handlers, and the switch to CPL 3 and back.
 */
#include "layout.h"

#define CR0_PE	    0x1
#define CR0_PG	    0x80000000
#define CR4_PAE	    0x20
#define MSR_EFER    0xc0000080
#define EFER_LME    0x100
#define PTE_TABLE   0x7	 /* present, writable, accessible from CPL 3 */
#define PTE_2M	    0x87 /* the same for a large page */

	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 4, 18 /* size of the name, size of the description, XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long pvh_start

	.text
	.code32
	.globl pvh_start
	.type pvh_start, @function
pvh_start:
	cli
	cld
	lgdt gdt_pointer
	ljmp $CODE32, $1f
1:	movl $stacks + STACK_SIZE, %esp
	xorl %edi, %edi
	jmp enter_long

	/* EDI: number of the CPU, EBX: start info */
enter_long:
	movl $CR4_PAE, %eax
	movl %eax, %cr4
	movl $pml4, %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	rdmsr
	orl $EFER_LME, %eax
	wrmsr
	movl %cr0, %eax
	orl $CR0_PG, %eax
	movl %eax, %cr0
	ljmp $CODE64, $start64

	.code64
start64:
	movl $DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	xorl %ebp, %ebp
	movl %ebx, %esi
	call guest_start
	ud2

	/* ---- the second CPU: real mode; smp_start() copies this code to AP_TRAMPOLINE ---- */

	.code16
	.globl ap_trampoline, ap_trampoline_end
ap_trampoline:
	cli
	xorw %ax, %ax
	movw %ax, %ds
	lgdtl AP_TRAMPOLINE + (ap_gdt_pointer - ap_trampoline)
	movl $CR0_PE, %eax
	movl %eax, %cr0
	ljmpl $CODE32, $ap_start32
ap_gdt_pointer:
	.word gdt_end - gdt - 1
	.long gdt
ap_trampoline_end:

	.code32
ap_start32:
	movl $DATA, %eax
	movl %eax, %ds
	movl %eax, %ss
	movl $stacks + 2 * STACK_SIZE, %esp
	movl $1, %edi
	jmp enter_long

	.code64

	/* ---- exceptions: one stub each, 16 bytes apart; only some push an error code ---- */

	.balign 16
	.globl exception_stubs
exception_stubs:
	.set vector, 0
	.rept NR_EXCEPTIONS
	.balign 16
	pushq $vector
	jmp exception
	.set vector, vector + 1
	.endr

	/* RDI: vector; RSI: the frame that the processor has pushed */
exception:
	popq %rdi
	movq %rsp, %rsi
	andq $-16, %rsp
	call guest_exception
	ud2

	.globl nmi_entry
nmi_entry:
	lock incl nmi_count(%rip)
	iretq

	/* ---- user_run(entry): runs entry at CPL 3 up to int VECTOR_USER_DONE or an exception ---- */

	.globl user_run
	.type user_run, @function
user_run:
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, user_run_stack(%rip)
	pushq $USER_DATA | 3
	pushq $user_stack + STACK_SIZE
	pushq $2
	pushq $USER_CODE | 3
	pushq %rdi
	iretq

	.globl user_abandon, user_done_entry
user_abandon:
	movq $-1, %rax
user_done_entry:
	movq user_run_stack(%rip), %rsp
	movq $0, user_run_stack(%rip)
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	ret

	.data
	.balign 16
	.globl gdt, gdt_tss
gdt:
	.quad 0
	.quad 0x00cf9b000000ffff /* CODE32 */
	.quad 0x00af9b000000ffff /* CODE64 */
	.quad 0x00cf93000000ffff /* DATA */
	.quad 0x00cff3000000ffff /* USER_DATA */
	.quad 0x00affb000000ffff /* USER_CODE */
gdt_tss:
	.fill 2 * NR_CPUS, 8, 0
gdt_end:
gdt_pointer:
	.word gdt_end - gdt - 1
	.long gdt

	.balign 4096
pml4:
	.quad pdpt + PTE_TABLE
	.fill 511, 8, 0
pdpt:
	.quad directories + PTE_TABLE
	.quad directories + 0x1000 + PTE_TABLE
	.quad directories + 0x2000 + PTE_TABLE
	.quad directories + 0x3000 + PTE_TABLE
	.fill 508, 8, 0
directories:
	.set page, 0
	.rept 4 * 512
	.quad page * 0x200000 + PTE_2M
	.set page, page + 1
	.endr

	.bss
	.balign 16
	.globl stacks, interrupt_stacks, user_run_stack
stacks:
	.skip NR_CPUS * STACK_SIZE
interrupt_stacks: /* for interrupts and exceptions at CPL 3; the other stacks are in use then */
	.skip NR_CPUS * STACK_SIZE
user_stack:
	.skip STACK_SIZE
user_run_stack:
	.skip 8

	.section .note.GNU-stack, "", @progbits
