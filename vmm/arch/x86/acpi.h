/* SPDX-License-Identifier: MIT */
/*
 * The machine as ACPI describes it: hardware-reduced, no PCI, no PIC, no RTC. RSDP, XSDT, FADT,
 * MADT and DSDT (ACPI 6.5, 5.2).
 */
#ifndef ARCH_X86_ACPI_H
#define ARCH_X86_ACPI_H

#include "base/gpa.h"
#include "kvm/mem.h"

/**
 * acpi_build() - the tables as bytes
 * @buf: image of guest memory from @base on
 * @size: its bytes
 * @base: guest physical address of @buf, 16-byte aligned; the RSDP is its first byte
 * @nr_cpus: local APICs, ids 0 .. nr_cpus - 1
 * @nr_virtio: virtio-mmio windows in use
 *
 * Return: bytes used; -ENOSPC.
 */
must_check ssize_t acpi_build(uint8_t *buf, size_t size, gpa_t base, unsigned int nr_cpus,
			      unsigned int nr_virtio);

#endif
