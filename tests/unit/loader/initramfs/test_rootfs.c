/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "loader/initramfs/rootfs.h"
#include "samples.h"

#define IMAGE_SIZE MIB(1)

static int setup(void **state)
{
	*state = sample_dir();
	return 0;
}

static int teardown(void **state)
{
	sample_remove(*state);
	return 0;
}

/* handmade headers with the fields that libblkid and the size checks read */
static struct sample ext4_image(void)
{
	struct sample s = sample_zeros(IMAGE_SIZE);
	uint8_t *super = s.data + 1024;

	put_le32(super + 0x04, IMAGE_SIZE / 1024);
	put_le32(super + 0x20, 8192);
	put_le16(super + 0x38, 0xef53);
	put_le32(super + 0x4c, 1);
	put_le32(super + 0x5c, 0x04); /* has_journal */
	put_le32(super + 0x60, 0x40); /* extents */
	memset(super + 0x68, 1, 16);
	return s;
}

static struct sample squashfs_image(void)
{
	struct sample s = sample_zeros(IMAGE_SIZE);

	memcpy(s.data, "hsqs", 4);
	put_le32(s.data + 12, 131072);
	put_le16(s.data + 20, 1);
	put_le16(s.data + 28, 4);
	put_le64(s.data + 40, IMAGE_SIZE - 100);
	return s;
}

static struct sample erofs_image(void)
{
	struct sample s = sample_zeros(IMAGE_SIZE);
	uint8_t *super = s.data + 1024;

	put_le32(super, 0xe0f5e1e2);
	super[12] = 12;
	put_le32(super + 36, IMAGE_SIZE >> 12);
	return s;
}

static int try(const char *dir, const struct sample *image, const char *suffix,
	       struct rootfs **ret_rootfs, struct load_error *why)
{
	char spec[256];

	sample_put(dir, "image", image->data, image->len);
	snprintf(spec, sizeof(spec), "%s/image%s", dir, suffix);
	return rootfs_open(spec, ret_rootfs, why);
}

static void check(const char *dir, struct sample image, const char *type, const char *options)
{
	struct rootfs *rootfs;
	struct load_error why = { 0 };

	if (try(dir, &image, "", &rootfs, &why) < 0)
		fail_msg("%s: %s", type, why.text);
	assert_int_equal(rootfs->kind, ROOTFS_IMAGE);
	assert_string_equal(rootfs->type, type);
	assert_string_equal(rootfs->modules[0].name, type);
	assert_false(rootfs->modules[0].optional);
	assert_int_equal(rootfs->size_bytes, IMAGE_SIZE);
	if (options)
		assert_string_equal(rootfs->options, options);
	else
		assert_null(rootfs->options);
	rootfs_close(rootfs);
	free(image.data);
}

static void refuse(const char *dir, struct sample image, const char *suffix, int err,
		   const char *words)
{
	struct rootfs *rootfs;
	struct load_error why = { 0 };

	assert_int_equal(try(dir, &image, suffix, &rootfs, &why), err);
	if (!strstr(why.text, words))
		fail_msg("the message is '%s'", why.text);
	free(image.data);
}

static void test_rootfs_image_type_by_content(void **state)
{
	check(*state, ext4_image(), "ext4", "noload");
	check(*state, squashfs_image(), "squashfs", NULL);
	check(*state, erofs_image(), "erofs", NULL);
}

static void test_rootfs_directory(void **state)
{
	struct load_error why = { 0 };
	struct rootfs *rootfs;
	char spec[256];

	assert_int_equal(rootfs_open(*state, &rootfs, NULL), 0);
	assert_int_equal(rootfs->kind, ROOTFS_DIRECTORY);
	assert_int_equal(rootfs->nr_modules, 0);
	assert_int_equal(rootfs->fd, -1);
	rootfs_close(rootfs);
	snprintf(spec, sizeof(spec), "%s,rw", (const char *)*state);
	assert_int_equal(rootfs_open(spec, &rootfs, &why), -EINVAL);
	assert_non_null(strstr(why.text, "cannot be written"));
}

static void test_rootfs_truncated_image_reports_missing_bytes(void **state)
{
	struct sample image = ext4_image();

	image.len -= 1000;
	refuse(*state, image, "", -ENODATA, "truncated: 1000 of 1048576");
	image = squashfs_image();
	image.len -= 101;
	refuse(*state, image, "", -ENODATA, "truncated: 1 of");
	image = erofs_image();
	image.len -= 4096;
	refuse(*state, image, "", -ENODATA, "truncated: 4096 of");
}

static void test_rootfs_image_size_limits(void **state)
{
	struct sample image = squashfs_image();

	put_le64(image.data + 40, IMAGE_SIZE);
	check(*state, image, "squashfs", NULL);
	image = squashfs_image();
	put_le64(image.data + 40, UINT64_MAX);
	refuse(*state, image, "", -ENODATA, "truncated");
	image = ext4_image();
	put_le32(image.data + 1024 + 0x60, 0xc0);
	put_le32(image.data + 1024 + 0x150, UINT32_MAX); /* upper half of the block count */
	refuse(*state, image, "", -ENODATA, "truncated");
}

