/* SPDX-License-Identifier: MIT */
#include "arch/x86/acpi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/x86/aml.h"
#include "arch/x86/layout.h"
#include "base/bytes.h"
#include "portal/wire.h"

#define HEADER_SIZE 36
#define RSDP_SIZE   36
#define FADT_SIZE   276
#define TABLE_ALIGN 16

#define FADT_PWR_BUTTON	   (1u << 4) /* set: there is no fixed power button */
#define FADT_SLP_BUTTON	   (1u << 5)
#define FADT_RESET_REG_SUP (1u << 10)
#define FADT_HW_REDUCED	   (1u << 20)

#define BOOT_ARCH_NO_VGA      (1u << 2)
#define BOOT_ARCH_NO_MSI      (1u << 3)
#define BOOT_ARCH_NO_ASPM     (1u << 4)
#define BOOT_ARCH_NO_CMOS_RTC (1u << 5)

/* an image of guest memory to which tables are appended */
struct tables {
	uint8_t *buf;
	size_t size, len;
	gpa_t base;
};

static uint8_t checksum(const uint8_t *data, size_t len)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + data[i]);
	return (uint8_t)-sum;
}

/* append an aligned, zeroed table of @len bytes; NULL if it does not fit */
static uint8_t *table_begin(struct tables *t, size_t len)
{
	size_t at = align_up(t->len, TABLE_ALIGN);

	if (at > t->size || len > t->size - at)
		return NULL;
	memset(t->buf + t->len, 0, at + len - t->len);
	t->len = at + len;
	return t->buf + at;
}

static uint64_t table_gpa(const struct tables *t, const uint8_t *table)
{
	return t->base.value + (uint64_t)(table - t->buf);
}

static void table_finish(uint8_t *table, const char signature[4], uint8_t revision, uint32_t len)
{
	memcpy(table, signature, 4);
	put_le32(table + 4, len);
	table[8] = revision;
	table[9] = 0;
	memcpy(table + 10, "PORTAL", 6);
	memcpy(table + 16, "PORTALVM", 8);
	put_le32(table + 24, 1);
	memcpy(table + 28, "PRTL", 4);
	put_le32(table + 32, 1);
	table[9] = checksum(table, len);
}

static void put_io_register(uint8_t *gas, uint16_t port)
{
	gas[0] = 1; /* system I/O */
	gas[1] = 8; /* bits */
	gas[3] = 1; /* byte access */
	put_le64(gas + 4, port);
}

static void dsdt_serial(struct aml *aml)
{
	aml_block device = aml_begin_device(aml, "COM1");
	aml_block resources;

	aml_name_eisaid(aml, "_HID", "PNP0501");
	aml_name_int(aml, "_UID", 1);
	resources = aml_begin_resources(aml);
	aml_io_ports(aml, X86_SERIAL_PORT, 8);
	aml_edge_interrupt(aml, X86_SERIAL_GSI);
	aml_end_resources(aml, resources);
	aml_end(aml, device);
}

static void dsdt_mmio_device(struct aml *aml, const char name[4], const char *hid, uint32_t uid,
			     uint32_t base, uint32_t size, uint32_t gsi)
{
	aml_block device = aml_begin_device(aml, name);
	aml_block resources;

	aml_name_string(aml, "_HID", hid);
	aml_name_int(aml, "_UID", uid);
	aml_name_int(aml, "_CCA", 1);
	resources = aml_begin_resources(aml);
	aml_memory32(aml, base, size);
	aml_edge_interrupt(aml, gsi);
	aml_end_resources(aml, resources);
	aml_end(aml, device);
}

static uint8_t *add_dsdt(struct tables *t, unsigned int nr_virtio)
{
	static const uint8_t s5[] = { 5, 0, 0, 0 };
	uint8_t *table = table_begin(t, HEADER_SIZE);
	struct aml aml = { 0 };
	aml_block scope;
	char name[5];

	if (!table)
		return NULL;
	aml = (struct aml){ .buf = t->buf + t->len, .size = t->size - t->len };
	scope = aml_begin_scope(&aml, "\\_SB_");
	dsdt_serial(&aml);
	dsdt_mmio_device(&aml, "PRTL", PORTAL_DEV_ACPI_HID, 0, X86_PORTAL_BASE, PORTAL_DEV_SIZE,
			 X86_PORTAL_GSI);
	for (unsigned int i = 0; i < nr_virtio; i++) {
		snprintf(name, sizeof(name), "VR%02u", i % 100);
		dsdt_mmio_device(&aml, name, "LNRO0005", i, X86_VIRTIO_BASE + i * X86_VIRTIO_STRIDE,
				 X86_VIRTIO_STRIDE, X86_VIRTIO_GSI + i);
	}
	aml_end(&aml, scope);
	aml_name_package(&aml, "_S5_", s5, sizeof(s5));
	if (aml.overflow)
		return NULL;
	t->len += aml.len;
	table_finish(table, "DSDT", 2, (uint32_t)(HEADER_SIZE + aml.len));
	return table;
}

