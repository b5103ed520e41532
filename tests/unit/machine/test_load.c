/* SPDX-License-Identifier: MIT */
/*
 * From a kernel image to what arch_boot_setup() gets. That function is replaced: it keeps its
 * arguments and returns what a test wants.
 */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "boot/zimage.h"
#include "lib/capture.h"
#include "machine/load.h"
#include "samples.h"

#define RAM_SIZE    MIB(32)
#define CMDLINE_MAX 2047 /* of an x86 kernel without a setup header */
#define ELF_END	    (SAMPLE_ELF_PADDR + SAMPLE_ELF_MEM_LEN)

static struct rig {
	struct vmm_config config;
	struct kernel_image kernel;
	struct guest_mem *mem;
	struct vm vm;
	struct vcpu cpu;
	struct load_target target;
	struct load_initrd initrd;
	void *initrd_data; /* owned */
	struct arch_platform platform;
	int setup_err;
	bool is_no_memory;
	char dir[32];

	/* what arch_boot_setup() got */
	struct arch_boot boot;
	unsigned int nr_setups;
	char cmdline[4096];
	char devtree[64];
	const void *tree; /* of arch_devtree() */
} rig;

const struct arch_platform *__real_arch_platform(void);
const struct arch_platform *__wrap_arch_platform(void);
int __wrap_arch_boot_setup(const struct vm *vm, const struct guest_mem *mem, const struct vcpu *cpu,
			   const struct arch_boot *boot);
