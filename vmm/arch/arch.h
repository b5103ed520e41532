/* SPDX-License-Identifier: MIT */
/*
 * The interface of an architecture: all that the rest of the VMM may use of arch/x86 or arch/arm64.
 * Register names, tables that firmware would leave in memory, and instruction encodings are hidden
 * behind it. Meson selects the directory; no other file tests for the architecture.
 */
#ifndef ARCH_ARCH_H
#define ARCH_ARCH_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/gpa.h"
#include "kvm/vcpu.h"
#include "kvm/vm.h"

/**
 * struct arch_platform - the machine and the addresses of its devices
 * @name: as in "uname -m"
 * @elf_machine: EM_* of the kernels that run on it
 * @cmdline: start of every kernel's command line
 * @devtree_max: largest device tree, in bytes; 0: guests have no device tree
 * @no_kvm: advice to the user if the host has no KVM
 * @no_probe: likely reason and advice to the user if the probe does not run
 * @serial_base: 16550 console; a port if @serial_is_pio
 * @serial_is_pio: the serial console and the boot marks are ports, not memory
 * @serial_gsi: interrupt line of the serial console
 * @marks_base: boot mark register; a port if @serial_is_pio
 * @rtc_base: real-time clock; 0: guests get the time from KVM
 * @has_power_ports: the machine has the ports by which a PC is switched off
 * @virtio_base: first virtio-mmio window
 * @virtio_stride: distance from one virtio-mmio window to the next
 * @virtio_gsi: interrupt line of the first window; the other windows have the lines that follow
 * @virtio_max: number of windows
 * @portal_base: window of the portal device
 * @portal_gsi: interrupt line of the portal device
 * @max_cpus: largest number of vCPUs of a VM
 * @shootdown_waits: the guest reuses no page before every CPU has acknowledged the TLB
 * invalidation, which a stopped vCPU cannot do
 */
struct arch_platform {
	const char *name;
	uint16_t elf_machine;
	const char *cmdline;
	size_t devtree_max;
	const char *no_kvm;
	const char *no_probe;
	uint64_t serial_base;
	bool serial_is_pio;
	unsigned int serial_gsi;
	uint64_t marks_base;
	uint64_t rtc_base;
	bool has_power_ports;
	uint64_t virtio_base;
	uint64_t virtio_stride;
	unsigned int virtio_gsi;
	unsigned int virtio_max;
	uint64_t portal_base;
	unsigned int portal_gsi;
	unsigned int max_cpus;
	bool shootdown_waits;
};

/** arch_platform() - get the description of the machine; never NULL. */
const struct arch_platform *arch_platform(void);

/**
 * struct arch_cap - a feature of KVM
 * @cap: KVM_CAP_*
 * @wanted: bits that must be set in its value; 0: any value except 0
 * @has: test to use instead of @cap, for a feature without a capability number; NULL: use @cap
 * @name: its name in the kernel's documentation
 * @advice: what the user can do if it is missing
 */
struct arch_cap {
	long cap;
	int wanted;
	bool (*has)(const struct vm *vm);
	const char *name;
	const char *advice;
};

/** arch_caps() - get the features that the machine requires; the last one has name = NULL. */
const struct arch_cap *arch_caps(void);

/**
 * arch_optional_caps() - get the features that only some VMs need or benefit from; the last one has
 * name = NULL. Here @advice describes the effect of their absence.
 */
const struct arch_cap *arch_optional_caps(void);

/**
 * arch_cap_32bit() - get the feature that 32-bit kernels require in addition; NULL: 32-bit kernels
 * do not run on this architecture.
 */
const struct arch_cap *arch_cap_32bit(void);

/* forms of the doorbell, in order of preference */
enum arch_doorbell {
	ARCH_DOORBELL_NONE = 0, /* no preference; as a result: not available */
	ARCH_DOORBELL_HYPERCALL,
	ARCH_DOORBELL_MMIO, /* a read of the doorbell window, whose address is in the device tree */
};

