/* SPDX-License-Identifier: MIT */
/*
 * Addresses and interrupts of the arm64 machine. Devices are below 1 GiB, RAM starts at 1 GiB.
 * Devices are 64 KiB apart, so that a kernel with pages of that size can map one without the next.
 */
#ifndef ARCH_ARM64_LAYOUT_H
#define ARCH_ARM64_LAYOUT_H

#include "base/bytes.h"

#define ARM64_GICD 0x08000000 /* distributor */
#define ARM64_GICC 0x08010000 /* GICv2: CPU interface */
#define ARM64_GICR 0x080a0000 /* GICv3: redistributors, one after the other */

#define ARM64_GICV2_DIST_SIZE	0x1000
#define ARM64_GICV2_CPU_SIZE	0x2000
#define ARM64_GICV3_DIST_SIZE	0x10000
#define ARM64_GICV3_REDIST_SIZE 0x20000

#define ARM64_SERIAL_BASE   0x09000000
#define ARM64_SERIAL_SIZE   8
#define ARM64_MARKS_BASE    0x09010000
#define ARM64_RTC_BASE	    0x09020000
#define ARM64_RTC_SIZE	    0x1000
#define ARM64_VIRTIO_BASE   0x0a000000
#define ARM64_VIRTIO_STRIDE 0x10000
#define ARM64_VIRTIO_SIZE   0x200
#define ARM64_VIRTIO_MAX    8
#define ARM64_PORTAL_BASE   0x0b000000
#define ARM64_DOORBELL_BASE 0x0b010000 /* doorbell window, if the doorbell is not a hypercall */

/* shared peripheral interrupts, numbered as in a device tree; the INTID of SPI 0 is 32 */
#define ARM64_SPI_FIRST	 32
#define ARM64_SERIAL_SPI 0
#define ARM64_PORTAL_SPI 1
#define ARM64_VIRTIO_SPI 16

#define ARM64_MAX_CPUS 64

/* kernels are not loaded into the first 512 KiB of RAM: see KERNEL_ARM64_RESERVED in
 * boot/kernel_image.h */
#define ARM64_RAM      GIB(1)
#define ARM64_PROBE    (ARM64_RAM + 0x1000)
#define ARM64_FDT      (ARM64_RAM + 0x10000)
#define ARM64_FDT_SIZE 0x70000

#endif
