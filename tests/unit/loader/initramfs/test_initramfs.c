/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/bytes.h"
#include "guest/init/config.h"
#include "guest/init/text.h"
#include "loader/initramfs/initramfs.h"
#include "loader/initramfs/tree.h"
#include "samples.h"

#define RAM_SIZE GIB(1)
#define NOBODY	 65534

static char elf_a[] = "\177ELFa", elf_b[] = "\177ELFbb", elf_portal[] = "\177ELFportal";
static char name_a[] = "a.ko", name_b[] = "b.ko", name_portal[] = "portal.ko";
static struct module modules[] = { { .name = name_a, .data = elf_a, .len = 5 },
				   { .name = name_b, .data = elf_b, .len = 6, .optional = true } };
static const struct module_list two = { .items = modules, .nr = 2 };
static const struct module portal = { .name = name_portal, .data = elf_portal, .len = 10 };

/* an entry of the archive, read back */
struct found {
	mode_t mode;
	unsigned int uid, gid, nr_links;
	dev_t rdev;
	uint64_t inode, size;
	char target[64], link[64];
	char data[4096];
};

static struct archive *open_archive(const void *data, size_t len)
{
	struct archive *archive = archive_read_new();

	archive_read_support_format_cpio(archive);
	assert_int_equal(archive_read_open_memory(archive, data, len), ARCHIVE_OK);
	return archive;
}

static void read_entry(struct archive *archive, struct archive_entry *entry, struct found *ret)
{
	const char *link = archive_entry_hardlink(entry), *target = archive_entry_symlink(entry);

	*ret = (struct found){
		.mode = archive_entry_mode(entry),
		.uid = (unsigned int)archive_entry_uid(entry),
		.gid = (unsigned int)archive_entry_gid(entry),
		.nr_links = archive_entry_nlink(entry),
		.rdev = archive_entry_rdev(entry),
		.inode = (uint64_t)archive_entry_ino64(entry),
		.size = (uint64_t)archive_entry_size(entry),
	};
	if (link)
		snprintf(ret->link, sizeof(ret->link), "%s", link);
	if (target)
		snprintf(ret->target, sizeof(ret->target), "%s", target);
	assert_true(archive_read_data(archive, ret->data, sizeof(ret->data) - 1) >= 0);
}

static bool look_up(const void *data, size_t len, const char *name, struct found *ret)
{
	struct archive *archive = open_archive(data, len);
	struct archive_entry *entry;
	bool found = false;

	while (!found && archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		if (strcmp(archive_entry_pathname(entry), name) != 0)
			continue;
		read_entry(archive, entry, ret);
		found = true;
	}
	archive_read_free(archive);
	return found;
}

static void get(const void *data, size_t len, const char *name, struct found *ret)
{
	if (!look_up(data, len, name, ret))
		fail_msg("%s is not in the archive", name);
}

/* *@ret_data is malloc'ed */
static int build(const struct initramfs_options *options, void **ret_data, size_t *ret_len,
		 struct load_error *why)
{
	struct blob archive;
	int err = initramfs_build(options, &archive, why);

	if (err < 0)
		return err;
	*ret_data = malloc(archive.len);
	assert_non_null(*ret_data);
	memcpy(*ret_data, archive.data, archive.len);
	*ret_len = archive.len;
	blob_done(&archive);
	return 0;
}

/* an init for 32-bit arm is optional in the build; without one, the error must say so */
static void test_initramfs_init_matches_kernel_machine(void **state)
{
	struct initramfs_options options = {
		.machine = EM_X86_64,
		.modules = &two,
		.ram_bytes = RAM_SIZE,
	};
	struct load_error why = { 0 };
	struct found f;
	void *data;
	size_t len;
	int err;

	(void)state;
	assert_int_equal(build(&options, &data, &len, NULL), 0);
	get(data, len, "init", &f);
	assert_int_equal(f.data[EI_CLASS], ELFCLASS64);
	free(data);
	options.machine = EM_ARM;
	err = build(&options, &data, &len, &why);
	if (err == -ENOTSUP) {
		assert_non_null(strstr(why.text, "arm-linux-gnueabihf-gcc"));
		return;
	}
	assert_int_equal(err, 0);
	get(data, len, "init", &f);
	assert_int_equal(f.data[EI_CLASS], ELFCLASS32);
	assert_int_equal(get_le16(f.data + 18), EM_ARM);
	free(data);
}