/**
 * arch_doorbell() - choose a form of the doorbell that this host supports
 * @vm: the VM
 * @wanted: the only acceptable form; ARCH_DOORBELL_NONE: the preferred one that is available
 *
 * Return: the form to use; ARCH_DOORBELL_NONE: @wanted is not available on this host or this
 * architecture.
 */
enum arch_doorbell arch_doorbell(const struct vm *vm, enum arch_doorbell wanted);

/**
 * arch_vm_setup() - create the interrupt controllers and route the doorbell to user space
 * @vm: a VM without vCPUs
 * @doorbell: result of arch_doorbell()
 *
 * Return: 0; -errno.
 */
must_check int arch_vm_setup(struct vm *vm, enum arch_doorbell doorbell);

/**
 * arch_ram_setup() - add @size bytes of RAM around the holes in the architecture's address space.
 * Return: 0; errors of mem_add_ram().
 */
must_check int arch_ram_setup(struct guest_mem *mem, uint64_t size);

/**
 * arch_vcpu_setup() - set the type and the features of a vCPU, before its first run
 * @vm: the VM
 * @vcpu: a vCPU; call it for all of them in order, because the last call completes the interrupt
 * controller
 * @nr_cpus: number of vCPUs that the VM will have
 * @is_32bit: the vCPU starts in 32-bit state; requires arch_cap_32bit()
 *
 * Return: 0; -errno.
 */
must_check int arch_vcpu_setup(const struct vm *vm, const struct vcpu *vcpu, unsigned int nr_cpus,
			       bool is_32bit);

enum arch_entry {
	ARCH_ENTRY_PVH,	    /* x86/HVM direct boot ABI (Xen docs/misc/pvh.pandoc) */
	ARCH_ENTRY_LINUX64, /* Linux x86 64-bit boot protocol (Documentation/arch/x86/boot.rst) */
	ARCH_ENTRY_ARM64,   /* Linux arm64 boot protocol (Documentation/arch/arm64/booting.rst) */
	ARCH_ENTRY_ARM,	    /* Linux arm boot protocol (Documentation/arch/arm/booting.rst) */
};

/**
 * struct arch_boot - what to boot, and the parameters for the kernel
 * @protocol: boot protocol
 * @entry: address of the first instruction
 * @setup_header: the image's setup header from offset 0x1f1 on; NULL for an ELF kernel
 * @setup_header_len: its size in bytes
 * @doorbell: form of the doorbell
 * @initrd: address of the initramfs
 * @initrd_size: its size in bytes; 0: no initramfs
 * @cmdline: command line
 * @kaslr: pass a seed for address randomisation, if the architecture uses one
 * @devtree: the user's device tree, not validated; NULL: generate one
 * @devtree_len: its size in bytes, at most devtree_max
 * @tables: address for the device tree, devtree_max bytes; 0: the architecture's default
 * @nr_cpus: number of vCPUs
 * @nr_virtio: number of virtio-mmio windows in use, counted from the first
 */
struct arch_boot {
	enum arch_entry protocol;
	gpa_t entry;
	const uint8_t *setup_header;
	size_t setup_header_len;
	enum arch_doorbell doorbell;
	gpa_t initrd;
	uint64_t initrd_size;
	const char *cmdline;
	bool kaslr;
	const void *devtree;
	size_t devtree_len;
	gpa_t tables;
	unsigned int nr_cpus;
	unsigned int nr_virtio;
};

/**
 * arch_boot_setup() - write tables, command line and boot parameters, and set the boot vCPU's
 * registers
 * @vm: VM with all its vCPUs
 * @mem: guest RAM, with the kernel and the initramfs loaded
 * @cpu: the boot vCPU
 * @boot: what to boot
 *
 * Return: 0; -E2BIG: the command line or the device tree does not fit; -EBADMSG: @boot->devtree is
 * not a valid device tree; -EFAULT: RAM is too small for the tables; -errno of KVM.
 */
must_check int arch_boot_setup(const struct vm *vm, const struct guest_mem *mem,
			       const struct vcpu *cpu, const struct arch_boot *boot);

