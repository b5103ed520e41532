/* SPDX-License-Identifier: MIT */
#include "arch/x86/cpu.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include "arch/x86/layout.h"
#include "base/bytes.h"

#define CR0_PE	 1ull
#define CR0_ET	 (1ull << 4)
#define CR0_PG	 (1ull << 31)
#define CR4_PAE	 (1ull << 5)
#define EFER_LME (1ull << 8)
#define EFER_LMA (1ull << 10)
#define RFLAGS_1 2ull

#define MSR_MISC_ENABLE		  0x1a0
#define MSR_MISC_ENABLE_FAST_STR  1ull
#define MSR_MTRR_DEF_TYPE	  0x2ff
#define MSR_MTRR_DEF_TYPE_ENABLED (1ull << 11)
#define MSR_MTRR_DEF_TYPE_WB	  6ull

#define PTE_PRESENT 1ull
#define PTE_WRITE   2ull
#define PTE_LARGE   (1ull << 7)

#define SELECTOR_CODE 0x10
#define SELECTOR_DATA 0x18
#define SELECTOR_TSS  0x20

#define SEGMENT_CODE 0xb /* execute, read, accessed */
#define SEGMENT_DATA 0x3 /* read, write, accessed */
#define SEGMENT_TSS  0xb /* busy 32-bit or 64-bit TSS */

/* set what firmware would set: fast string instructions, and write-back as the default memory type
 */
static int set_msrs(const struct vcpu *vcpu)
{
	static const struct kvm_msr_entry entries[] = {
		{ .index = MSR_MISC_ENABLE, .data = MSR_MISC_ENABLE_FAST_STR },
		{ .index = MSR_MTRR_DEF_TYPE,
		  .data = MSR_MTRR_DEF_TYPE_ENABLED | MSR_MTRR_DEF_TYPE_WB },
	};
	auto_free struct kvm_msrs *msrs = calloc(1, sizeof(*msrs) + sizeof(entries));

	if (!msrs)
		return -ENOMEM;
	msrs->nmsrs = ARRAY_SIZE(entries);
	memcpy(msrs->entries, entries, sizeof(entries));
	return ioctl(vcpu->fd, KVM_SET_MSRS, msrs) < 0 ? -errno : 0;
}

int arch_vcpu_setup(const struct vm *vm, const struct vcpu *vcpu, unsigned int nr_cpus,
		    bool is_32bit)
{
	const struct cpuid_machine machine = {
		.nr_cpus = nr_cpus,
		.apic_id = vcpu->id,
		.tsc_deadline = vm_cap(vm, KVM_CAP_TSC_DEADLINE_TIMER) > 0,
	};
	auto_free struct kvm_cpuid2 *cpuid = NULL;
	int err = cpuid_supported(vm->kvm_fd, &cpuid);

	(void)is_32bit;
	if (err < 0)
		return err;
	for (uint32_t i = 0; i < cpuid->nent; i++)
		cpuid_edit(&cpuid->entries[i], &machine);
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid) < 0)
		return -errno;
	return set_msrs(vcpu);
}

static struct kvm_segment code_segment(bool is_long)
{
	return (struct kvm_segment){
		.limit = 0xffffffff,
		.selector = SELECTOR_CODE,
		.type = SEGMENT_CODE,
		.present = 1,
		.s = 1,
		.g = 1,
		.l = is_long,
		.db = !is_long,
	};
}

static struct kvm_segment data_segment(void)
{
	return (struct kvm_segment){
		.limit = 0xffffffff,
		.selector = SELECTOR_DATA,
		.type = SEGMENT_DATA,
		.present = 1,
		.s = 1,
		.g = 1,
		.db = 1,
	};
}

/* write descriptors for the selectors: some kernels reload a segment register before they load
 * their own GDT */