const void *__wrap_arch_devtree(const struct guest_mem *mem, gpa_t tables, size_t *ret_len);
int __wrap_asprintf(char **ret_text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int __wrap___asprintf_chk(char **ret_text, int flag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

const struct arch_platform *__wrap_arch_platform(void)
{
	return &rig.platform;
}

int __wrap_arch_boot_setup(const struct vm *vm, const struct guest_mem *mem, const struct vcpu *cpu,
			   const struct arch_boot *boot)
{
	assert_ptr_equal(vm, &rig.vm);
	assert_ptr_equal(mem, rig.mem);
	assert_ptr_equal(cpu, &rig.cpu);
	rig.boot = *boot;
	rig.nr_setups++;
	snprintf(rig.cmdline, sizeof(rig.cmdline), "%s", boot->cmdline);
	if (boot->devtree)
		snprintf(rig.devtree, sizeof(rig.devtree), "%s", (const char *)boot->devtree);
	return rig.setup_err;
}

const void *__wrap_arch_devtree(const struct guest_mem *mem, gpa_t tables, size_t *ret_len)
{
	assert_ptr_equal(mem, rig.mem);
	assert_int_equal(tables.value, rig.boot.tables.value);
	*ret_len = rig.tree ? strlen(rig.tree) : 0;
	return rig.tree;
}

static int __attribute__((format(printf, 2, 0)))
print_unless_no_memory(char **ret_text, const char *fmt, va_list ap)
{
	return rig.is_no_memory ? -1 : vasprintf(ret_text, fmt, ap);
}

int __wrap_asprintf(char **ret_text, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = print_unless_no_memory(ret_text, fmt, ap);
	va_end(ap);
	return n;
}

/* asprintf() under _FORTIFY_SOURCE */
int __wrap___asprintf_chk(char **ret_text, int flag, const char *fmt, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, fmt);
	n = print_unless_no_memory(ret_text, fmt, ap);
	va_end(ap);
	return n;
}

static void set_kernel(enum kernel_format format, struct sample sample)
{
	kernel_image_done(&rig.kernel);
	rig.kernel.format = format;
	snprintf(rig.kernel.release, sizeof(rig.kernel.release), "6.1.0-1-sample");
	assert_int_equal(blob_copy(sample.data, sample.len, &rig.kernel.file), 0);
	free(sample.data);
}

static void set_ram(uint64_t size)
{
	mem_destroy(rig.mem);
	assert_int_equal(mem_create(&rig.mem), 0);
	assert_int_equal(mem_add_ram(rig.mem, GPA(0), size), 0);
	rig.target.mem = rig.mem;
}

static int setup(void **state)
{
	(void)state;
	rig = (struct rig){
		.config = { .kernel = "vmlinuz", .append = "root=/dev/vda", .cpus = 3 },
		.platform = *__real_arch_platform(),
		.kernel.file = BLOB_NONE,
		.dir = "/tmp/portal-load-XXXXXX",
	};
	rig.platform.cmdline = "console=ttyS0";
	rig.platform.devtree_max = 64;
	rig.target = (struct load_target){
		.vm = &rig.vm,
		.cpu = &rig.cpu,
		.nr_virtio = 2,
		.doorbell = ARCH_DOORBELL_MMIO,
	};
	set_ram(RAM_SIZE);
	set_kernel(KERNEL_FORMAT_ELF, sample_elf());
	assert_non_null(mkdtemp(rig.dir));
	return 0;
}

static int teardown(void **state)
{
	char *dir = strdup(rig.dir);

	(void)state;
	sample_remove(dir);
	kernel_image_done(&rig.kernel);
	free(rig.initrd_data);
	mem_destroy(rig.mem);
	return 0;
}

static int load(void)
{
	return load_guest(&rig.config, &rig.kernel, &rig.initrd, &rig.target);
}

/* that the user gets @message, and nothing is set up; Return: the error */
static int refuse(const char *message)
{
	const char *text;
	int err;

	capture_start();
	err = load();
	text = capture_stop();
	assert_has(text, message);
	return err;
}

static char *path_in_dir(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", rig.dir, name);
	return path;
}

static void test_elf_kernel_with_its_note_is_entered_by_pvh(void **state)
{
	(void)state;
	rig.config.kaslr = true;
	assert_int_equal(load(), 0);
	assert_int_equal(rig.boot.protocol, ARCH_ENTRY_PVH);
	assert_int_equal(rig.boot.entry.value, SAMPLE_ELF_PVH);
	assert_non_null(rig.boot.setup_header);
	assert_int_equal(rig.boot.setup_header_len, BZIMAGE_HEADER_MAX);
	assert_int_equal(rig.boot.nr_cpus, 3);
	assert_int_equal(rig.boot.nr_virtio, 2);
	assert_int_equal(rig.boot.doorbell, ARCH_DOORBELL_MMIO);
	assert_true(rig.boot.kaslr);
	assert_int_equal(rig.boot.initrd_size, 0);
	assert_null(rig.boot.devtree);
	assert_string_equal(rig.cmdline, "console=ttyS0 root=/dev/vda");
}

static void test_command_line_without_append_has_no_space_at_its_end(void **state)
{
	(void)state;
	rig.config.append = "";
	assert_int_equal(load(), 0);
	assert_string_equal(rig.cmdline, "console=ttyS0");
}

static void set_elf_without_note(void)
{
	struct sample sample = sample_elf();

	memset(sample.data + SAMPLE_ELF_NOTES, 0, sizeof(uint32_t));
	set_kernel(KERNEL_FORMAT_ELF, sample);
}

static void test_64_bit_kernel_gets_nokaslr(void **state)
{
	(void)state;
	set_elf_without_note();
	assert_int_equal(load(), 0);
	assert_int_equal(rig.boot.protocol, ARCH_ENTRY_LINUX64);
	assert_int_equal(rig.boot.entry.value, SAMPLE_ELF_ENTRY);
	assert_string_equal(rig.cmdline, "console=ttyS0 nokaslr root=/dev/vda");
}

static void test_64_bit_kernel_with_kaslr_gets_no_nokaslr(void **state)
{
	(void)state;
	set_elf_without_note();
	rig.config.kaslr = true;
	assert_int_equal(load(), 0);
	assert_string_equal(rig.cmdline, "console=ttyS0 root=/dev/vda");
}

static void test_arm64_kernel_has_no_setup_header(void **state)
{
	(void)state;
	set_kernel(KERNEL_FORMAT_ARM64, sample_arm64());
	assert_int_equal(load(), 0);
	assert_int_equal(rig.boot.protocol, ARCH_ENTRY_ARM64);
	assert_null(rig.boot.setup_header);
	assert_string_equal(rig.cmdline, "console=ttyS0 nokaslr root=/dev/vda");
}

static void test_arm_kernel_never_gets_nokaslr(void **state)
{
	(void)state;
	set_kernel(KERNEL_FORMAT_ARM, sample_arm());
	rig.kernel.text_offset = ZIMAGE_TEXT_OFFSET_MIN;
	assert_int_equal(load(), 0);
	assert_int_equal(rig.boot.protocol, ARCH_ENTRY_ARM);
	assert_int_equal(rig.boot.entry.value, ZIMAGE_TEXT_OFFSET_MIN);
	assert_int_not_equal(rig.boot.tables.value, 0);
	assert_string_equal(rig.cmdline, "console=ttyS0 root=/dev/vda");
}

/* --append so that the whole command line has @len bytes */
static char *append_for(size_t len)
{
	static char append[4096];

	memset(append, 'x', sizeof(append));
	append[len - strlen("console=ttyS0 ")] = '\0';
	return append;
}

static void test_longest_command_line_is_taken(void **state)
{
	(void)state;
	rig.config.append = append_for(CMDLINE_MAX);
	assert_int_equal(load(), 0);
	assert_int_equal(strlen(rig.cmdline), CMDLINE_MAX);
}

static void test_longer_command_line_is_refused_with_the_excess(void **state)
{
	(void)state;
	rig.config.append = append_for(CMDLINE_MAX + 3);
	assert_int_equal(refuse("error: the kernel command line is 2050 bytes long, this kernel "
				"takes 2047; shorten --append by 3"),
			 -EINVAL);
	assert_int_equal(rig.nr_setups, 0);
}

static void test_command_line_without_memory_is_enomem(void **state)
{
	(void)state;
	rig.is_no_memory = true;
	assert_int_equal(refuse("error: cannot allocate the kernel command line\n"), -ENOMEM);
	assert_int_equal(rig.nr_setups, 0);
}

static void set_initrd(size_t len)
{
	uint8_t *data = malloc(len);

	assert_non_null(data);
	memset(data, 0x5a, len);
	data[0] = 1;
	data[len - 1] = 2;
	rig.initrd = (struct load_initrd){ .data = data, .len = len };
	rig.initrd_data = data;
}

static void assert_initrd_at(uint64_t gpa)
{
	const void *there = mem_slice(rig.mem, GPA(gpa), rig.initrd.len);

	assert_int_equal(rig.boot.initrd.value, gpa);
	assert_int_equal(rig.boot.initrd_size, rig.initrd.len);
	assert_non_null(there);
	assert_memory_equal(there, rig.initrd.data, rig.initrd.len);
}

static void test_initrd_goes_to_the_top_of_ram(void **state)
{
	(void)state;
	set_initrd(5000);
	assert_int_equal(load(), 0);
	assert_initrd_at(RAM_SIZE - 2 * MEM_PAGE_SIZE);
}

static void test_initrd_stays_below_what_the_kernel_can_reach(void **state)
{
	(void)state;
	set_initrd(5000);
	rig.kernel.setup_header_len = sizeof(rig.kernel.setup_header);
	rig.kernel.cmdline_max = 255;
	rig.kernel.initrd_max = MIB(20) - 1;
	assert_int_equal(load(), 0);
	assert_initrd_at(MIB(20) - 2 * MEM_PAGE_SIZE);
}

static void test_largest_initrd_ends_at_the_kernel(void **state)
{
	(void)state;
	set_initrd(RAM_SIZE - ELF_END);
	assert_int_equal(load(), 0);
	assert_initrd_at(ELF_END);
}

static void test_initrd_that_meets_the_kernel_is_refused(void **state)
{
	(void)state;
	set_initrd(RAM_SIZE - ELF_END + 1);
	/* 17 + 2 * 16 + 16 */
	assert_int_equal(refuse("error: guest memory is too small: the kernel takes 17 MiB and the "
				"initial RAM file system 16 MiB; use --memory 65M or more"),
			 -EINVAL);
	assert_int_equal(rig.nr_setups, 0);
}

static void test_initrd_larger_than_ram_is_refused(void **state)
{
	(void)state;
	/* is never read */
	rig.initrd = (struct load_initrd){ .data = (const uint8_t *)"", .len = RAM_SIZE + 1 };
	assert_int_equal(refuse("use --memory 99M or more"), -EINVAL);
}

static void test_kernel_larger_than_ram_is_refused_with_what_is_needed(void **state)
{
	(void)state;
	set_initrd(5000);
	set_ram(MIB(8));
	assert_int_equal(refuse("error: guest memory is too small: the kernel takes 17 MiB and the "
				"initial RAM file system 1 MiB; use --memory 35M or more"),
			 -EINVAL);
}

static void test_damaged_kernel_is_named(void **state)
{
	(void)state;
	set_kernel(KERNEL_FORMAT_ELF, sample_bytes(4096));
	assert_int_equal(refuse("error: vmlinuz: the kernel's ELF file is damaged"), -EINVAL);
	assert_int_equal(rig.nr_setups, 0);
}

static void test_failed_setup_of_the_processor_is_reported(void **state)
{
	(void)state;
	rig.setup_err = -EFAULT;
	assert_int_equal(refuse("error: cannot set the boot processor up: Bad address"), -EFAULT);
}

static void test_bad_device_tree_of_our_own_is_no_fault_of_the_user(void **state)
{
	(void)state;
	rig.setup_err = -EBADMSG;
	assert_int_equal(refuse("error: cannot set the boot processor up: Bad message"), -EBADMSG);
}

static void use_dtb(void)
{
	sample_put(rig.dir, "board.dtb", "a tree", 6);
	rig.config.dtb = path_in_dir("board.dtb");
}

static void test_device_tree_of_the_user_is_passed_on(void **state)
{
	(void)state;
	use_dtb();
	assert_int_equal(load(), 0);
	assert_string_equal(rig.devtree, "a tree");
	assert_int_equal(rig.boot.devtree_len, 6);
}

static void test_damaged_device_tree_is_named(void **state)
{
	(void)state;
	use_dtb();
	rig.setup_err = -EBADMSG;
	assert_int_equal(refuse("board.dtb: not a device tree, or damaged"), -EINVAL);
}

static void test_device_tree_that_grows_too_large_is_named(void **state)
{
	(void)state;
	use_dtb();
	rig.setup_err = -E2BIG;
	assert_int_equal(refuse("board.dtb: the device tree is too large"), -EINVAL);
}

static void test_missing_device_tree_ends_before_the_setup(void **state)
{
	(void)state;
	rig.config.dtb = path_in_dir("missing.dtb");
	assert_int_equal(refuse("missing.dtb: No such file or directory"), -EINVAL);
	assert_int_equal(rig.nr_setups, 0);
}

static void test_device_tree_is_dumped_after_the_setup(void **state)
{
	struct stat st;

	(void)state;
	rig.tree = "the guest's tree";
	rig.config.dump_dtb = path_in_dir("dump.dtb");
	assert_int_equal(load(), 0);
	assert_int_equal(stat(rig.config.dump_dtb, &st), 0);
	assert_int_equal(st.st_size, 16);
}

static void test_failed_dump_of_the_device_tree_is_an_error(void **state)
{
	(void)state;
	rig.tree = "the guest's tree";
	rig.config.dump_dtb = "/dev/full";
	assert_int_equal(refuse("error: /dev/full: No space left on device"), -EINVAL);
	assert_int_equal(rig.nr_setups, 1);
}

static void test_debug_log_has_release_entry_and_command_line(void **state)
{
	char expected[128];

	(void)state;
	snprintf(expected, sizeof(expected),
		 "kernel 6.1.0-1-sample: PVH entry at %#x, command line: console=ttyS0 "
		 "root=/dev/vda",
		 SAMPLE_ELF_PVH);
	log_set_level(LOG_DEBUG);
	assert_int_equal(refuse(expected), 0);
	log_set_level(LOG_INFO);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_elf_kernel_with_its_note_is_entered_by_pvh),
		CASE(test_command_line_without_append_has_no_space_at_its_end),
		CASE(test_64_bit_kernel_gets_nokaslr),
		CASE(test_64_bit_kernel_with_kaslr_gets_no_nokaslr),
		CASE(test_arm64_kernel_has_no_setup_header),
		CASE(test_arm_kernel_never_gets_nokaslr),
		CASE(test_longest_command_line_is_taken),
		CASE(test_longer_command_line_is_refused_with_the_excess),
		CASE(test_command_line_without_memory_is_enomem),
		CASE(test_initrd_goes_to_the_top_of_ram),
		CASE(test_initrd_stays_below_what_the_kernel_can_reach),
		CASE(test_largest_initrd_ends_at_the_kernel),
		CASE(test_initrd_that_meets_the_kernel_is_refused),
		CASE(test_initrd_larger_than_ram_is_refused),
		CASE(test_kernel_larger_than_ram_is_refused_with_what_is_needed),
		CASE(test_damaged_kernel_is_named),
		CASE(test_failed_setup_of_the_processor_is_reported),
		CASE(test_bad_device_tree_of_our_own_is_no_fault_of_the_user),
		CASE(test_device_tree_of_the_user_is_passed_on),
		CASE(test_damaged_device_tree_is_named),
		CASE(test_device_tree_that_grows_too_large_is_named),
		CASE(test_missing_device_tree_ends_before_the_setup),
		CASE(test_device_tree_is_dumped_after_the_setup),
		CASE(test_failed_dump_of_the_device_tree_is_an_error),
		CASE(test_debug_log_has_release_entry_and_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
