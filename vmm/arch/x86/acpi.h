/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables of the machine, which is hardware-reduced and has no PCI, no PIC and no RTC:
 * RSDP, XSDT, FADT, MADT and DSDT (ACPI 6.5, 5.2).
 */
#ifndef ARCH_X86_ACPI_H
#define ARCH_X86_ACPI_H

#include "base/gpa.h"
#include "kvm/mem.h"

/**
 * acpi_build() - write the tables
 * @buf: image of guest memory from @base on; the RSDP is at its start
 * @size: size of @buf in bytes
 * @base: guest physical address of @buf, 16-byte aligned
 * @nr_cpus: number of local APICs; their ids are 0 .. nr_cpus - 1
 * @nr_virtio: number of virtio-mmio windows in use
 *
 * Return: number of bytes used; -ENOSPC: @buf is too small.
 */
must_check ssize_t acpi_build(uint8_t *buf, size_t size, gpa_t base, unsigned int nr_cpus,
			      unsigned int nr_virtio);

#endif
