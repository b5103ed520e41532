/* SPDX-License-Identifier: MIT */
/*
 * The virtual machine as KVM provides it: /dev/kvm, the VM file descriptor, memory slots, interrupt
 * lines. Must not know what the memory contains or what is connected to the lines. Differences
 * between architectures are in arch/.
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
 * @fd: descriptor of the VM
 * @run_size: size of a vCPU's shared kvm_run mapping, in bytes
 * @irqchip_fd: interrupt controller created by vm_create_irqchip(); -1: no such controller
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
 * vm_open_kvm() - open /dev/kvm and check that it has API version 12
 * @ret_fd: close-on-exec descriptor
 *
 * Return: 0; -ENOENT or -ENODEV: no KVM on this host; -EACCES: no permission; -EPROTO: another API
 * version; other -errno of open(2).
 */
must_check int vm_open_kvm(int *ret_fd);

/**
 * vm_create() - create a VM without memory and vCPUs
 * @vm: set on success; released with vm_destroy()
 *
 * Return: 0; errors of vm_open_kvm(); -errno of KVM_CREATE_VM; -EPROTO: the kvm_run mapping is too
 * small.
 */
must_check int vm_create(struct vm *vm);

/** vm_destroy() - close the VM's descriptors; its vCPUs have been destroyed before. */
void vm_destroy(struct vm *vm);

/** vm_cap() - query a capability (KVM_CHECK_EXTENSION). Return: its value; 0: not available. */
int vm_cap(const struct vm *vm, long cap);

/** vm_enable_cap() - enable a capability with one argument (KVM_ENABLE_CAP). Return: 0; -errno. */
must_check int vm_enable_cap(const struct vm *vm, unsigned int cap, uint64_t arg);

/**
 * vm_create_irqchip() - create an interrupt controller (KVM_CREATE_DEVICE), once for a VM
 * @vm: the VM; it owns the controller
 * @type: KVM_DEV_TYPE_*
 *
 * Return: 0; -ENODEV: the host does not support this type; other -errno.
 */
must_check int vm_create_irqchip(struct vm *vm, uint32_t type);

/**
 * vm_set_attr() - set an attribute (KVM_SET_DEVICE_ATTR)
 * @fd: a VM, a vCPU or a device
 * @group: group of the attribute
 * @attr: number of the attribute in @group
 * @value: its value, as described in the kernel's Documentation/virt/kvm/devices; NULL: no value
 *
 * Return: 0; -errno.
 */
must_check int vm_set_attr(int fd, uint32_t group, uint64_t attr, const void *value);

/**
 * vm_map() - register every slot of @mem with the VM. @mem must outlive the VM. Return: 0; -errno.
 */
must_check int vm_map(const struct vm *vm, const struct guest_mem *mem);

/**
 * vm_bind_event() - signal an eventfd when the guest writes to an address, without an exit to the
 * VMM (KVM_IOEVENTFD)
 * @vm: the VM
 * @gpa: address, not in RAM
 * @len: size of the writes in bytes: 1, 2, 4 or 8; writes of another size still exit
 * @fd: eventfd
 *
 * Return: 0; -errno.
 */
must_check int vm_bind_event(const struct vm *vm, gpa_t gpa, uint32_t len, int fd);

/** vm_pulse_irq() - raise and lower interrupt line @gsi. Any thread. Return: 0; -errno. */
int vm_pulse_irq(const struct vm *vm, unsigned int gsi);

#endif
