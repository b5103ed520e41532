/* SPDX-License-Identifier: MIT */
/*
 * The contract of an architecture: all that the rest of the VMM may ask of arch/x86 or arch/arm64.
 * Register names, tables that firmware would leave in memory, and instruction encodings live behind
 * it; meson picks the folder, and no other file tests for the architecture.
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
 * struct arch_platform - what the machine is, and where it has its devices
 * @name: as in "uname -m"
 * @elf_machine: EM_* of the kernels that run on it
 * @cmdline: what every kernel is told on its command line
 * @devtree_max: bytes a device tree may have; 0 = guests get none
 * @no_kvm: what to do where there is no KVM
 * @no_probe: what to think of a KVM on which the probe does not run, and what to do
 * @serial_base: 16550 console; a port when @serial_is_pio
 * @serial_gsi: its interrupt line
 * @marks_base: boot mark register, a port when @serial_is_pio
 * @rtc_base: real-time clock; 0: guests take the time from KVM
 * @has_power_ports: the ports by which a PC is switched off
 * @virtio_base: first virtio-mmio window, the next ones follow at @virtio_stride
 * @virtio_gsi: its interrupt line, the next ones follow
 * @virtio_max: number of windows
 * @portal_base: the portal device's window
 * @portal_gsi: its interrupt line
 * @max_cpus: vCPUs a VM can have
 * @shootdown_waits: the guest takes no page away before every CPU has said so, as a stopped vCPU
 * cannot
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

/** arch_platform() - the one description; never NULL. */
const struct arch_platform *arch_platform(void);

/**
 * struct arch_cap - something of KVM that the machine cannot do without
 * @cap: KVM_CAP_*
 * @wanted: bits that must be set in its value; 0 = any value but 0
 * @has: asks the VM instead, for what has no capability number; NULL: @cap says it
 * @name: as the kernel's documentation calls it
 * @advice: what to do where it is missing
 */
struct arch_cap {
	long cap;
	int wanted;
	bool (*has)(const struct vm *vm);
	const char *name;
	const char *advice;
};

/** arch_caps() - ends with name = NULL. */
const struct arch_cap *arch_caps(void);

/**
 * arch_optional_caps() - what some VMs need or are better for, and none is missing without; ends
 * with name = NULL.
 * @advice says what does without.
 */
const struct arch_cap *arch_optional_caps(void);

/**
 * arch_cap_32bit() - what 32-bit kernels need besides; NULL: none of them runs on this
 * architecture.
 */
const struct arch_cap *arch_cap_32bit(void);

/* how the guest calls; in the order of preference */
enum arch_doorbell {
	ARCH_DOORBELL_NONE = 0, /* none is wanted in particular */
	ARCH_DOORBELL_HYPERCALL,
	ARCH_DOORBELL_MMIO, /* a read of a window that the device tree names */
};

/**
 * arch_doorbell() - the one that this host can have
 * @vm: asked
 * @wanted: this one or none
 *
 * Return: it; ARCH_DOORBELL_NONE: not on this host, or not on this architecture.
 */
enum arch_doorbell arch_doorbell(const struct vm *vm, enum arch_doorbell wanted);

/**
 * arch_vm_setup() - interrupt controllers, and the doorbell's way to user space
 * @vm: before the first vCPU
 * @doorbell: what arch_doorbell() has said
 *
 * Return: 0; -errno.
 */
must_check int arch_vm_setup(struct vm *vm, enum arch_doorbell doorbell);

/**
 * arch_ram_setup() - lay @size bytes of RAM out around the architecture's holes. Return: 0; errors
 * of mem_add_ram().
 */
must_check int arch_ram_setup(struct guest_mem *mem, uint64_t size);

/**
 * arch_vcpu_setup() - what a vCPU is and can do; before its first run
 * @vm: the VM
 * @vcpu: its vCPUs in order; the last one makes the interrupt controller complete
 * @nr_cpus: how many there will be
 * @is_32bit: it begins in 32-bit state; only where there is arch_cap_32bit()
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
 * struct arch_boot - what the kernel is told at its first instruction
 * @protocol: how it is entered
 * @entry: where
 * @setup_header: the image's setup header from offset 0x1f1 on, NULL for an ELF kernel
 * @setup_header_len: its bytes
 * @doorbell: how it calls
 * @initrd: where the initial RAM file system is; size 0 = none
 * @initrd_size: bytes
 * @cmdline: command line
 * @kaslr: let the kernel choose its own addresses, where it needs a seed for that
 * @devtree: the user's own device tree, NULL = one is made; nothing of it is checked
 * @devtree_len: its bytes, at most devtree_max
 * @tables: where the device tree goes, devtree_max bytes; 0: where the architecture has it
 * @nr_cpus: vCPUs
 * @nr_virtio: virtio-mmio windows in use, counted from the first
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
 * @vm: with all its vCPUs
 * @mem: guest RAM with the kernel and the initrd in place
 * @cpu: the boot vCPU
 * @boot: what to start
 *
 * Return: 0; -E2BIG the command line or the device tree does not fit; -EBADMSG @boot->devtree is
 * none; -EFAULT RAM is too small for the tables; -errno of KVM.
 */
