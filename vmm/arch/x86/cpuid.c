/* SPDX-License-Identifier: MIT */
/*
 * The CPUID leaves of a vCPU: what KVM supports, with the machine's own topology and without
 * features that the VMM does not support. Source: Intel SDM vol. 2A CPUID, AMD APM vol. 3 appendix
 * E, KVM Documentation/virt/kvm/x86/cpuid.rst.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "arch/x86/cpu.h"
#include "base/bytes.h"

#define CPUID_FIRST 128
#define CPUID_LIMIT 4096

#define LEAF1_EDX_HTT	 (1u << 28)
#define LEAF1_ECX_VMX	 (1u << 5)
#define LEAF1_ECX_TSC_DL (1u << 24)
#define LEAF1_ECX_HYPER	 (1u << 31)
#define LEAF6_EAX_ARAT	 (1u << 2)
#define LEAF6_ECX_EPB	 (1u << 3)
#define LEAF7_EBX_SGX	 (1u << 2)
#define LEAF7_EBX_HLE	 (1u << 4)
#define LEAF7_EBX_RTM	 (1u << 11)
#define LEAF7_EBX_PT	 (1u << 25)
/* must be off: the guest module calls functions whose ENDBR the kernel has overwritten
 * ("sealed") */
#define LEAF7_EDX_CET_IBT     (1u << 20)
#define LEAF7_EDX_AMX	      (1u << 22 | 1u << 24 | 1u << 25)
#define LEAF80000001_SVM      (1u << 2)
#define LEAF80000008_INVLPGB  (1u << 3)
#define KVM_LEAF_PV_TLB_FLUSH (1u << 9)
#define LEVEL_SMT	      (1u << 8)
#define LEVEL_CORE	      (2u << 8)

int cpuid_supported(int kvm_fd, struct kvm_cpuid2 **ret_cpuid)
{
	for (uint32_t nr = CPUID_FIRST; nr <= CPUID_LIMIT; nr *= 2) {
		struct kvm_cpuid2 *cpuid =
			calloc(1, sizeof(*cpuid) + nr * sizeof(cpuid->entries[0]));

		if (!cpuid)
			return -ENOMEM;
		cpuid->nent = nr;
		if (ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid) == 0) {
			*ret_cpuid = cpuid;
			return 0;
		}
		free(cpuid);
		if (errno != E2BIG)
			return -errno;
	}
	return -E2BIG;
}

static uint32_t bits_for(unsigned int nr_cpus)
{
	uint32_t bits = 0;

	while ((1u << bits) < nr_cpus)
		bits++;
	return bits;
}

/* leaves 0xb and 0x1f: one thread per core, all cores in one package */
static void set_topology_level(struct kvm_cpuid_entry2 *e, const struct cpuid_machine *machine)
{
	e->edx = machine->apic_id;
	e->eax = e->ebx = 0;
	e->ecx = e->index;
	if (e->index == 0) {
		e->ebx = 1;
		e->ecx |= LEVEL_SMT;
	} else if (e->index == 1) {
		e->eax = bits_for(machine->nr_cpus);
		e->ebx = machine->nr_cpus;
		e->ecx |= LEVEL_CORE;
	}
}

static void set_leaf_1(struct kvm_cpuid_entry2 *e, const struct cpuid_machine *machine)
{
	e->ebx = (e->ebx & 0xffff) | machine->nr_cpus << 16 | machine->apic_id << 24;
	e->ecx &= ~(LEAF1_ECX_VMX | LEAF1_ECX_TSC_DL);
	e->ecx |= LEAF1_ECX_HYPER | (machine->tsc_deadline ? LEAF1_ECX_TSC_DL : 0);
	if (machine->nr_cpus > 1)
		e->edx |= LEAF1_EDX_HTT;
	else
		e->edx &= ~LEAF1_EDX_HTT;
}

static void set_leaf_7(struct kvm_cpuid_entry2 *e)
{
	if (e->index != 0)
		return;
	e->ebx &= ~(LEAF7_EBX_SGX | LEAF7_EBX_HLE | LEAF7_EBX_RTM | LEAF7_EBX_PT);
	e->edx &= ~(LEAF7_EDX_AMX | LEAF7_EDX_CET_IBT);
}

/* deterministic cache leaves: all vCPUs share the last level, and no other level is shared */
static void set_cache_sharing(struct kvm_cpuid_entry2 *e, const struct cpuid_machine *machine)
{
	uint32_t level = e->eax >> 5 & 7;

	e->eax &= 0x3fff;
	if (level >= 3)
		e->eax |= (machine->nr_cpus - 1) << 14;
	if (e->function == 4)
		e->eax |= (machine->nr_cpus - 1) << 26;
}

void cpuid_edit(struct kvm_cpuid_entry2 *e, const struct cpuid_machine *machine)
{
	switch (e->function) {
	case 0x1:
		set_leaf_1(e, machine);
		break;
	case 0x4:
	case 0x8000001d:
		set_cache_sharing(e, machine);
		break;
	case 0x6:
		e->eax |= LEAF6_EAX_ARAT;
		e->ecx &= ~LEAF6_ECX_EPB;
		break;
	case 0x7:
		set_leaf_7(e);
		break;
	case 0xa: /* no performance counters */
		e->eax = e->ebx = e->ecx = e->edx = 0;
		break;
	case 0xb:
	case 0x1f:
		set_topology_level(e, machine);
		break;
	/* The guest must invalidate TLBs of other CPUs by interrupts only, because a vCPU in a call
	 * of the doorbell then delays the invalidation (portal/task_mem/direct.h). */
	case 0x40000001:
		e->eax &= ~KVM_LEAF_PV_TLB_FLUSH;
		break;
	case 0x80000001:
		e->ecx &= ~LEAF80000001_SVM;
		break;
	case 0x80000008:
		e->ebx &= ~LEAF80000008_INVLPGB;
		e->ecx = (machine->nr_cpus - 1) | bits_for(machine->nr_cpus) << 12;
		break;
	case 0x8000001e:
		e->eax = machine->apic_id;
		e->ebx = machine->apic_id;
		e->ecx = 0;
		break;
	default:
		break;
	}
}
