/* SPDX-License-Identifier: MIT */
/*
 * Each finding of --check, over fake_kvm.c: what is wrong is set there. The lists of capabilities
 * are those of the architecture, but for the optional ones, of which x86 has none.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "fake_kvm.h"
#include "lib/capture.h"
#include "machine/host_check.h"

#define PRESENT_CAP 900
#define MISSING_CAP 901

static struct rig {
	struct arch_cap optional[3];
	bool is_no_memory;
	char *text; /* the report */
} rig;

const struct arch_cap *__wrap_arch_optional_caps(void);
int __real_mem_create(struct guest_mem **ret_mem);
int __wrap_mem_create(struct guest_mem **ret_mem);

const struct arch_cap *__wrap_arch_optional_caps(void)
{
	return rig.optional;
}

int __wrap_mem_create(struct guest_mem **ret_mem)
{
	return rig.is_no_memory ? -ENOMEM : __real_mem_create(ret_mem);
}

static int setup(void **state)
{
	(void)state;
	fake_kvm_reset();
	rig = (struct rig){ 0 };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(rig.text);
	return 0;
}

/* --check; the report is in rig.text */
static bool check(void)
{
	size_t len;
	FILE *out;
	bool is_fit;

	free(rig.text);
	out = open_memstream(&rig.text, &len);
	assert_non_null(out);
	is_fit = host_check(out);
	fclose(out);
	return is_fit;
}

/* the check before a VM; @ret_log: what the user reads */
static bool check_silently(const char **ret_log)
{
	bool is_fit;

	capture_start();
	is_fit = host_check(NULL);
	*ret_log = capture_stop();
	return is_fit;
}

static void test_good_host_has_a_line_for_each_requirement(void **state)
{
	(void)state;
	assert_true(check());
	assert_has(rig.text, "ok      /dev/kvm opens, API version 12\n");
	for (const struct arch_cap *cap = arch_caps(); cap->name; cap++) {
		char line[128];

		snprintf(line, sizeof(line), "\nok      KVM capability %s\n", cap->name);
		assert_has(rig.text, line);
	}
	assert_has(rig.text, "\nok      a guest runs and can call portal-vmm\n");
	assert_null(strstr(rig.text, "MISSING"));
}

static void test_good_host_is_no_message(void **state)
{
	const char *log;

	(void)state;
	assert_true(check_silently(&log));
	assert_string_equal(log, "");
}

/* @message is the only line of the report, and the only one in the log */
static void assert_only(const char *message)
{
	char line[1024];
	const char *log;

	assert_false(check());
	snprintf(line, sizeof(line), "MISSING %s\n", message);
	assert_string_equal(rig.text, line);
	assert_false(check_silently(&log));
	snprintf(line, sizeof(line), "portal-vmm: error: %s\n", message);
	assert_string_equal(log, line);
}

static void assert_absent(int error)
{
	char message[512];

	fake_kvm.open_errno = error;
	snprintf(message, sizeof(message),
		 "/dev/kvm: does not exist; %s; inside a VM or a container, pass /dev/kvm "
		 "through",
		 arch_platform()->no_kvm);
	assert_only(message);
}

static void test_absent_kvm_has_the_advice_of_the_platform(void **state)
{
	(void)state;
	assert_absent(ENOENT);
	assert_absent(ENODEV);
	assert_absent(ENXIO);
}

static void test_kvm_without_permission_names_the_group(void **state)
{
	static const int errors[] = { EACCES, EPERM };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		fake_kvm.open_errno = errors[i];
		assert_only("/dev/kvm: no permission; add yourself to the group kvm (usermod -aG "
			    "kvm USER, then log in again)");
	}
}

static void test_kvm_of_another_version_is_too_old(void **state)
{
	(void)state;
	fake_kvm.api_version = KVM_API_VERSION - 1;
	assert_only("/dev/kvm: does not speak API version 12; use a newer host kernel");
}

static void test_kvm_that_cannot_be_opened_otherwise_has_its_errno(void **state)
{
	(void)state;
	fake_kvm.open_errno = EMFILE;
	assert_only("/dev/kvm: Too many open files");
}

static void test_vm_that_cannot_be_created_has_its_errno(void **state)
{
	(void)state;
	fake_kvm.fail_request = KVM_CREATE_VM;
	fake_kvm.fail_errno = EBUSY;
	assert_only("/dev/kvm: Device or resource busy");
}

static void test_each_missing_capability_has_its_advice(void **state)
{
	unsigned int nr = 0;

	(void)state;
	for (const struct arch_cap *cap = arch_caps(); cap->name; cap++) {
		char line[512];
		const char *log;

		if (cap->has)
			continue;
		fake_kvm.cap = cap->cap;
		assert_false(check());
		snprintf(line, sizeof(line), "MISSING KVM capability %s; %s\n", cap->name,
			 cap->advice);
		assert_has(rig.text, line);
		/* no guest is run without */
		assert_null(strstr(rig.text, "a guest runs"));
		assert_false(check_silently(&log));
		assert_has(log, strchr(line, ' ') + 1);
		nr++;
	}
	assert_true(nr > 0);
	assert_int_equal(fake_kvm.nr_runs, 0);
}

