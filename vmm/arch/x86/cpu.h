/* SPDX-License-Identifier: MIT */
/* Private to arch/x86: the features of a vCPU (CPUID, MSRs) and its initial register states. */
#ifndef ARCH_X86_CPU_H
#define ARCH_X86_CPU_H

#include <linux/kvm.h>
#include <stdbool.h>

#include "arch/arch.h"

/**
 * struct cpuid_machine - properties of this machine that CPUID reports
 * @nr_cpus: number of vCPUs, at least 1
 * @apic_id: APIC id of the vCPU
 * @tsc_deadline: the in-kernel local APIC has the TSC deadline timer
 */
struct cpuid_machine {
	unsigned int nr_cpus;
	unsigned int apic_id;
	bool tsc_deadline;
};

/**
 * cpuid_supported() - get the list of KVM_GET_SUPPORTED_CPUID
 * @kvm_fd: /dev/kvm
 * @ret_cpuid: the list; the caller frees it
 *
 * Return: 0; -ENOMEM; other -errno.
 */
must_check int cpuid_supported(int kvm_fd, struct kvm_cpuid2 **ret_cpuid);

/** cpuid_edit() - adapt one leaf to @machine; leaves that need no change are not changed. */
void cpuid_edit(struct kvm_cpuid_entry2 *entry, const struct cpuid_machine *machine);

/**
 * cpu_enter_pvh() - set the registers for @entry in 32-bit protected mode, EBX = start info
 *
 * Return: 0; -errno.
 */
must_check int cpu_enter_pvh(const struct guest_mem *mem, const struct vcpu *cpu, gpa_t entry);

/**
 * cpu_enter_linux64() - set the registers for @entry in long mode with an identity map of 4 GiB,
 * RSI = zero page
 *
 * Return: 0; -errno.
 */
must_check int cpu_enter_linux64(const struct guest_mem *mem, const struct vcpu *cpu, gpa_t entry);

#endif