static void test_initramfs_contains_init_modules_and_config(void **state)
{
	const struct initramfs_options options = {
		.modules = &two,
		.guest_module = &portal,
		.guest_module_params = "x=1",
		.root_device = "/dev/vda",
		.root_type = "ext4",
		.root_options = "noload",
		.ram_bytes = RAM_SIZE,
	};
	struct found f;
	void *data;
	size_t len;

	(void)state;
	assert_int_equal(build(&options, &data, &len, NULL), 0);
	assert_int_equal(len % 4, 0);
	get(data, len, "init", &f);
	assert_int_equal(f.mode, S_IFREG | 0755);
	assert_memory_equal(f.data, "\177ELF", 4);
	get(data, len, "dev/console", &f);
	assert_int_equal(f.mode, S_IFCHR | 0600);
	assert_int_equal(major(f.rdev), 5);
	assert_int_equal(minor(f.rdev), 1);
	get(data, len, "portal/modules/b.ko", &f);
	assert_string_equal(f.data, elf_b);
	get(data, len, "portal/modules/portal.ko", &f);
	assert_string_equal(f.data, elf_portal);
	get(data, len, "portal/config", &f);
	assert_string_equal(f.data, "module=a.ko\noptional-module=b.ko\nroot-device=/dev/vda\n"
				    "root-type=ext4\nroot-options=noload\nportal=portal.ko\n"
				    "portal-params=x=1\n");
	assert_false(look_up(data, len, "portal/tree", &f));
	free(data);
}

/* init's own parser reads what initramfs.c writes */
static void test_initramfs_config_round_trip(void **state)
{
	const struct initramfs_options options = {
		.modules = &two,
		.guest_module = &portal,
		.root_device = "/dev/vdb",
		.root_type = "squashfs",
		.root_write = true,
		.init = "/opt/a=b c",
		.debug = true,
		.marks = 1544,
	};
	struct config config;
	struct found f;
	void *data;
	size_t len;

	(void)state;
	assert_int_equal(build(&options, &data, &len, NULL), 0);
	get(data, len, "portal/config", &f);
	free(data);
	assert_null(config_parse(f.data, &config));
	assert_int_equal(config.nr_modules, 2);
	assert_string_equal(config.modules[0].name, "a.ko");
	assert_false(config.modules[0].optional);
	assert_string_equal(config.modules[1].name, "b.ko");
	assert_true(config.modules[1].optional);
	assert_string_equal(config.portal, "portal.ko");
	assert_string_equal(config.portal_params, "");
	assert_string_equal(config.root_device, "/dev/vdb");
	assert_string_equal(config.root_type, "squashfs");
	assert_null(config.root_options);
	assert_string_equal(config.init, "/opt/a=b c");
	assert_true(config.root_write);
	assert_true(config.debug);
	assert_int_equal(config.marks, 1544);
}

static void test_initramfs_refuses_newlines_and_too_many_modules(void **state)
{
	static struct module many[GUEST_INIT_MODULES_MAX + 1];
	struct module_list list = { .items = many, .nr = GUEST_INIT_MODULES_MAX };
	struct initramfs_options options = { .modules = &two, .init = "/sbin/init\ndebug=1" };
	struct load_error why = { 0 };
	void *data;
	size_t len;

	(void)state;
	assert_int_equal(build(&options, &data, &len, &why), -EINVAL);
	assert_non_null(strstr(why.text, "newline"));
	for (size_t i = 0; i <= GUEST_INIT_MODULES_MAX; i++)
		many[i] = modules[0];
	options = (struct initramfs_options){ .modules = &list };
	assert_int_equal(build(&options, &data, &len, NULL), 0);
	free(data);
	list.nr++;
	assert_int_equal(build(&options, &data, &len, &why), -EINVAL);
}