static void test_capability_without_a_wanted_bit_is_missing(void **state)
{
	(void)state;
	for (const struct arch_cap *cap = arch_caps(); cap->name; cap++) {
		if (!cap->wanted)
			continue;
		fake_kvm.cap = cap->cap;
		fake_kvm.cap_value = INT32_MAX & ~cap->wanted;
		assert_false(check());
		fake_kvm.cap_value = cap->wanted;
		assert_true(check());
	}
}

static void test_log_has_the_first_missing_requirement_only(void **state)
{
	const char *log;

	(void)state;
	/* capabilities are 0 where the ioctl fails */
	fake_kvm.fail_request = KVM_CHECK_EXTENSION;
	fake_kvm.fail_errno = EINVAL;
	assert_false(check_silently(&log));
	assert_has(log, arch_caps()[0].name);
	assert_null(strchr(strchr(log, '\n') + 1, '\n'));
}

static void test_optional_capability_is_reported_and_not_required(void **state)
{
	const char *log;

	(void)state;
	rig.optional[0] = (struct arch_cap){ .cap = PRESENT_CAP, .name = "ONE", .advice = "x" };
	rig.optional[1] =
		(struct arch_cap){ .cap = MISSING_CAP, .name = "TWO", .advice = "do without" };
	fake_kvm.cap = MISSING_CAP;
	assert_true(check());
	assert_has(rig.text, "\nok      KVM capability ONE\n");
	assert_has(rig.text, "\nno      KVM capability TWO; do without\n");
	assert_true(check_silently(&log));
	assert_string_equal(log, "");
}

/* the capabilities are there, and the guest fails with @error */
static void assert_no_guest(int error)
{
	char message[1024], line[1100];
	const char *log;

	assert_false(check());
	snprintf(message, sizeof(message),
		 "a tiny guest does not run to its end (%s): %s (scripts/lab provides such a "
		 "host)\n",
		 strerror(error), arch_platform()->no_probe);
	snprintf(line, sizeof(line), "\nMISSING %s", message);
	assert_has(rig.text, line);
	assert_has(rig.text, "ok      /dev/kvm opens");
	if (fake_kvm.fail_request)
		return;
	assert_false(check_silently(&log));
	assert_has(log, message);
}

static int run_other_code(struct kvm_run *run)
{
	run->exit_reason = KVM_EXIT_SHUTDOWN;
	return 0;
}

static int run_not_at_all(struct kvm_run *run)
{
	(void)run;
	return -EFAULT;
}

static void test_guest_that_ends_elsewhere_is_reported(void **state)
{
	(void)state;
	fake_kvm.run = run_other_code;
	assert_no_guest(ENOEXEC);
}

static void test_guest_that_cannot_be_run_is_reported(void **state)
{
	(void)state;
	fake_kvm.run = run_not_at_all;
	assert_no_guest(EFAULT);
}

static void test_guest_without_memory_is_reported(void **state)
{
	(void)state;
	rig.is_no_memory = true;
	assert_no_guest(ENOMEM);
}

static void test_each_step_to_the_guest_can_fail(void **state)
{
	static const struct {
		unsigned long request;
		unsigned int after;
	} steps[] = {
		{ KVM_CREATE_VM, 1 }, /* the first VM is for the capabilities */
		{ KVM_SET_USER_MEMORY_REGION, 0 },
		{ KVM_CREATE_VCPU, 0 },
		{ KVM_RUN, 0 },
		{ KVM_RUN, 1 },
		{ KVM_RUN, 2 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		fake_kvm_reset();
		fake_kvm.fail_request = steps[i].request;
		fake_kvm.fail_after = steps[i].after;
		fake_kvm.fail_errno = ENXIO;
		assert_no_guest(ENXIO);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_good_host_has_a_line_for_each_requirement),
		CASE(test_good_host_is_no_message),
		CASE(test_absent_kvm_has_the_advice_of_the_platform),
		CASE(test_kvm_without_permission_names_the_group),
		CASE(test_kvm_of_another_version_is_too_old),
		CASE(test_kvm_that_cannot_be_opened_otherwise_has_its_errno),
		CASE(test_vm_that_cannot_be_created_has_its_errno),
		CASE(test_each_missing_capability_has_its_advice),
		CASE(test_capability_without_a_wanted_bit_is_missing),
		CASE(test_log_has_the_first_missing_requirement_only),
		CASE(test_optional_capability_is_reported_and_not_required),
		CASE(test_guest_that_ends_elsewhere_is_reported),
		CASE(test_guest_that_cannot_be_run_is_reported),
		CASE(test_guest_without_memory_is_reported),
		CASE(test_each_step_to_the_guest_can_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
