/* SPDX-License-Identifier: MIT */
/* The finished init as bytes in the VMM's read-only data. GUEST_INIT_FILE comes from the build. */

	.section .rodata.guest_init, "a", %progbits
	.globl guest_init_image
	.hidden guest_init_image
	.balign 16
guest_init_image:
	.incbin GUEST_INIT_FILE
	.globl guest_init_image_end
	.hidden guest_init_image_end
guest_init_image_end:
	.byte 0

	.section .note.GNU-stack, "", %progbits