must_check int arch_boot_setup(const struct vm *vm, const struct guest_mem *mem,
			       const struct vcpu *cpu, const struct arch_boot *boot);

/**
 * arch_devtree() - the device tree that arch_boot_setup() has written
 * @mem: no guest code has run on it
 * @tables: as that has been told
 * @ret_len: its bytes
 *
 * Return: the tree; NULL: this architecture has none.
 */
const void *arch_devtree(const struct guest_mem *mem, gpa_t tables, size_t *ret_len);

/**
 * struct arch_doorbell_call - a call of the doorbell, nothing of it checked
 * @kind: PORTAL_CALL_*
 * @has_page: @page is set, else @index
 * @page: the page's guest physical address
 * @index: the page's number in the pool that hello has registered
 */
struct arch_doorbell_call {
	uint32_t kind;
	bool has_page;
	gpa_t page;
	uint32_t index;
};

/**
 * arch_is_doorbell() - is this exit a call of the portal doorbell?
 * @vcpu: after KVM_EXIT_HYPERCALL or KVM_EXIT_MMIO, on its thread
 * @ret_call: which one
 *
 * Return: true: answer it with arch_doorbell_complete() before the vCPU runs again.
 */
bool arch_is_doorbell(const struct vcpu *vcpu, struct arch_doorbell_call *ret_call);

/**
 * arch_doorbell_complete() - leave a call's result, or that of an unknown hypercall, where the
 * guest looks for it
 * @vcpu: after such an exit, on its thread; its next run goes on behind the instruction
 * @result: 0 served, else -errno
 *
 * Return: 0; -errno of KVM.
 */
must_check int arch_doorbell_complete(const struct vcpu *vcpu, int result);

/**
 * arch_refuse_access() - let the guest take an abort for an access that KVM cannot decode
 * @vcpu: after KVM_EXIT_ARM_NISV, on its thread; its next run begins with the abort
 *
 * Return: 0; -ENOTSUP: there is no such exit on this architecture; -errno of KVM.
 */
must_check int arch_refuse_access(const struct vcpu *vcpu);

/**
 * struct arch_probe - a bare guest that shows whether this host's KVM runs real code
 * @code: position-independent machine code for the state that arch_probe_enter() sets
 * @size: its bytes; nothing else of guest memory is written, neither by it nor by KVM for it
 * @gpa: where it is to be put: RAM that arch_ram_setup() makes of any size, with nothing in it
 * @calls: times it calls the doorbell, with page 0; the last one is the end of what it shows
 * @exit_reason: how they leave the guest, KVM_EXIT_HYPERCALL or KVM_EXIT_MMIO
 * @nr: their hypercall number, or the address that is read
 *
 * It uses instructions that software KVMs are known not to emulate before it calls.
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
 * arch_probe() - the one for @doorbell and the state that @vcpu begins in. Return: NULL: KVM does
 * not tell that state.
 */
const struct arch_probe *arch_probe(const struct vcpu *vcpu, enum arch_doorbell doorbell);

/** struct arch_registers - what the probe has borrowed of a vCPU, as <asm/kvm.h> has it */
struct arch_registers {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
};

/**
 * arch_probe_enter() - set @vcpu to run the probe loaded where it wants to be
 * @vcpu: in the state after its making or in one that arch_boot_setup() sets
 * @ret_kept: that state, for arch_probe_leave()
 *
 * Return: 0; -errno of KVM.
 */
must_check int arch_probe_enter(const struct vcpu *vcpu, struct arch_registers *ret_kept);

/** arch_probe_leave() - give @vcpu its registers back. Return: 0; -errno of KVM. */
must_check int arch_probe_leave(const struct vcpu *vcpu, const struct arch_registers *kept);

/** arch_describe_stop() - one line on where a vCPU was when it could not go on, for the log. */
void arch_describe_stop(const struct vcpu *vcpu, char *buf, size_t len);

#endif