/**
 * arch_devtree() - get the device tree that arch_boot_setup() has written
 * @mem: guest RAM, before any guest code has run
 * @tables: as in struct arch_boot
 * @ret_len: size of the tree in bytes
 *
 * Return: the tree; NULL: this architecture has no device tree.
 */
const void *arch_devtree(const struct guest_mem *mem, gpa_t tables, size_t *ret_len);

/**
 * struct arch_doorbell_call - a call of the doorbell; no field has been validated
 * @kind: PORTAL_CALL_*
 * @has_page: @page is valid; otherwise @index is
 * @page: the page's guest physical address
 * @index: the page's number in the pool that hello registered
 */
struct arch_doorbell_call {
	uint32_t kind;
	bool has_page;
	gpa_t page;
	uint32_t index;
};

/**
 * arch_is_doorbell() - check whether an exit is a call of the doorbell
 * @vcpu: its last exit was KVM_EXIT_HYPERCALL or KVM_EXIT_MMIO
 * @ret_call: the call
 *
 * Context: the vCPU thread.
 * Return: true: it is a call; complete it with arch_doorbell_complete() before the vCPU runs again.
 */
bool arch_is_doorbell(const struct vcpu *vcpu, struct arch_doorbell_call *ret_call);

/**
 * arch_doorbell_complete() - set the result of a call or of an unknown hypercall for the guest
 * @vcpu: after such an exit; its next run continues after the instruction
 * @result: 0: served; otherwise -errno
 *
 * Context: the vCPU thread.
 * Return: 0; -errno of KVM.
 */
must_check int arch_doorbell_complete(const struct vcpu *vcpu, int result);

/**
 * arch_refuse_access() - inject an abort for an access that KVM cannot decode
 * @vcpu: its last exit was KVM_EXIT_ARM_NISV; its next run begins with the abort
 *
 * Context: the vCPU thread.
 * Return: 0; -ENOTSUP: this architecture has no such exit; -errno of KVM.
 */
must_check int arch_refuse_access(const struct vcpu *vcpu);

/**
 * struct arch_probe - a tiny guest that shows whether this host's KVM executes real code
 * @code: position-independent machine code for the state that arch_probe_enter() sets
 * @size: size of @code in bytes; neither the code nor KVM writes to other guest memory
 * @gpa: load address: RAM for any size of arch_ram_setup(), not used for anything else
 * @calls: number of doorbell calls that it makes, with page 0; the probe has passed at the last one
 * @exit_reason: exit of these calls: KVM_EXIT_HYPERCALL or KVM_EXIT_MMIO
 * @nr: their hypercall number, or the address that is read
 *
 * Before its first call it executes instructions that KVM implementations in software are known to
 * lack.
 */
struct arch_probe {
	const uint8_t *code;
	size_t size;
	gpa_t gpa;
	unsigned int calls;
	uint32_t exit_reason;
	uint64_t nr;
};

/**
 * arch_probe() - get the probe for a form of the doorbell and the start state of @vcpu. Return: the
 * probe; NULL: KVM cannot report that state.
 */
const struct arch_probe *arch_probe(const struct vcpu *vcpu, enum arch_doorbell doorbell);

/** struct arch_registers - saved registers of a vCPU, in the structs of <asm/kvm.h> */
struct arch_registers {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
};

/**
 * arch_probe_enter() - save @vcpu's registers and set them to run the probe, which is loaded at its
 * address
 * @vcpu: in its initial state or in the state that arch_boot_setup() sets
 * @ret_saved: that state, for arch_probe_leave()
 *
 * Return: 0; -errno of KVM.
 */
must_check int arch_probe_enter(const struct vcpu *vcpu, struct arch_registers *ret_saved);

/** arch_probe_leave() - restore @vcpu's registers. Return: 0; -errno of KVM. */
must_check int arch_probe_leave(const struct vcpu *vcpu, const struct arch_registers *saved);

/** arch_describe_stop() - describe in one line, for the log, where a vCPU stopped. */
void arch_describe_stop(const struct vcpu *vcpu, char *buf, size_t len);

#endif
