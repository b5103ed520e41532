/* SPDX-License-Identifier: MIT */
/* Instruction 0 faults, and so does every attempt to say so: the PVH entry has no interrupt table. */
	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 4, 18 /* name's size, description's size, XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long pvh_start

	.text
	.code32
	.globl pvh_start
pvh_start:
	ud2

	.section .note.GNU-stack, "", @progbits
