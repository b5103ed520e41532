/* SPDX-License-Identifier: MIT */
/*
 * The virtual machine as the kernel gives it: /dev/kvm, the VM file descriptor, memory slots,
 * interrupt lines. Knows nothing of what is in the memory or on the lines; what differs by
 * architecture is in arch/.
 */
#ifndef KVM_VM_H
#define KVM_VM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "kvm/mem.h"

#define VM_DEV_KVM "/dev/kvm"

/**
 * struct vm - one virtual machine
 * @kvm_fd: /dev/kvm, for capability queries
 * @fd: the VM
 * @run_size: bytes of a vCPU's shared kvm_run mapping
 * @irqchip_fd: the interrupt controller that vm_create_irqchip() made; -1: none
 * @irqchip_type: its KVM_DEV_TYPE_*
 */
struct vm {
	int kvm_fd;
	int fd;
	size_t run_size;
	int irqchip_fd;
	uint32_t irqchip_type;
};

/**
 * vm_open_kvm() - open /dev/kvm and check that it speaks API version 12
 * @ret_fd: close-on-exec descriptor
 *
 * Return: 0; -ENOENT or -ENODEV no KVM on this host; -EACCES no permission; -EPROTO another API
 * version; other -errno of open(2).
 */
must_check int vm_open_kvm(int *ret_fd);

/**
 * vm_create() - a VM without memory and CPUs
 * @vm: filled; vm_destroy() it after success
 *
 * Return: 0; errors of vm_open_kvm(); -errno of KVM_CREATE_VM.
 */
must_check int vm_create(struct vm *vm);

/** vm_destroy() - closes its descriptors; vCPUs must be gone. */
void vm_destroy(struct vm *vm);

/** vm_cap() - KVM_CHECK_EXTENSION on the VM. Return: the capability's value, 0 = not there. */
int vm_cap(const struct vm *vm, long cap);

/** vm_enable_cap() - KVM_ENABLE_CAP on the VM with one argument. Return: 0; -errno. */
must_check int vm_enable_cap(const struct vm *vm, unsigned int cap, uint64_t arg);

/**
 * vm_create_irqchip() - KVM_CREATE_DEVICE of an interrupt controller, once for a VM
 * @vm: knows it afterwards
 * @type: KVM_DEV_TYPE_*
 *
 * Return: 0; -ENODEV this host has none of that type; other -errno.
 */
must_check int vm_create_irqchip(struct vm *vm, uint32_t type);

/**
 * vm_set_attr() - KVM_SET_DEVICE_ATTR
 * @fd: a VM, a vCPU or a device
 * @group: of the attribute
 * @attr: its number there
 * @value: what it takes, as the kernel's Documentation/virt/kvm/devices says; NULL: nothing
 *
 * Return: 0; -errno.
 */
must_check int vm_set_attr(int fd, uint32_t group, uint64_t attr, const void *value);

/**
 * vm_map() - register every slot of @mem with the VM. @mem must outlive the VM. Return: 0; -errno.
 */
must_check int vm_map(const struct vm *vm, const struct guest_mem *mem);

/**
 * vm_bind_event() - KVM_IOEVENTFD: the guest's writes to an address go to an eventfd, and not out
 * of the kernel
 * @vm: the VM
 * @gpa: not RAM
 * @len: bytes of the writes that count: 1, 2, 4 or 8; others come out as they did
 * @fd: eventfd
 *
 * Return: 0; -errno.
 */
must_check int vm_bind_event(const struct vm *vm, gpa_t gpa, uint32_t len, int fd);

/** vm_pulse_irq() - an edge on interrupt line @gsi. Any thread. Return: 0; -errno. */
int vm_pulse_irq(const struct vm *vm, unsigned int gsi);

#endif