static uint8_t *add_madt(struct tables *t, unsigned int nr_cpus)
{
	size_t len = HEADER_SIZE + 8 + 8 * (size_t)nr_cpus + 12 + 6;
	uint8_t *table = table_begin(t, len);
	uint8_t *p;

	if (!table)
		return NULL;
	put_le32(table + HEADER_SIZE, X86_LAPIC);
	p = table + HEADER_SIZE + 8;
	for (unsigned int i = 0; i < nr_cpus; i++, p += 8) {
		p[0] = 0; /* processor local APIC */
		p[1] = 8;
		p[2] = (uint8_t)i;
		p[3] = (uint8_t)i;
		put_le32(p + 4, 1); /* enabled */
	}
	p[0] = 1; /* I/O APIC */
	p[1] = 12;
	put_le32(p + 4, X86_IOAPIC);
	p += 12;
	p[0] = 4; /* local APIC NMI: LINT1 of all processors */
	p[1] = 6;
	p[2] = 0xff;
	p[5] = 1;
	table_finish(table, "APIC", 5, (uint32_t)len);
	return table;
}

static uint8_t *add_fadt(struct tables *t, const uint8_t *dsdt)
{
	uint8_t *table = table_begin(t, FADT_SIZE);

	if (!table)
		return NULL;
	put_le32(table + 40, (uint32_t)table_gpa(t, dsdt));
	put_le16(table + 109,
		 BOOT_ARCH_NO_VGA | BOOT_ARCH_NO_MSI | BOOT_ARCH_NO_ASPM | BOOT_ARCH_NO_CMOS_RTC);
	put_le32(table + 112,
		 FADT_PWR_BUTTON | FADT_SLP_BUTTON | FADT_RESET_REG_SUP | FADT_HW_REDUCED);
	put_io_register(table + 116, X86_POWER_PORT + 2);
	table[128] = 1; /* RESET_VALUE */
	table[131] = 5; /* minor version */
	put_le64(table + 140, table_gpa(t, dsdt));
	put_io_register(table + 244, X86_POWER_PORT);
	put_io_register(table + 256, X86_POWER_PORT + 1);
	memcpy(table + 268, "PORTALVM", 8);
	table_finish(table, "FACP", 6, FADT_SIZE);
	return table;
}

static uint8_t *add_xsdt(struct tables *t, const uint8_t *fadt, const uint8_t *madt)
{
	uint8_t *table = table_begin(t, HEADER_SIZE + 16);

	if (!table)
		return NULL;
	put_le64(table + HEADER_SIZE, table_gpa(t, fadt));
	put_le64(table + HEADER_SIZE + 8, table_gpa(t, madt));
	table_finish(table, "XSDT", 1, HEADER_SIZE + 16);
	return table;
}

static void fill_rsdp(uint8_t *rsdp, uint64_t xsdt)
{
	memcpy(rsdp, "RSD PTR ", 8);
	memcpy(rsdp + 9, "PORTAL", 6);
	rsdp[15] = 2;
	put_le32(rsdp + 20, RSDP_SIZE);
	put_le64(rsdp + 24, xsdt);
	rsdp[8] = checksum(rsdp, 20);
	rsdp[32] = checksum(rsdp, RSDP_SIZE);
}

ssize_t acpi_build(uint8_t *buf, size_t size, gpa_t base, unsigned int nr_cpus,
		   unsigned int nr_virtio)
{
	struct tables t = { .buf = buf, .size = size, .base = base };
	uint8_t *rsdp = table_begin(&t, RSDP_SIZE);
	const uint8_t *dsdt, *madt, *fadt, *xsdt;

	if (!rsdp)
		return -ENOSPC;
	dsdt = add_dsdt(&t, nr_virtio);
	madt = dsdt ? add_madt(&t, nr_cpus) : NULL;
	fadt = madt ? add_fadt(&t, dsdt) : NULL;
	xsdt = fadt ? add_xsdt(&t, fadt, madt) : NULL;
	if (!xsdt)
		return -ENOSPC;
	fill_rsdp(rsdp, table_gpa(&t, xsdt));
	return (ssize_t)t.len;
}
