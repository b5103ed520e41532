/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "arch/x86/cpu.h"

static struct kvm_cpuid_entry2 edited(uint32_t function, uint32_t index, unsigned int nr_cpus,
				      unsigned int id)
{
	const struct cpuid_machine machine = { .nr_cpus = nr_cpus,
					       .apic_id = id,
					       .tsc_deadline = true };
	struct kvm_cpuid_entry2 e = { .function = function,
				      .index = index,
				      .eax = UINT32_MAX,
				      .ebx = UINT32_MAX,
				      .ecx = UINT32_MAX,
				      .edx = UINT32_MAX };

	cpuid_edit(&e, &machine);
	return e;
}

static void test_cpuid_leaf1_apic_id_and_hypervisor_bit(void **state)
{
	struct kvm_cpuid_entry2 e = edited(1, 0, 4, 3);

	(void)state;
	assert_int_equal(e.ebx >> 24, 3);
	assert_int_equal(e.ebx >> 16 & 0xff, 4);
	assert_true(e.ecx >> 31 & 1);
	assert_false(e.ecx >> 5 & 1);
	assert_true(e.edx >> 28 & 1);
	assert_false(edited(1, 0, 1, 0).edx >> 28 & 1);
}

static void test_cpuid_topology_levels_and_terminator(void **state)
{
	struct kvm_cpuid_entry2 smt = edited(0xb, 0, 6, 5), core = edited(0xb, 1, 6, 5);
	struct kvm_cpuid_entry2 end = edited(0xb, 2, 6, 5);

	(void)state;
	assert_int_equal(smt.ecx, 1 << 8);
	assert_int_equal(smt.ebx, 1);
	assert_int_equal(core.ecx, 2 << 8 | 1);
	assert_int_equal(core.ebx, 6);
	assert_int_equal(core.eax, 3); /* 6 CPUs need 3 bits */
	assert_int_equal(core.edx, 5);
	assert_int_equal(end.ecx, 2);
	assert_int_equal(end.ebx, 0);
}

static void test_cpuid_hides_unsupported_features(void **state)
{
	(void)state;
	assert_false(edited(0x80000001, 0, 1, 0).ecx >> 2 & 1);
	assert_int_equal(edited(0xa, 0, 1, 0).eax, 0);
	assert_false(edited(7, 0, 1, 0).ebx >> 2 & 1);
	assert_false(edited(7, 0, 1, 0).edx >> 20 & 1);
	assert_int_equal(edited(7, 1, 1, 0).ebx, UINT32_MAX);
	assert_int_equal(edited(0x40000002, 0, 1, 0).eax, UINT32_MAX);
}

static void test_cpuid_hides_remote_tlb_flush_features(void **state)
{
	(void)state;
	assert_int_equal(edited(0x40000001, 0, 2, 0).eax, UINT32_MAX & ~(1u << 9));
	assert_int_equal(edited(0x80000008, 0, 2, 0).ebx, UINT32_MAX & ~(1u << 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cpuid_leaf1_apic_id_and_hypervisor_bit),
		cmocka_unit_test(test_cpuid_topology_levels_and_terminator),
		cmocka_unit_test(test_cpuid_hides_unsupported_features),
		cmocka_unit_test(test_cpuid_hides_remote_tlb_flush_features),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
