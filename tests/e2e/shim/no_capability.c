// SPDX-License-Identifier: MIT
/*
 * For LD_PRELOAD: a KVM without a capability that portal-vmm needs, one for x86 and one for arm64.
 */
#include <linux/kvm.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
	unsigned long argument;
	va_list ap;

	va_start(ap, request);
	argument = va_arg(ap, unsigned long);
	va_end(ap);
	if (request == KVM_CHECK_EXTENSION &&
	    (argument == KVM_CAP_EXIT_HYPERCALL || argument == KVM_CAP_ARM_PSCI_0_2))
		return 0;
	return (int)syscall(SYS_ioctl, fd, request, argument);
}
