// SPDX-License-Identifier: MIT
/*
 * For LD_PRELOAD: counts KVM_RUNs, other ioctls and allocations, and writes lines "NAME COUNT" to
 * $PORTAL_TEST_COUNTS at the end.
 */
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static atomic_ulong nr_runs, nr_ioctls, nr_allocations;

/* glibc's own names of the functions that are replaced here */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t nr, size_t size);
void *__libc_realloc(void *ptr, size_t size);

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	unsigned long argument;
	va_list ap;

	va_start(ap, request);
	argument = va_arg(ap, unsigned long);
	va_end(ap);
	atomic_fetch_add(request == KVM_RUN ? &nr_runs : &nr_ioctls, 1);
	return (int)syscall(SYS_ioctl, fd, request, argument);
}

EXPORT void *malloc(size_t size)
{
	atomic_fetch_add(&nr_allocations, 1);
	return __libc_malloc(size);
}

EXPORT void *calloc(size_t nr, size_t size)
{
	atomic_fetch_add(&nr_allocations, 1);
	return __libc_calloc(nr, size);
}

EXPORT void *realloc(void *ptr, size_t size)
{
	atomic_fetch_add(&nr_allocations, 1);
	return __libc_realloc(ptr, size);
}

static __attribute__((destructor)) void report(void)
{
	const char *path = getenv("PORTAL_TEST_COUNTS");
	/* timeout(1) is preloaded with this, too, and ends last; it has no KVM_RUN */
	FILE *file = path && nr_runs ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, "runs %lu\nioctls %lu\nallocations %lu\n", nr_runs, nr_ioctls,
		nr_allocations);
	fclose(file);
}
