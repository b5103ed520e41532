/* SPDX-License-Identifier: MIT */
/* The state that a boot loader leaves: the device tree in memory and its address in X0, or in R2 of
 * a 32-bit CPU (Linux, arm64/booting.rst and arm/booting.rst). */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "arch/arch.h"
#include "arch/arm64/devtree.h"
#include "arch/arm64/layout.h"
#include "arch/arm64/reg.h"

static int get_random(void *buf, size_t len)
{
	/* up to 256 bytes are never returned in part */
	ssize_t n = getrandom(buf, len, 0);

	return n < 0 ? -errno : 0;
}

static gpa_t devtree_gpa(gpa_t tables)
{
	return tables.value ? tables : GPA(ARM64_FDT);
}

static int write_devtree(const struct vm *vm, const struct guest_mem *mem,
			 const struct arch_boot *boot)
{
	struct devtree_machine machine = {
		.mem = mem,
		.gic_version = vm->irqchip_type == KVM_DEV_TYPE_ARM_VGIC_V3 ? 3 : 2,
		.has_doorbell = boot->doorbell == ARCH_DOORBELL_MMIO,
		.nr_cpus = boot->nr_cpus,
		.nr_virtio = boot->nr_virtio,
		.cmdline = boot->cmdline,
		.initrd = boot->initrd,
		.initrd_size = boot->initrd_size,
	};
	void *to = mem_slice(mem, devtree_gpa(boot->tables), ARM64_FDT_SIZE);
	int err = get_random(machine.rng_seed, sizeof(machine.rng_seed));

	if (err == 0 && boot->kaslr)
		err = get_random(&machine.kaslr_seed, sizeof(machine.kaslr_seed));
	if (err < 0)
		return err;
	if (!to)
		return -EFAULT;
	if (boot->devtree)
		return devtree_adopt(to, ARM64_FDT_SIZE, boot->devtree, boot->devtree_len,
				     &machine);
	return devtree_build(to, ARM64_FDT_SIZE, &machine);
}

const void *arch_devtree(const struct guest_mem *mem, gpa_t tables, size_t *ret_len)
{
	const void *tree = mem_slice(mem, devtree_gpa(tables), ARM64_FDT_SIZE);

	*ret_len = tree ? devtree_len(tree) : 0;
	return tree;
}

static int enter(const struct vcpu *cpu, const struct arch_boot *boot)
{
	int err = reg_set(cpu, REG_PSTATE, PSTATE_BOOT);

	return err < 0 ? err : reg_set(cpu, REG_X(0), devtree_gpa(boot->tables).value);
}

/* R1 = ~0 is "no machine number": the kernel uses the device tree only */
static int enter_32bit(const struct vcpu *cpu, const struct arch_boot *boot)
{
	int err = reg_set(cpu, REG_PSTATE, PSTATE_BOOT_32BIT);

	if (err == 0)
		err = reg_set(cpu, REG_X(0), 0);
	if (err == 0)
		err = reg_set(cpu, REG_X(1), UINT32_MAX);
	return err < 0 ? err : reg_set(cpu, REG_X(2), devtree_gpa(boot->tables).value);
}

int arch_boot_setup(const struct vm *vm, const struct guest_mem *mem, const struct vcpu *cpu,
		    const struct arch_boot *boot)
{
	int err = write_devtree(vm, mem, boot);

	if (err == 0 && boot->protocol == ARCH_ENTRY_ARM)
		err = enter_32bit(cpu, boot);
	else if (err == 0)
		err = enter(cpu, boot);
	return err < 0 ? err : reg_set(cpu, REG_PC, boot->entry.value);
}
