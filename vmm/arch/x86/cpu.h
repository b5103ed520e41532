/* SPDX-License-Identifier: MIT */
/* Inside arch/x86: what a vCPU is (CPUID, MSRs) and the register states it can start in. */
#ifndef ARCH_X86_CPU_H
#define ARCH_X86_CPU_H

#include <linux/kvm.h>
#include <stdbool.h>

#include "arch/arch.h"

/**
 * struct cpuid_machine - what CPUID must tell of this machine
 * @nr_cpus: vCPUs, at least 1
 * @apic_id: the vCPU's own id
 * @tsc_deadline: the in-kernel local APIC has the TSC deadline timer
 */
struct cpuid_machine {
	unsigned int nr_cpus;
	unsigned int apic_id;
	bool tsc_deadline;
};

/**
 * cpuid_supported() - KVM_GET_SUPPORTED_CPUID, however long it is. @ret_cpuid: to be freed. Return:
 * 0; -errno.
 */
must_check int cpuid_supported(int kvm_fd, struct kvm_cpuid2 **ret_cpuid);

/** cpuid_edit() - make one leaf true for @machine; leaves it does not know stay as they are. */
void cpuid_edit(struct kvm_cpuid_entry2 *entry, const struct cpuid_machine *machine);

/** cpu_enter_pvh() - 32-bit protected mode, EBX = start info. Return: 0; -errno. */
must_check int cpu_enter_pvh(const struct guest_mem *mem, const struct vcpu *cpu, gpa_t entry);

/**
 * cpu_enter_linux64() - long mode on an identity map of 4 GiB, RSI = zero page. Return: 0; -errno.
 */
must_check int cpu_enter_linux64(const struct guest_mem *mem, const struct vcpu *cpu, gpa_t entry);

#endif
