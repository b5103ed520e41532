// SPDX-License-Identifier: MIT
/*
 * For LD_PRELOAD: a KVM whose guests make no doorbell call and do not halt. The code that the guest
 * is about to run is replaced by a jump to itself.
 */
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jump.h"

static struct kvm_userspace_memory_region ram;

static void jump_to_self(int vcpu_fd)
{
	static const uint8_t jump[] = JUMP_TO_SELF;
	uint64_t at;

	if (jump_place(vcpu_fd, &at))
		memcpy((uint8_t *)(uintptr_t)ram.userspace_addr + (at - ram.guest_phys_addr), jump,
		       sizeof(jump));
}

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
	void *argument;
	va_list ap;

	va_start(ap, request);
	argument = va_arg(ap, void *);
	va_end(ap);
	if (request == KVM_SET_USER_MEMORY_REGION) {
		const struct kvm_userspace_memory_region *region = argument;

		if (region->slot == 0)
			ram = *region;
	} else if (request == KVM_RUN) {
		jump_to_self(fd);
	}
	return (int)syscall(SYS_ioctl, fd, request, argument);
}
