/* SPDX-License-Identifier: MIT */
#include "fake_kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch/arch.h"

#define RUN_SIZE 12288

/* the vCPU behind a descriptor */
struct fake_vcpu {
	int fd;
	unsigned int id;
	struct kvm_run *run;
};

struct fake_kvm fake_kvm;
static struct fake_vcpu vcpus[FAKE_KVM_MAX_VCPUS];
static size_t nr_vcpus;

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);

void fake_kvm_reset(void)
{
	for (size_t i = 0; i < nr_vcpus; i++)
		munmap(vcpus[i].run, RUN_SIZE);
	nr_vcpus = 0;
	fake_kvm = (struct fake_kvm){
		.api_version = KVM_API_VERSION,
		.run_size = RUN_SIZE,
		.cap = -1,
		.has_immediate_exit = true,
	};
}

static int fail(int error)
{
	errno = error;
	return -1;
}

static int new_file(off_t size)
{
	int fd = memfd_create("kvm", MFD_CLOEXEC);

	return fd >= 0 && ftruncate(fd, size) == 0 ? fd : -1;
}

static int open_kvm(void)
{
	atomic_fetch_add(&fake_kvm.nr_opened, 1);
	return fake_kvm.open_errno ? fail(fake_kvm.open_errno) : new_file(0);
}

/* the test's view of the page that the program maps from the descriptor */
static int create_vcpu(unsigned int id)
{
	int fd = new_file(RUN_SIZE);
	void *run = mmap(NULL, RUN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (run == MAP_FAILED || nr_vcpus == FAKE_KVM_MAX_VCPUS)
		return fail(ENOMEM);
	vcpus[nr_vcpus++] = (struct fake_vcpu){ .fd = fd, .id = id, .run = run };
	return fd;
}

static int create_device(struct kvm_create_device *device)
{
	if (device->flags & KVM_CREATE_DEVICE_TEST)
		return 0;
	device->fd = (uint32_t)new_file(0);
	return 0;
}

/* descriptors of vCPUs that were closed may be in use again: the last one counts */
static struct fake_vcpu *find_vcpu(int fd)
{
	for (size_t i = nr_vcpus; i > 0; i--)
		if (vcpus[i - 1].fd == fd)
			return &vcpus[i - 1];
	return NULL;
}

static int run_vcpu(int fd)
{
	const struct fake_vcpu *vcpu = find_vcpu(fd);
	int err;

	if (fake_kvm.has_immediate_exit &&
	    __atomic_load_n(&vcpu->run->immediate_exit, __ATOMIC_SEQ_CST))
		return fail(EINTR);
	atomic_fetch_add(&fake_kvm.nr_runs, 1);
	err = fake_kvm.run ? fake_kvm.run(vcpu->run) : fake_kvm_run_probe(vcpu->run);
	return err < 0 ? fail(-err) : 0;
}

static struct kvm_one_reg *find_one(uint64_t id)
{
	struct kvm_one_reg *at = fake_kvm.regs.one;

	while (at->id && at->id != id && at < &fake_kvm.regs.one[FAKE_KVM_MAX_REGS - 1])
		at++;
	at->id = id;
	return at;
}

static int get_one(const struct kvm_one_reg *reg)
{
	memcpy((void *)(uintptr_t)reg->addr, &find_one(reg->id)->addr, sizeof(uint64_t));
	return 0;
}

static int set_one(const struct kvm_one_reg *reg)
{
	memcpy(&find_one(reg->id)->addr, (const void *)(uintptr_t)reg->addr, sizeof(uint64_t));
	return 0;
}

static int copy(void *to, const void *from, size_t len)
{
	memcpy(to, from, len);
	return 0;
}

static int irq_line(const struct kvm_irq_level *level)
{
	atomic_fetch_add(&fake_kvm.nr_irqs, 1);
	atomic_store(&fake_kvm.last_gsi, level->irq);
	return 0;
}

static bool fails(unsigned long request)
{
	if (request != fake_kvm.fail_request)
		return false;
	if (fake_kvm.fail_after > 0) {
		fake_kvm.fail_after--;
		return false;
	}
	if (fake_kvm.fail_times > 0 && --fake_kvm.fail_times == 0)
		fake_kvm.fail_request = 0;
	return true;
}

static int answer(int fd, unsigned long request, uintptr_t arg)
{
	void *data = (void *)arg;

	switch (request) {
	case KVM_GET_API_VERSION:
		return fake_kvm.api_version;
	case KVM_GET_VCPU_MMAP_SIZE:
		return fake_kvm.run_size;
	case KVM_CHECK_EXTENSION:
		return (long)arg == fake_kvm.cap ? fake_kvm.cap_value : INT_MAX;
	case KVM_CREATE_VM:
		return new_file(0);
	case KVM_CREATE_VCPU:
		return create_vcpu((unsigned int)arg);
	case KVM_CREATE_DEVICE:
		return create_device(data);
	case KVM_RUN:
		return run_vcpu(fd);
	case KVM_GET_REGS:
		return copy(data, &fake_kvm.regs.regs, sizeof(fake_kvm.regs.regs));
	case KVM_SET_REGS:
		return copy(&fake_kvm.regs.regs, data, sizeof(fake_kvm.regs.regs));
	case KVM_GET_SREGS:
		return copy(data, &fake_kvm.regs.sregs, sizeof(fake_kvm.regs.sregs));
	case KVM_SET_SREGS:
		return copy(&fake_kvm.regs.sregs, data, sizeof(fake_kvm.regs.sregs));
	case KVM_GET_ONE_REG:
		return get_one(data);
	case KVM_SET_ONE_REG:
		return set_one(data);
	case KVM_IRQ_LINE:
		return irq_line(data);
	default:
		return 0;
	}
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	uintptr_t arg;
	va_list ap;

	va_start(ap, request);
	arg = va_arg(ap, uintptr_t);
	va_end(ap);
	if (_IOC_TYPE(request) != KVMIO)
		return __real_ioctl(fd, request, arg);
	return fails(request) ? fail(fake_kvm.fail_errno) : answer(fd, request, arg);
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & O_CREAT ? va_arg(ap, mode_t) : 0;
}

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return strcmp(path, VM_DEV_KVM) == 0 ? open_kvm() : __real_open(path, flags, mode);
}

int __wrap_open64(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return strcmp(path, VM_DEV_KVM) == 0 ? open_kvm() : __real_open64(path, flags, mode);
}

unsigned int fake_kvm_vcpu(const struct kvm_run *run)
{
	size_t i = 0;

	while (vcpus[i].run != run)
		i++;
	return vcpus[i].id;
}

int fake_kvm_run_probe(struct kvm_run *run)
{
	struct vcpu vcpu = { .fd = -1, .run = run };
	const struct arch_probe *probe = arch_probe(&vcpu, ARCH_DOORBELL_HYPERCALL);

	run->exit_reason = probe->exit_reason;
	run->hypercall.nr = probe->nr;
	return 0;
}