static int write_gdt(const struct guest_mem *mem, struct kvm_sregs *sregs, bool is_long)
{
	uint64_t gdt[6] = { 0 };

	gdt[SELECTOR_CODE / 8] = is_long ? 0x00af9b000000ffff : 0x00cf9b000000ffff;
	gdt[SELECTOR_DATA / 8] = 0x00cf93000000ffff;
	gdt[SELECTOR_TSS / 8] = 0x00008b0000000067;
	sregs->gdt.base = X86_GDT;
	sregs->gdt.limit = sizeof(gdt) - 1;
	return mem_write(mem, GPA(X86_GDT), gdt, sizeof(gdt));
}

static int set_segments(const struct guest_mem *mem, struct kvm_sregs *sregs, bool is_long)
{
	sregs->cs = code_segment(is_long);
	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data_segment();
	sregs->tr = (struct kvm_segment){
		.limit = 0x67,
		.selector = SELECTOR_TSS,
		.type = SEGMENT_TSS,
		.present = 1,
	};
	sregs->idt.base = 0;
	sregs->idt.limit = 0;
	return write_gdt(mem, sregs, is_long);
}

static int set_state(const struct vcpu *cpu, const struct kvm_sregs *sregs,
		     const struct kvm_regs *regs)
{
	if (ioctl(cpu->fd, KVM_SET_SREGS, sregs) < 0 || ioctl(cpu->fd, KVM_SET_REGS, regs) < 0)
		return -errno;
	return 0;
}

int cpu_enter_pvh(const struct guest_mem *mem, const struct vcpu *cpu, gpa_t entry)
{
	struct kvm_regs regs = { .rip = entry.value, .rbx = X86_START_INFO, .rflags = RFLAGS_1 };
	struct kvm_sregs sregs;
	int err;

	if (ioctl(cpu->fd, KVM_GET_SREGS, &sregs) < 0)
		return -errno;
	err = set_segments(mem, &sregs, false);
	if (err < 0)
		return err;
	sregs.cr0 = CR0_PE | CR0_ET;
	sregs.cr4 = 0;
	return set_state(cpu, &sregs, &regs);
}

/* map 4 GiB in pages of 2 MiB, with virtual = physical addresses */
static int write_identity_map(const struct guest_mem *mem)
{
	uint64_t table[512] = { 0 };
	uint64_t at = X86_PAGE_TABLES;
	int err;

	table[0] = (at + MEM_PAGE_SIZE) | PTE_PRESENT | PTE_WRITE;
	err = mem_write(mem, GPA(at), table, sizeof(table));
	for (uint64_t i = 0; i < 4; i++)
		table[i] = (at + (2 + i) * MEM_PAGE_SIZE) | PTE_PRESENT | PTE_WRITE;
	if (err == 0)
		err = mem_write(mem, GPA(at + MEM_PAGE_SIZE), table, sizeof(table));
	for (uint64_t i = 0; i < 4 && err == 0; i++) {
		for (uint64_t j = 0; j < 512; j++)
			table[j] = GIB(i) + MIB(2) * j + (PTE_PRESENT | PTE_WRITE | PTE_LARGE);
		err = mem_write(mem, GPA(at + (2 + i) * MEM_PAGE_SIZE), table, sizeof(table));
	}
	return err;
}

int cpu_enter_linux64(const struct guest_mem *mem, const struct vcpu *cpu, gpa_t entry)
{
	struct kvm_regs regs = {
		.rip = entry.value,
		.rsi = X86_ZERO_PAGE,
		.rsp = X86_BOOT_STACK,
		.rflags = RFLAGS_1,
	};
	struct kvm_sregs sregs;
	int err;

	if (ioctl(cpu->fd, KVM_GET_SREGS, &sregs) < 0)
		return -errno;
	err = set_segments(mem, &sregs, true);
	if (err == 0)
		err = write_identity_map(mem);
	if (err < 0)
		return err;
	sregs.cr3 = X86_PAGE_TABLES;
	sregs.cr4 = CR4_PAE;
	sregs.cr0 = CR0_PE | CR0_ET | CR0_PG;
	sregs.efer = EFER_LME | EFER_LMA;
	return set_state(cpu, &sregs, &regs);
}
