/* SPDX-License-Identifier: MIT */
/*
 * The inits as bytes in read-only data. The build defines GUEST_INIT_FILE and, if it has a compiler
 * for 32-bit arm, GUEST_INIT_ARM_FILE.
 */

	.macro label name
	.globl \name
	.hidden \name
\name:
	.endm

	.section .rodata.guest_init, "a", %progbits
	.balign 16
	label guest_init_image
	.incbin GUEST_INIT_FILE
	label guest_init_image_end
	.balign 16
	label guest_init_arm_image
#ifdef GUEST_INIT_ARM_FILE
	.incbin GUEST_INIT_ARM_FILE
#endif
	label guest_init_arm_image_end
	.byte 0

	.section .note.GNU-stack, "", %progbits
