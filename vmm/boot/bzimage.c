/* SPDX-License-Identifier: MIT */
#include "boot/bzimage.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define SECTOR ((size_t)512)

/* offsets in the file: boot.rst, section "The Real-Mode Kernel Header" */
#define OFF_SETUP_SECTS	       0x1f1
#define OFF_SYSSIZE	       0x1f4
#define OFF_BOOT_FLAG	       0x1fe
#define OFF_JUMP	       0x201
#define OFF_MAGIC	       0x202
#define OFF_VERSION	       0x206
#define OFF_KERNEL_VERSION     0x20e
#define OFF_LOADFLAGS	       0x211
#define OFF_INITRD_ADDR_MAX    0x22c
#define OFF_RELOCATABLE_KERNEL 0x234
#define OFF_XLOADFLAGS	       0x236
#define OFF_CMDLINE_SIZE       0x238
#define OFF_PAYLOAD_OFFSET     0x248
#define OFF_PAYLOAD_LENGTH     0x24c
#define OFF_PREF_ADDRESS       0x258
#define OFF_INIT_SIZE	       0x260
#define OFF_INIT_SIZE_END      0x264

#define BOOT_FLAG	    0xaa55
#define LOADED_HIGH	    (1u << 0)
#define PROTOCOL_2_12	    0x020c /* introduced xloadflags and the 64-bit entry */
#define PREF_ADDRESS_MIN    MIB(1)
#define PREF_ADDRESS_MAX    GIB(4)
#define SETUP_SECTS_IF_ZERO 4
#define CMDLINE_IF_ZERO	    255

bool bzimage_probe(const void *data, size_t len)
{
	const uint8_t *file = data;

	return len >= OFF_MAGIC + 4 && get_le16(file + OFF_BOOT_FLAG) == BOOT_FLAG &&
	       memcmp(file + OFF_MAGIC, "HdrS", 4) == 0;
}

/* check what the 64-bit entry requires; these fields exist in every protocol with the magic */
static int check_protocol(const uint8_t *file, size_t len, struct load_error *why)
{
	unsigned int protocol;

	if (len < OFF_INIT_SIZE_END)
		return load_error_fail(why, -ENODATA,
				       "truncated: the file ends inside the setup header");
	protocol = get_le16(file + OFF_VERSION);
	if (!(file[OFF_LOADFLAGS] & LOADED_HIGH))
		return load_error_fail(why, -ENOTSUP,
				       "an old x86 zImage that loads below 1 MiB; use a bzImage");
	if (protocol < PROTOCOL_2_12)
		return load_error_fail(
			why, -ENOTSUP,
			"boot protocol %u.%02u has no 64-bit entry; Linux 3.8 or later "
			"for x86_64 is needed",
			protocol >> 8, protocol & 0xff);
	if (!(get_le16(file + OFF_XLOADFLAGS) & BZIMAGE_XLF_KERNEL_64))
		return load_error_fail(why, -ENOTSUP,
				       "a 32-bit x86 kernel; an x86_64 kernel is needed");
	return 0;
}

static size_t setup_len(const uint8_t *file)
{
	unsigned int sectors = file[OFF_SETUP_SECTS];

	return ((sectors ? sectors : SETUP_SECTS_IF_ZERO) + 1) * SECTOR;
}

/* find the protected-mode part: it follows the setup sectors and has syssize paragraphs */
static int find_code(const uint8_t *file, size_t len, struct bzimage *image, struct load_error *why)
{
	uint64_t code_len = (uint64_t)get_le32(file + OFF_SYSSIZE) * 16;
	uint64_t whole = setup_len(file) + code_len;

	if (len < whole)
		return load_error_fail(why, -ENODATA, "truncated: %llu of %llu bytes are missing",
				       (unsigned long long)(whole - len),
				       (unsigned long long)whole);
	if (code_len <= BZIMAGE_ENTRY64)
		return load_error_fail(why, -EINVAL,
				       "the setup header is not followed by a kernel");
	image->code_offset = setup_len(file);
	image->code_len = code_len;
	return 0;
}