static void test_config_invalid_line_is_returned(void **state)
{
	static const char *const wrong[] = { "nokey=1", "debug", "=", "modules=x" };
	struct config config;
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(text, sizeof(text), "debug=1\n%s\n", wrong[i]);
		assert_non_null(config_parse(text, &config));
		assert_true(config.debug);
	}
	text[0] = '\0';
	assert_null(config_parse(text, &config));
	assert_string_equal(config.portal_params, "");
	snprintf(text, sizeof(text), "init=/x"); /* without a newline */
	assert_null(config_parse(text, &config));
	assert_string_equal(config.init, "/x");
}

static void test_text_join_fits_exactly(void **state)
{
	char buf[7];

	(void)state;
	assert_true(text_join(buf, sizeof(buf), "abc", "", "def", NULL));
	assert_string_equal(buf, "abcdef");
	assert_false(text_join(buf, sizeof(buf), "abc", "defg", NULL));
	assert_string_equal(buf, "abcdef");
	assert_false(text_equal("abc", "abcd"));
	assert_true(text_equal("", ""));
}

/* what a firmware's directory may contain: both kinds of links, modes, a FIFO, odd names */
static char *make_tree(void)
{
	char *dir = sample_dir(), path[256], other[256];

	sample_put(dir, "bin/busybox", "busybox", 7);
	sample_put(dir, "etc/empty", "", 0);
	sample_put(dir, "etc/name\xff with blanks", "x", 1);
	snprintf(path, sizeof(path), "%s/bin/busybox", dir);
	snprintf(other, sizeof(other), "%s/bin/sh", dir);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(chmod(path, 04755), 0);
	snprintf(other, sizeof(other), "%s/init", dir);
	assert_int_equal(symlink("/bin/busybox", other), 0);
	snprintf(other, sizeof(other), "%s/fifo", dir);
	assert_int_equal(mkfifo(other, 0644), 0);
	snprintf(other, sizeof(other), "%s/empty-dir", dir);
	assert_int_equal(mkdir(other, 0700), 0);
	return dir;
}

static void build_tree(const char *dir, void **ret_data, size_t *ret_len)
{
	const struct initramfs_options options = {
		.modules = &two,
		.tree = dir,
		.root_device = "/dev/ignored",
		.ram_bytes = RAM_SIZE,
	};

	assert_int_equal(build(&options, ret_data, ret_len, NULL), 0);
}

static void test_tree_keeps_modes_and_links_owned_by_root(void **state)
{
	char *dir = make_tree();
	struct found f, g;
	void *data;
	size_t len;

	(void)state;
	build_tree(dir, &data, &len);
	get(data, len, "portal/tree", &f);
	assert_true(S_ISDIR(f.mode));
	get(data, len, "portal/tree/empty-dir", &f);
	assert_int_equal(f.mode, S_IFDIR | 0700);
	get(data, len, "portal/tree/init", &f);
	assert_true(S_ISLNK(f.mode));
	assert_string_equal(f.target, "/bin/busybox");
	get(data, len, "portal/tree/fifo", &f);
	assert_true(S_ISFIFO(f.mode));
	get(data, len, "portal/tree/etc/name\xff with blanks", &f);
	assert_string_equal(f.data, "x");
	get(data, len, "portal/tree/bin/busybox", &f);
	assert_int_equal(f.mode, S_IFREG | 04755);
	assert_int_equal(f.uid, 0);
	assert_int_equal(f.gid, 0);
	assert_string_equal(f.data, "busybox");
	get(data, len, "portal/tree/bin/sh", &g);
	assert_string_equal(g.link, "portal/tree/bin/busybox");
	assert_int_equal(f.nr_links, 2);
	get(data, len, "portal/config", &f);
	assert_null(strstr(f.data, "root-device"));
	free(data);
	sample_remove(dir);
}

static void test_tree_devices_are_kept(void **state)
{
	char *dir = sample_dir(), path[256];
	struct found f;
	void *data;
	size_t len;

	(void)state;
	snprintf(path, sizeof(path), "%s/gpio", dir);
	if (mknod(path, S_IFCHR | 0620, makedev(252, 300)) < 0) {
		sample_remove(dir);
		print_message("SKIP: device nodes need root\n");
		skip();
	}
	build_tree(dir, &data, &len);
	get(data, len, "portal/tree/gpio", &f);
	assert_true(S_ISCHR(f.mode));
	assert_int_equal(major(f.rdev), 252);
	assert_int_equal(minor(f.rdev), 300);
	free(data);
	sample_remove(dir);
}

