/* SPDX-License-Identifier: MIT */
/*
 * Addresses of the x86 machine. Low memory is laid out as in other VMMs that boot kernels directly;
 * all of it is RAM. The page at X86_PROBE is reserved for the probe.
 */
#ifndef ARCH_X86_LAYOUT_H
#define ARCH_X86_LAYOUT_H

#define X86_GDT		 0x500
#define X86_PROBE	 0x1000
#define X86_START_INFO	 0x6000 /* PVH start info, followed by the memory map */
#define X86_ZERO_PAGE	 0x7000
#define X86_BOOT_STACK	 0x8ff0
#define X86_PAGE_TABLES	 0x9000 /* PML4, PDPT, four page directories: 6 pages */
#define X86_CMDLINE	 0x20000
#define X86_CMDLINE_SIZE 0x10000
#define X86_LOW_RAM_END	 0x9fc00 /* from here to 1 MiB: reserved, ACPI tables */
#define X86_ACPI	 0xe0000
#define X86_ACPI_SIZE	 0x10000
#define X86_HIGH_RAM	 0x100000

#define X86_HOLE_START 0xc0000000ull /* 3 GiB .. 4 GiB is never RAM */
#define X86_HOLE_END   0x100000000ull

#define X86_VIRTIO_BASE	  0xd0000000
#define X86_VIRTIO_STRIDE 0x1000
#define X86_VIRTIO_GSI	  16
#define X86_VIRTIO_MAX	  8
#define X86_PORTAL_BASE	  0xd0100000
#define X86_PORTAL_GSI	  5
#define X86_IOAPIC	  0xfec00000
#define X86_LAPIC	  0xfee00000
#define X86_IDENTITY_MAP  0xfffbc000
#define X86_TSS		  0xfffbd000

#define X86_SERIAL_PORT 0x3f8
#define X86_SERIAL_GSI	4

#define X86_MARKS_PORT 0x608

/* SLEEP_CONTROL, SLEEP_STATUS, RESET: see the FADT in acpi.c and devices/power.h */
#define X86_POWER_PORT 0x600

#endif
