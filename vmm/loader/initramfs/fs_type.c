/* SPDX-License-Identifier: MIT */
#include "loader/initramfs/fs_type.h"

#include <blkid.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/io.h"

#define HEADER_SIZE 4096 /* all headers that are checked here end before */

/* by libblkid's name: what Linux needs to mount the file system; others need nothing special */
static const struct {
	const char *blkid;
	struct fs_type type;
} known[] = {
	/* ext4 also mounts ext2 and ext3; noload: do not replay the journal */
	{ "ext2", { "ext4", NULL, true, { "ext4" } } },
	{ "ext3", { "ext4", "noload", true, { "ext4" } } },
	{ "ext4", { "ext4", "noload", true, { "ext4" } } },
	{ "squashfs", { "squashfs", NULL, false, { "squashfs" } } },
	{ "erofs", { "erofs", NULL, false, { "erofs" } } },
	{ "cramfs", { "cramfs", NULL, false, { "cramfs" } } },
	{ "romfs", { "romfs", NULL, false, { "romfs" } } },
	{ "iso9660", { "iso9660", NULL, false, { "isofs" } } },
	{ "btrfs", { "btrfs", "rescue=nologreplay", true, { "btrfs" } } },
	{ "xfs", { "xfs", "norecovery", true, { "xfs" } } },
	{ "f2fs", { "f2fs", "norecovery", true, { "f2fs" } } },
	{ "vfat", { "vfat", NULL, true, { "vfat", "nls_cp437", "nls_ascii", "nls_utf8" } } },
};

#define UNPACK_IT     "; unpack it and use the directory"
#define NEEDS_FLASH   ", which needs a flash (MTD) device" UNPACK_IT
#define VENDOR_SQUASH "a vendor's squashfs variant, which Linux cannot mount" UNPACK_IT

/* recognised by libblkid, but not usable as a root */
static const struct {
	const char *blkid;
	const char *reason;
} refused[] = {
	{ "squashfs3", "a squashfs of version 3, which Linux no longer mounts" UNPACK_IT },
	{ "ubifs", "a UBIFS image" NEEDS_FLASH },
	{ "ubi", "a UBI image" NEEDS_FLASH },
	{ "jffs2", "a JFFS2 image" NEEDS_FLASH },
	{ "swap", "swap space" },
	{ "crypto_LUKS", "an encrypted volume" },
	{ "LVM2_member", "an LVM volume" },
};

/* not recognised by libblkid; at offset 0 */
static const struct {
	uint8_t len;
	uint8_t bytes[6];
	const char *reason;
} foreign[] = {
	{ 2, { 0x85, 0x19 }, "a JFFS2 image" NEEDS_FLASH },
	{ 2, { 0x19, 0x85 }, "a big-endian JFFS2 image" NEEDS_FLASH },
	{ 4, { 's', 'h', 's', 'q' }, VENDOR_SQUASH },
	{ 4, { 'q', 's', 'h', 's' }, VENDOR_SQUASH },
	{ 4, { 't', 'q', 's', 'h' }, VENDOR_SQUASH },
	{ 6,
	  { '0', '7', '0', '7', '0', '1' },
	  "a cpio archive; use it with --initrd, or unpack it" },
	{ 2, { 0x1f, 0x8b }, "compressed with gzip; decompress it first" },
	{ 6, { 0xfd, '7', 'z', 'X', 'Z', 0 }, "compressed with xz; decompress it first" },
	{ 4, { 0x28, 0xb5, 0x2f, 0xfd }, "compressed with zstd; decompress it first" },
	{ 4, { 0x27, 0x05, 0x19, 0x56 }, "a U-Boot uImage; extract the file system from it" },
	{ 4, { 0xd0, 0x0d, 0xfe, 0xed }, "a FIT image; extract the file system from it" },
	{ 4, { 0x7f, 'E', 'L', 'F' }, "an ELF file" },
};

/* The size of an image in bytes by its header; 0: not given, or not plausible */
static uint64_t ext_bytes(const uint8_t *header)
{
	const uint8_t *super = header + 1024;
	uint32_t log_block_size = get_le32(super + 0x18);
	uint64_t blocks = get_le32(super + 0x04);

	if (get_le32(super + 0x60) & 0x80) /* INCOMPAT_64BIT */
		blocks |= (uint64_t)get_le32(super + 0x150) << 32;
	if (log_block_size > 6)
		return 0;
	if (blocks > UINT64_MAX >> (10 + log_block_size))
		return UINT64_MAX;
	return blocks << (10 + log_block_size);
}

static uint64_t squashfs_bytes(const uint8_t *header)
{
	return get_le64(header + 40);
}