static void test_rootfs_truncated_anywhere_in_the_headers(void **state)
{
	struct sample images[] = { ext4_image(), squashfs_image(), erofs_image() };

	for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
		for (size_t len = 0; len < 2048; len += 13) {
			struct sample cut = { .data = images[i].data, .len = len };
			struct rootfs *rootfs;

			assert_true(try(*state, &cut, "", &rootfs, NULL) < 0);
		}
		free(images[i].data);
	}
}

static void test_rootfs_unusable_formats_reported(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int err;
		const char *words;
	} cases[] = {
		{ "\x85\x19\x03\x20", 4, -ENOTSUP, "JFFS2" },
		{ "\x19\x85\x20\x03", 4, -ENOTSUP, "big-endian JFFS2" },
		{ "shsq", 4, -ENOTSUP, "vendor" },
		{ "070701", 6, -ENOTSUP, "--initrd" },
		{ "\x1f\x8b\x08", 3, -ENOTSUP, "gzip" },
		{ "\x27\x05\x19\x56", 4, -ENOTSUP, "uImage" },
		{ "\x7f"
		  "ELF",
		  4, -ENOTSUP, "ELF" },
		{ "hello", 5, -EINVAL, "68 65 6c 6c" },
		{ "", 0, -EINVAL, "not a known file system" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sample image = sample_zeros(65536);

		memcpy(image.data, cases[i].bytes, cases[i].len);
		refuse(*state, image, "", cases[i].err, cases[i].words);
	}
	refuse(*state, sample_zeros(0), "", -ENODATA, "empty");
}

static void test_rootfs_partition_table_refused(void **state)
{
	struct sample image = sample_zeros(IMAGE_SIZE);
	uint8_t *entry = image.data + 446;

	entry[4] = 0x83;
	put_le32(entry + 8, 64);
	put_le32(entry + 12, 1024);
	put_le16(image.data + 510, 0xaa55);
	put_le32(image.data + 440, 0x12345678);
	refuse(*state, image, "", -ENOTSUP, "partition table (dos)");
}

static void test_rootfs_squashfs_lzma_refused(void **state)
{
	struct sample image = squashfs_image();

	put_le16(image.data + 20, 2);
	refuse(*state, image, "", -ENOTSUP, "lzma");
}

static void test_rootfs_rw_refused_for_read_only_formats(void **state)
{
	refuse(*state, squashfs_image(), ",rw", -ENOTSUP, "cannot be written");
	refuse(*state, erofs_image(), ",rw", -ENOTSUP, "cannot be written");
}

static void test_rootfs_rw_excludes_other_openers(void **state)
{
	struct sample image = ext4_image();
	struct load_error why = { 0 };
	struct rootfs *first, *second;

	assert_int_equal(try(*state, &image, ",rw", &first, NULL), 0);
	assert_true(first->write);
	assert_null(first->options);
	assert_null(strstr(first->path, ",rw"));
	assert_int_equal(try(*state, &image, ",rw", &second, &why), -EBUSY);
	assert_non_null(strstr(why.text, "in use by another"));
	assert_int_equal(try(*state, &image, ",ro", &second, &why), -EBUSY);
	rootfs_close(first);
	assert_int_equal(try(*state, &image, ",ro", &first, NULL), 0);
	assert_int_equal(try(*state, &image, "", &second, NULL), 0);
	rootfs_close(second);
	assert_int_equal(try(*state, &image, ",rw", &second, NULL), -EBUSY);
	rootfs_close(first);
	assert_int_equal(try(*state, &image, ",rw", &first, NULL), 0);
	rootfs_close(first);
	free(image.data);
}

static void test_rootfs_missing_and_special_files(void **state)
{
	struct load_error why = { 0 };
	struct rootfs *rootfs;

	(void)state;
	assert_int_equal(rootfs_open("/nonexistent,rw", &rootfs, &why), -ENOENT);
	assert_string_equal(why.text, "No such file or directory");
	assert_int_equal(rootfs_open("/dev/null", &rootfs, &why), -EINVAL);
	assert_int_equal(rootfs_open("", &rootfs, &why), -ENOENT);
	assert_int_equal(rootfs_open(",rw", &rootfs, &why), -ENOENT);
	rootfs_close(NULL);
}

#define dir_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		dir_test(test_rootfs_image_type_by_content),
		dir_test(test_rootfs_directory),
		dir_test(test_rootfs_truncated_image_reports_missing_bytes),
		dir_test(test_rootfs_image_size_limits),
		dir_test(test_rootfs_truncated_anywhere_in_the_headers),
		dir_test(test_rootfs_unusable_formats_reported),
		dir_test(test_rootfs_partition_table_refused),
		dir_test(test_rootfs_squashfs_lzma_refused),
		dir_test(test_rootfs_rw_refused_for_read_only_formats),
		dir_test(test_rootfs_rw_excludes_other_openers),
		dir_test(test_rootfs_missing_and_special_files),
	};

	return cmocka_run_group_tests_name("rootfs", tests, NULL, NULL);
}
