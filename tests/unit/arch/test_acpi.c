/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/x86/acpi.h"
#include "arch/x86/layout.h"
#include "base/bytes.h"

static uint8_t image[X86_ACPI_SIZE];

static ssize_t build(unsigned int nr_cpus, unsigned int nr_virtio)
{
	return acpi_build(image, sizeof(image), GPA(X86_ACPI), nr_cpus, nr_virtio);
}

static uint8_t sum(const uint8_t *data, size_t len)
{
	uint8_t total = 0;

	for (size_t i = 0; i < len; i++)
		total = (uint8_t)(total + data[i]);
	return total;
}

static const uint8_t *table_at(uint64_t gpa)
{
	assert_in_range(gpa, X86_ACPI, X86_ACPI + sizeof(image) - 36);
	return image + (gpa - X86_ACPI);
}

/* follow RSDP -> XSDT -> table, as a kernel does */
static const uint8_t *find_table(const char *signature)
{
	const uint8_t *xsdt = table_at(get_le64(image + 24));
	uint32_t len = get_le32(xsdt + 4);

	for (uint32_t at = 36; at < len; at += 8) {
		const uint8_t *table = table_at(get_le64(xsdt + at));

		if (memcmp(table, signature, 4) == 0)
			return table;
	}
	return NULL;
}

static void test_acpi_table_checksums_are_valid(void **state)
{
	const uint8_t *fadt, *madt;

	(void)state;
	assert_true(build(4, 8) > 0);
	assert_memory_equal(image, "RSD PTR ", 8);
	assert_int_equal(sum(image, 20), 0);
	assert_int_equal(sum(image, 36), 0);
	fadt = find_table("FACP");
	madt = find_table("APIC");
	assert_non_null(fadt);
	assert_non_null(madt);
	assert_int_equal(sum(fadt, get_le32(fadt + 4)), 0);
	assert_int_equal(sum(madt, get_le32(madt + 4)), 0);
	assert_int_equal(
		sum(table_at(get_le64(fadt + 140)), get_le32(table_at(get_le64(fadt + 140)) + 4)),
		0);
}

static void test_acpi_madt_has_one_local_apic_per_cpu(void **state)
{
	const uint8_t *madt, *p;
	unsigned int cpus = 0;

	(void)state;
	assert_true(build(3, 0) > 0);
	madt = find_table("APIC");
	for (p = madt + 44; p < madt + get_le32(madt + 4); p += p[1]) {
		if (p[0] == 0)
			assert_int_equal(p[3], cpus++);
		assert_true(p[1] >= 2);
	}
	assert_int_equal(cpus, 3);
	assert_ptr_equal(p, madt + get_le32(madt + 4));
}

static void test_acpi_buffer_too_small_is_enospc(void **state)
{
	ssize_t need = build(2, 8);

	(void)state;
	assert_true(need > 0);
	for (size_t size = 0; size < (size_t)need; size++)
		assert_int_equal(acpi_build(image, size, GPA(X86_ACPI), 2, 8), -ENOSPC);
	assert_int_equal(acpi_build(image, (size_t)need, GPA(X86_ACPI), 2, 8), need);
}

/* iasl, the reference compiler, disassembles our AML and finds every device in it */
static void test_acpi_dsdt_is_accepted_by_iasl(void **state)
{
	char dir[] = "/tmp/test_acpi.XXXXXX";
	char path[64], command[256];
	const uint8_t *dsdt;
	FILE *file;

	(void)state;
	if (system("command -v iasl >/dev/null 2>&1") != 0) {
		print_message("SKIP: iasl is not installed (package acpica-tools)\n");
		skip();
	}
	assert_true(build(2, 8) > 0);
	dsdt = table_at(get_le64(find_table("FACP") + 140));
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/dsdt.aml", dir);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(dsdt, 1, get_le32(dsdt + 4), file), get_le32(dsdt + 4));
	assert_int_equal(fclose(file), 0);
	snprintf(command, sizeof(command),
		 "cd %s && iasl -d dsdt.aml >/dev/null 2>&1 && "
		 "test $(grep -c LNRO0005 dsdt.dsl) = 8 && grep -q PRTL0001 dsdt.dsl && "
		 "grep -q PNP0501 dsdt.dsl && iasl dsdt.dsl | grep -q '0 Errors'",
		 dir);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_acpi_table_checksums_are_valid),
		cmocka_unit_test(test_acpi_madt_has_one_local_apic_per_cpu),
		cmocka_unit_test(test_acpi_buffer_too_small_is_enospc),
		cmocka_unit_test(test_acpi_dsdt_is_accepted_by_iasl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
