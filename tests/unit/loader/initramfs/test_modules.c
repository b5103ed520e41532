/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "loader/initramfs/guest_module.h"
#include "loader/initramfs/modules.h"
#include "samples.h"

#define RELEASE	   "6.1.0-1-sample"
#define MODULE_DIR "lib/modules/" RELEASE

/*
 * top needs middle, which needs bottom. soft_a and soft_b are only soft dependencies, and depend on
 * each other. builtin is built into the kernel.
 */
static const struct sample_module samples[] = {
	{ "bottom", RELEASE " SMP", NULL, "bottom_sym", NULL },
	{ "middle", RELEASE " SMP", NULL, "middle_sym", "bottom_sym" },
	{ "top", RELEASE " SMP", "pre: soft_a builtin absent", NULL, "middle_sym" },
	{ "soft_a", RELEASE " SMP", "pre: soft_b", NULL, NULL },
	{ "soft_b", RELEASE " SMP", "pre: soft_a", NULL, "bottom_sym" },
};

static void put_module(const char *root, size_t i, const char *suffix, enum unpack_format format)
{
	struct sample file = sample_module(&samples[i]), packed = sample_pack(format, &file);
	char name[128];

	snprintf(name, sizeof(name), MODULE_DIR "/kernel/%s.ko%s", samples[i].name, suffix);
	sample_put(root, name, packed.data, packed.len);
	free(packed.data);
	free(file.data);
}

static bool run_depmod(const char *root)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "PATH=$PATH:/usr/sbin:/sbin depmod -b %s " RELEASE " 2>/dev/null", root);
	return system(command) == 0;
}

static int setup(void **state)
{
	static const char builtin[] = "kernel/builtin.ko\n";
	char *root = sample_dir();

	put_module(root, 0, ".xz", UNPACK_XZ);
	put_module(root, 1, ".zst", UNPACK_ZSTD);
	for (size_t i = 2; i < ARRAY_SIZE(samples); i++)
		put_module(root, i, "", UNPACK_NONE);
	sample_put(root, MODULE_DIR "/modules.order", "", 0);
	sample_put(root, MODULE_DIR "/modules.builtin", builtin, strlen(builtin));
	*state = root;
	return 0;
}

static int teardown(void **state)
{
	sample_remove(*state);
	return 0;
}

static char *find(const char *root)
{
	char *dir;

	if (!run_depmod(root)) {
		print_message("SKIP: depmod is missing; run scripts/setup\n");
		skip();
	}
	assert_int_equal(modules_find_dir(root, RELEASE, &dir, NULL), 0);
	return dir;
}

static void assert_list(const struct module_list *list, const char *expected)
{
	char names[256] = "";

	for (size_t i = 0; i < list->nr; i++) {
		strcat(names, list->items[i].name);
		strcat(names, list->items[i].optional ? "? " : " ");
		assert_memory_equal(list->items[i].data, "\177ELF", 4);
	}
	assert_string_equal(names, expected);
}

static void check_requests(char *dir, const struct module_request *requests, size_t nr,
			   const char *expected)
{
	struct module_list list;

	assert_int_equal(modules_load(dir, requests, nr, &list, NULL), 0);
	assert_list(&list, expected);
	module_list_done(&list);
}

static void test_modules_in_load_order_without_duplicates(void **state)
{
	static const struct module_request requests[] = { { "middle", false },
							  { "bottom", false },
							  { "middle", false } };
	char *dir = find(*state);

	check_requests(dir, requests, 1, "bottom.ko middle.ko ");
	check_requests(dir, requests, 3, "bottom.ko middle.ko ");
	check_requests(dir, requests, 0, "");
	free(dir);
}

static void test_modules_soft_dependencies_are_optional(void **state)
{
	static const struct module_request requests[] = { { "top", false }, { "soft_b", false } };
	char *dir = find(*state);

	check_requests(dir, requests, 1, "bottom.ko soft_b.ko? soft_a.ko? middle.ko top.ko ");
	check_requests(dir, requests, 2, "bottom.ko soft_b.ko soft_a.ko? middle.ko top.ko ");
	free(dir);
}