static int find_payload(const uint8_t *file, struct bzimage *image, struct load_error *why)
{
	uint32_t offset = get_le32(file + OFF_PAYLOAD_OFFSET);
	uint32_t len = get_le32(file + OFF_PAYLOAD_LENGTH);

	if (offset > image->code_len || len > image->code_len - offset)
		return load_error_fail(why, -EINVAL,
				       "the setup header places the payload outside the file");
	image->payload_offset = image->code_offset + offset;
	image->payload_len = len;
	return 0;
}

static int read_address(const uint8_t *file, struct bzimage *image, struct load_error *why)
{
	image->pref_address = get_le64(file + OFF_PREF_ADDRESS);
	image->init_size = get_le32(file + OFF_INIT_SIZE);
	image->relocatable = file[OFF_RELOCATABLE_KERNEL] != 0;
	if (image->pref_address < PREF_ADDRESS_MIN || image->pref_address >= PREF_ADDRESS_MAX)
		return load_error_fail(why, -EINVAL,
				       "the setup header has a bad load address, 0x%llx",
				       (unsigned long long)image->pref_address);
	if (image->init_size < image->code_len)
		return load_error_fail(
			why, -EINVAL,
			"the setup header requests less memory than the size of the file");
	return 0;
}

bool bzimage_release_char(uint8_t c)
{
	return c > ' ' && c <= '~' && c != '/';
}

/* "6.1.0-42-amd64 (debian@...) #1 SMP ...": kernel_version is relative to the end of the boot
 * sector
 */
static void read_release(const uint8_t *file, struct bzimage *image)
{
	size_t offset = get_le16(file + OFF_KERNEL_VERSION);
	size_t i, end = image->code_offset;

	if (offset == 0 || offset >= end - SECTOR)
		return;
	offset += SECTOR;
	for (i = 0; i < sizeof(image->release) - 1 && i < end - offset; i++) {
		if (!bzimage_release_char(file[offset + i]))
			break;
		image->release[i] = (char)file[offset + i];
	}
	/* the release becomes part of paths, so it must not be ".." */
	if (image->release[0] < '0' || image->release[0] > '9')
		i = 0;
	image->release[i] = '\0';
}

/* the operand of the jump at 0x200 is the end of the header, which later protocols may extend */
static void copy_header(const uint8_t *file, struct bzimage *image)
{
	size_t end = OFF_MAGIC + file[OFF_JUMP];

	if (end > BZIMAGE_HEADER_START + BZIMAGE_HEADER_MAX)
		end = BZIMAGE_HEADER_START + BZIMAGE_HEADER_MAX;
	image->header_len = end - BZIMAGE_HEADER_START;
	memcpy(image->header, file + BZIMAGE_HEADER_START, image->header_len);
}

int bzimage_parse(const void *data, size_t len, struct bzimage *ret_image, struct load_error *why)
{
	const uint8_t *file = data;
	struct bzimage image = { 0 };
	int err;

	if (!bzimage_probe(data, len))
		return load_error_fail(why, -ENOEXEC, "not an x86 kernel image");
	err = check_protocol(file, len, why);
	if (err < 0)
		return err;
	if (OFF_MAGIC + file[OFF_JUMP] < OFF_INIT_SIZE_END)
		return load_error_fail(why, -EINVAL, "the setup header ends before its own fields");
	err = find_code(file, len, &image, why);
	if (err < 0)
		return err;
	err = find_payload(file, &image, why);
	if (err < 0)
		return err;
	err = read_address(file, &image, why);
	if (err < 0)
		return err;
	copy_header(file, &image);
	read_release(file, &image);
	image.protocol = get_le16(file + OFF_VERSION);
	image.xloadflags = get_le16(file + OFF_XLOADFLAGS);
	image.cmdline_max = get_le32(file + OFF_CMDLINE_SIZE);
	if (image.cmdline_max == 0)
		image.cmdline_max = CMDLINE_IF_ZERO;
	image.initrd_max = get_le32(file + OFF_INITRD_ADDR_MAX);
	*ret_image = image;
	return 0;
}