static void test_tree_unreadable_file_reported(void **state)
{
	char *dir = sample_dir(), path[256];
	const struct initramfs_options options = { .modules = &two,
						   .tree = dir,
						   .ram_bytes = RAM_SIZE };
	struct load_error why = { 0 };
	uid_t me = geteuid();
	void *data;
	size_t len;

	(void)state;
	snprintf(path, sizeof(path), "%s/etc/secret", dir);
	sample_put(dir, "etc/secret", "secret", 6);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	/* root can read every file, so change to another user for a moment */
	if (me == 0)
		assert_int_equal(seteuid(NOBODY), 0);
	assert_int_equal(build(&options, &data, &len, &why), -EACCES);
	if (me == 0)
		assert_int_equal(seteuid(me), 0);
	assert_non_null(strstr(why.text, "/etc/secret"));
	sample_remove(dir);
}

static void test_tree_missing_or_not_a_directory_is_an_error(void **state)
{
	struct load_error why = { 0 };
	uint64_t bytes;

	(void)state;
	assert_int_equal(tree_size("/nonexistent", &bytes, &why), -ENOENT);
	assert_int_equal(tree_size("/dev/null", &bytes, &why), -ENOTDIR);
}

static void test_tree_too_large_reports_needed_bytes(void **state)
{
	char *dir = sample_dir();
	struct sample big = sample_zeros(MIB(3));
	struct initramfs_options options = { .modules = &two, .tree = dir, .ram_bytes = MIB(80) };
	struct load_error why = { 0 };
	void *data;
	size_t len;

	(void)state;
	sample_put(dir, "big", big.data, big.len);
	assert_int_equal(build(&options, &data, &len, &why), -ENOMEM);
	assert_true(why.need_bytes > MIB(81) && why.need_bytes < MIB(82));
	assert_non_null(strstr(why.text, "82 MiB"));
	options.ram_bytes = why.need_bytes;
	assert_int_equal(build(&options, &data, &len, NULL), 0);
	free(data);
	free(big.data);
	sample_remove(dir);
}

static void test_tree_size_counts_linked_files_once(void **state)
{
	char *dir = sample_dir(), path[256], other[256];
	uint64_t one, both;

	(void)state;
	sample_put(dir, "a", "x", 1);
	assert_int_equal(tree_size(dir, &one, NULL), 0);
	snprintf(path, sizeof(path), "%s/a", dir);
	snprintf(other, sizeof(other), "%s/b", dir);
	assert_int_equal(link(path, other), 0);
	assert_int_equal(tree_size(dir, &both, NULL), 0);
	assert_true(one >= 4096 && both - one < 4096);
	sample_remove(dir);
}

static void test_initramfs_join_aligns_second_archive(void **state)
{
	void *data;
	size_t len;

	(void)state;
	assert_int_equal(initramfs_join("user!", 5, "OURS", 4, &data, &len), 0);
	assert_int_equal(len, 12);
	assert_memory_equal(data, "user!\0\0\0OURS", 12);
	free(data);
	assert_int_equal(initramfs_join("", 0, "OURS", 4, &data, &len), 0);
	assert_int_equal(len, 4);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_initramfs_contains_init_modules_and_config),
		cmocka_unit_test(test_initramfs_init_matches_kernel_machine),
		cmocka_unit_test(test_initramfs_config_round_trip),
		cmocka_unit_test(test_initramfs_refuses_newlines_and_too_many_modules),
		cmocka_unit_test(test_config_invalid_line_is_returned),
		cmocka_unit_test(test_text_join_fits_exactly),
		cmocka_unit_test(test_tree_keeps_modes_and_links_owned_by_root),
		cmocka_unit_test(test_tree_devices_are_kept),
		cmocka_unit_test(test_tree_unreadable_file_reported),
		cmocka_unit_test(test_tree_missing_or_not_a_directory_is_an_error),
		cmocka_unit_test(test_tree_too_large_reports_needed_bytes),
		cmocka_unit_test(test_tree_size_counts_linked_files_once),
		cmocka_unit_test(test_initramfs_join_aligns_second_archive),
	};

	return cmocka_run_group_tests_name("initramfs", tests, NULL, NULL);
}