static void test_modules_builtin_not_loaded(void **state)
{
	static const struct module_request requests[] = { { "builtin", false } };
	char *dir = find(*state);

	check_requests(dir, requests, 1, "");
	free(dir);
}

static void test_modules_missing_required_and_optional(void **state)
{
	static const struct module_request requests[] = { { "nosuch", true }, { "nosuch", false } };
	struct load_error why = { 0 };
	struct module_list list;
	char *dir = find(*state);

	check_requests(dir, requests, 1, "");
	assert_int_equal(modules_load(dir, requests, 2, &list, &why), -ENOENT);
	assert_non_null(strstr(why.text, "nosuch"));
	free(dir);
}

static void test_modules_damaged_file_reported(void **state)
{
	static const struct module_request requests[] = { { "middle", false } };
	struct load_error why = { 0 };
	struct module_list list;
	char *dir = find(*state);

	sample_put(*state, MODULE_DIR "/kernel/middle.ko.zst", "nonsense", 8);
	assert_int_equal(modules_load(dir, requests, 1, &list, &why), -ENOEXEC);
	assert_non_null(strstr(why.text, "middle.ko.zst is not a kernel module"));
	sample_put(*state, MODULE_DIR "/kernel/bottom.ko.xz", "\3757zXZ\0\0\0", 8);
	assert_int_equal(modules_load(dir, requests, 1, &list, &why), -ENODATA);
	assert_non_null(strstr(why.text, "bottom.ko.xz"));
	free(dir);
}

static void check_dir(const char *root, const char *below, const char *release)
{
	char *dir = NULL, start[256], expected[256];

	snprintf(start, sizeof(start), "%s%s", root, below);
	snprintf(expected, sizeof(expected), "%s/" MODULE_DIR, root);
	assert_int_equal(modules_find_dir(start, release, &dir, NULL), 0);
	assert_string_equal(dir, expected);
	free(dir);
}

static void test_modules_dir_found_from_root_parent_or_itself(void **state)
{
	const char *root = *state;

	free(find(*state));
	check_dir(root, "", RELEASE);
	check_dir(root, "/lib/modules", RELEASE);
	check_dir(root, "/" MODULE_DIR, RELEASE);
	check_dir(root, "/" MODULE_DIR, "");
}

static void test_modules_dir_missing_or_without_depmod(void **state)
{
	struct load_error why = { 0 };
	char *dir;

	assert_int_equal(modules_find_dir(*state, RELEASE, &dir, &why), -ENOENT);
	assert_non_null(strstr(why.text, "depmod"));
	assert_int_equal(modules_find_dir(*state, "5.0", &dir, &why), -ENOENT);
	assert_non_null(strstr(why.text, "no modules for kernel 5.0"));
	assert_int_equal(modules_find_dir("/nonexistent", RELEASE, &dir, &why), -ENOENT);
	assert_non_null(strstr(why.text, "does not exist"));
}

static void test_modules_debian_in_load_order(void **state)
{
	static const struct module_request requests[] = { { "virtio_mmio", false },
							  { "virtio_blk", false },
							  { "ext4", false },
							  { "squashfs", false } };
	const char *kernel = sample_kernel_dir();
	char root[4200], release[65] = "", *dir;
	FILE *file;

	(void)state;
	if (!kernel) {
		print_message("SKIP: no kernel in the cache; run scripts/fetch-kernel\n");
		skip();
	}
	snprintf(root, sizeof(root), "%s/release", kernel);
	file = fopen(root, "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%64s", release), 1);
	fclose(file);
	snprintf(root, sizeof(root), "%s/root", kernel);
	assert_int_equal(modules_find_dir(root, release, &dir, NULL), 0);
	check_requests(dir, requests, ARRAY_SIZE(requests),
		       "virtio_ring.ko virtio.ko virtio_mmio.ko virtio_blk.ko squashfs.ko ");
	free(dir);
}

