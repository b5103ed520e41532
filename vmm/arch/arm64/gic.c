/* SPDX-License-Identifier: MIT */
/* Source: Linux, Documentation/virt/kvm/devices/arm-vgic.rst and arm-vgic-v3.rst. */
#include "arch/arm64/gic.h"

#include <errno.h>
#include <linux/kvm.h>

#include "arch/arm64/layout.h"

#define REDIST_COUNT_SHIFT 52 /* in the value of KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION */

int gic_create(struct vm *vm)
{
	int err = vm_create_irqchip(vm, KVM_DEV_TYPE_ARM_VGIC_V3);

	return err == -ENODEV ? vm_create_irqchip(vm, KVM_DEV_TYPE_ARM_VGIC_V2) : err;
}

static int set_address(const struct vm *vm, uint64_t type, uint64_t address)
{
	return vm_set_attr(vm->irqchip_fd, KVM_DEV_ARM_VGIC_GRP_ADDR, type, &address);
}

static int place_v3(const struct vm *vm, unsigned int nr_cpus)
{
	uint64_t region = (uint64_t)nr_cpus << REDIST_COUNT_SHIFT | ARM64_GICR;
	int err = set_address(vm, KVM_VGIC_V3_ADDR_TYPE_DIST, ARM64_GICD);

	return err < 0 ? err : set_address(vm, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, region);
}

static int place_v2(const struct vm *vm)
{
	int err = set_address(vm, KVM_VGIC_V2_ADDR_TYPE_DIST, ARM64_GICD);

	return err < 0 ? err : set_address(vm, KVM_VGIC_V2_ADDR_TYPE_CPU, ARM64_GICC);
}

int gic_complete(const struct vm *vm, unsigned int nr_cpus)
{
	int err;

	if (vm->irqchip_type == KVM_DEV_TYPE_ARM_VGIC_V3)
		err = place_v3(vm, nr_cpus);
	else
		err = place_v2(vm);
	if (err < 0)
		return err;
	return vm_set_attr(vm->irqchip_fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT,
			   NULL);
}