static uint64_t erofs_bytes(const uint8_t *header)
{
	const uint8_t *super = header + 1024;
	unsigned int log_block_size = super[12];

	return log_block_size > 16 ? 0 : (uint64_t)get_le32(super + 36) << log_block_size;
}

static uint64_t cramfs_bytes(const uint8_t *header)
{
	return get_le32(header + 4);
}

static uint64_t romfs_bytes(const uint8_t *header)
{
	return __builtin_bswap32(get_le32(header + 8));
}

static const struct {
	const char *blkid;
	uint64_t (*bytes)(const uint8_t *header);
} lengths[] = {
	{ "ext2", ext_bytes },		{ "ext3", ext_bytes },	    { "ext4", ext_bytes },
	{ "erofs", erofs_bytes },	{ "cramfs", cramfs_bytes }, { "romfs", romfs_bytes },
	{ "squashfs", squashfs_bytes },
};

static int check_whole(const char *blkid, const uint8_t *header, uint64_t size,
		       struct load_error *why)
{
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		uint64_t bytes;

		if (strcmp(lengths[i].blkid, blkid) != 0)
			continue;
		bytes = lengths[i].bytes(header);
		if (bytes <= size)
			return 0;
		return load_error_fail(
			why, -ENODATA, "truncated: %llu of %llu bytes of the %s are missing",
			(unsigned long long)(bytes - size), (unsigned long long)bytes, blkid);
	}
	return 0;
}

static int check_refused(const char *blkid, const uint8_t *header, struct load_error *why)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		if (strcmp(refused[i].blkid, blkid) == 0)
			return load_error_fail(why, -ENOTSUP, "%s", refused[i].reason);
	}
	/* squashfs compression id 2 is lzma; only vendor kernels support it */
	if (strcmp(blkid, "squashfs") == 0 && get_le16(header + 20) == 2)
		return load_error_fail(
			why, -ENOTSUP,
			"a squashfs compressed with lzma, which Linux cannot mount" UNPACK_IT);
	return 0;
}

static int refuse_unknown(const uint8_t *header, struct load_error *why)
{
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		if (memcmp(header, foreign[i].bytes, foreign[i].len) == 0)
			return load_error_fail(why, -ENOTSUP, "%s", foreign[i].reason);
	}
	return load_error_fail(why, -EINVAL,
			       "not a known file system image (it begins with %02x %02x %02x %02x)",
			       header[0], header[1], header[2], header[3]);
}

static void fill_type(const char *blkid, struct fs_type *ret_type)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (strcmp(known[i].blkid, blkid) == 0) {
			*ret_type = known[i].type;
			return;
		}
	}
	*ret_type = (struct fs_type){ .can_write = true };
	(void)snprintf(ret_type->name, sizeof(ret_type->name), "%s", blkid);
}

static int judge(blkid_probe probe, const uint8_t *header, uint64_t size, struct fs_type *ret_type,
		 struct load_error *why)
{
	const char *value;
	int err;

	if (blkid_probe_lookup_value(probe, "TYPE", &value, NULL) == 0) {
		err = check_refused(value, header, why);
		if (err == 0)
			err = check_whole(value, header, size, why);
		if (err == 0)
			fill_type(value, ret_type);
		return err;
	}
	if (blkid_probe_lookup_value(probe, "PTTYPE", &value, NULL) == 0)
		return load_error_fail(why, -ENOTSUP,
				       "a whole disk with a partition table (%s); extract the root "
				       "partition and use that",
				       value);
	return refuse_unknown(header, why);
}

static int probe_header(int fd, const uint8_t *header, uint64_t size, struct fs_type *ret_type,
			struct load_error *why)
{
	blkid_probe probe = blkid_new_probe();
	int err;

	if (!probe)
		return load_error_fail(why, -ENOMEM, "not enough host memory to read the image");
	blkid_probe_enable_superblocks(probe, 1);
	blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE);
	blkid_probe_enable_partitions(probe, 1);
	if (blkid_probe_set_device(probe, fd, 0, 0) < 0)
		err = load_error_fail(why, -EIO, "cannot be read");
	else if (blkid_do_safeprobe(probe) == -2)
		err = load_error_fail(why, -ENOTSUP, "has signatures of several file systems");
	else
		err = judge(probe, header, size, ret_type, why);
	blkid_free_probe(probe);
	return err;
}

int fs_type_probe(int fd, uint64_t size, struct fs_type *ret_type, struct load_error *why)
{
	uint8_t header[HEADER_SIZE] = { 0 };
	ssize_t n = io_pread_full(fd, header, sizeof(header), 0);

	if (n < 0)
		return load_error_fail(why, (int)n, "cannot be read: %s", strerror((int)-n));
	if (n == 0)
		return load_error_fail(why, -ENODATA, "the file is empty");
	return probe_header(fd, header, size, ret_type, why);
}