static void test_guest_module_is_searched_in_order(void **state)
{
	const char *root = *state;
	char first[256], second[256], *path;
	const char *const dirs[] = { first, second };
	struct guest_module_places places = { .dirs = dirs, .nr_dirs = 2 };
	struct load_error why = { 0 };

	snprintf(first, sizeof(first), "%s/first", root);
	snprintf(second, sizeof(second), "%s/second", root);
	assert_int_equal(guest_module_find(&places, RELEASE, &path, &why), -ENOENT);
	assert_non_null(strstr(why.text, first));
	assert_non_null(strstr(why.text, second));
	sample_put(root, "second/" RELEASE "/portal.ko", "x", 1);
	assert_int_equal(guest_module_find(&places, RELEASE, &path, NULL), 0);
	assert_non_null(strstr(path, "/second/"));
	free(path);
	sample_put(root, "first/" RELEASE "/portal.ko", "x", 1);
	assert_int_equal(guest_module_find(&places, RELEASE, &path, NULL), 0);
	assert_non_null(strstr(path, "/first/"));
	free(path);
	places.path = "/nonexistent.ko";
	assert_int_equal(guest_module_find(&places, RELEASE, &path, &why), -ENOENT);
	assert_non_null(strstr(why.text, "/nonexistent.ko"));
}

static int check_vermagic(const char *vermagic, const char *words)
{
	struct sample_module spec = { .name = "portal", .vermagic = vermagic };
	struct sample file = sample_module(&spec);
	struct module module = { .data = file.data, .len = file.len };
	struct load_error why = { 0 };
	int err = guest_module_check(&module, RELEASE, EM_X86_64, &why);

	assert_non_null(strstr(why.text, words));
	free(file.data);
	return err;
}

static void test_guest_module_matches_kernel_release(void **state)
{
	(void)state;
	assert_int_equal(check_vermagic(RELEASE " SMP preempt mod_unload", ""), 0);
	assert_int_equal(check_vermagic(RELEASE, ""), 0);
	assert_int_equal(check_vermagic(RELEASE "x SMP", "made for kernel " RELEASE "x"), -ESTALE);
	assert_int_equal(check_vermagic("6.1.0 SMP", "made for"), -ESTALE);
	assert_int_equal(check_vermagic("", "vermagic"), -ENOEXEC);
	assert_int_equal(check_vermagic(NULL, "vermagic"), -ENOEXEC);
}

static void test_guest_module_matches_machine(void **state)
{
	struct sample_module spec = { .name = "portal", .vermagic = RELEASE " SMP" };
	struct sample file = sample_module(&spec);
	struct module module = { .data = file.data, .len = file.len };
	struct load_error why = { 0 };

	(void)state;
	assert_int_equal(guest_module_check(&module, RELEASE, EM_AARCH64, &why), -ESTALE);
	assert_non_null(strstr(why.text, "another machine"));
	put_le16(file.data + 18, EM_AARCH64);
	assert_int_equal(guest_module_check(&module, RELEASE, EM_AARCH64, NULL), 0);
	assert_int_equal(guest_module_check(&module, RELEASE, EM_ARM, NULL), -ESTALE);
	free(file.data);
}

static void test_guest_module_truncated_anywhere_is_an_error(void **state)
{
	struct sample_module spec = { .name = "portal", .vermagic = RELEASE " SMP" };
	struct sample file = sample_module(&spec);

	(void)state;
	for (size_t len = 0; len < file.len; len++) {
		struct sample cut = sample_copy(&file, len);
		struct module module = { .data = cut.data, .len = len };

		assert_true(guest_module_check(&module, RELEASE, EM_X86_64, NULL) < 0);
		free(cut.data);
	}
	free(file.data);
}

#define dir_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		dir_test(test_modules_in_load_order_without_duplicates),
		dir_test(test_modules_soft_dependencies_are_optional),
		dir_test(test_modules_builtin_not_loaded),
		dir_test(test_modules_missing_required_and_optional),
		dir_test(test_modules_damaged_file_reported),
		dir_test(test_modules_dir_found_from_root_parent_or_itself),
		dir_test(test_modules_dir_missing_or_without_depmod),
		cmocka_unit_test(test_modules_debian_in_load_order),
		dir_test(test_guest_module_is_searched_in_order),
		cmocka_unit_test(test_guest_module_matches_kernel_release),
		cmocka_unit_test(test_guest_module_matches_machine),
		cmocka_unit_test(test_guest_module_truncated_anywhere_is_an_error),
	};

	return cmocka_run_group_tests_name("modules", tests, NULL, NULL);
}
