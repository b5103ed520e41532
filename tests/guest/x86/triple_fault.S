/* SPDX-License-Identifier: MIT */
/*
 * The first instruction faults, and so does the delivery of that exception: there is no interrupt
 * table after the PVH entry.
 */
	.section .note.Xen, "a", @note
	.balign 4
	.long 4, 4, 18 /* size of the name, size of the description, XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long pvh_start

	.text
	.code32
	.globl pvh_start
pvh_start:
	ud2

	.section .note.GNU-stack, "", @progbits
