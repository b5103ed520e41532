/* SPDX-License-Identifier: MIT */
#include "kvm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>

int vm_open_kvm(int *ret_fd)
{
	auto_close int fd = open(VM_DEV_KVM, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (ioctl(fd, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return -EPROTO;
	*ret_fd = take_fd(&fd);
	return 0;
}

int vm_create(struct vm *vm)
{
	auto_close int kvm_fd = -1;
	auto_close int fd = -1;
	int size, err;

	err = vm_open_kvm(&kvm_fd);
	if (err < 0)
		return err;
	do {
		fd = ioctl(kvm_fd, KVM_CREATE_VM, 0);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -errno;
	size = ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(struct kvm_run))
		return -EPROTO;
	*vm = (struct vm){ .run_size = (size_t)size, .irqchip_fd = -1 };
	vm->kvm_fd = take_fd(&kvm_fd);
	vm->fd = take_fd(&fd);
	return 0;
}

void vm_destroy(struct vm *vm)
{
	if (vm->irqchip_fd >= 0)
		close(vm->irqchip_fd);
	close(vm->fd);
	close(vm->kvm_fd);
}

int vm_cap(const struct vm *vm, long cap)
{
	int value = ioctl(vm->fd, KVM_CHECK_EXTENSION, cap);

	return value < 0 ? 0 : value;
}

int vm_enable_cap(const struct vm *vm, unsigned int cap, uint64_t arg)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { arg } };

	return ioctl(vm->fd, KVM_ENABLE_CAP, &enable) < 0 ? -errno : 0;
}

int vm_create_irqchip(struct vm *vm, uint32_t type)
{
	struct kvm_create_device create = { .type = type };

	if (ioctl(vm->fd, KVM_CREATE_DEVICE, &create) < 0)
		return -errno;
	vm->irqchip_fd = (int)create.fd;
	vm->irqchip_type = type;
	return 0;
}

int vm_set_attr(int fd, uint32_t group, uint64_t attr, const void *value)
{
	const struct kvm_device_attr set = {
		.group = group,
		.attr = attr,
		.addr = (uintptr_t)value,
	};

	return ioctl(fd, KVM_SET_DEVICE_ATTR, &set) < 0 ? -errno : 0;
}

int vm_map(const struct vm *vm, const struct guest_mem *mem)
{
	size_t nr;
	const struct mem_slot *slots = mem_slots(mem, &nr);

	for (size_t i = 0; i < nr; i++) {
		struct kvm_userspace_memory_region region = {
			.slot = (uint32_t)i,
			.guest_phys_addr = slots[i].base.value,
			.memory_size = slots[i].size,
			.userspace_addr = (uintptr_t)slots[i].host,
		};

		if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region) < 0)
			return -errno;
	}
	return 0;
}

int vm_bind_event(const struct vm *vm, gpa_t gpa, uint32_t len, int fd)
{
	struct kvm_ioeventfd event = { .addr = gpa.value, .len = len, .fd = fd };

	return ioctl(vm->fd, KVM_IOEVENTFD, &event) < 0 ? -errno : 0;
}

int vm_pulse_irq(const struct vm *vm, unsigned int gsi)
{
	struct kvm_irq_level level = { .irq = gsi, .level = 1 };

	if (ioctl(vm->fd, KVM_IRQ_LINE, &level) < 0)
		return -errno;
	level.level = 0;
	return ioctl(vm->fd, KVM_IRQ_LINE, &level) < 0 ? -errno : 0;
}
