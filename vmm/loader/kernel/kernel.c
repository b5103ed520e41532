/* SPDX-License-Identifier: MIT */
#include "loader/kernel/kernel.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/bytes.h"
#include "boot/arm64_image.h"
#include "boot/elf.h"
#include "loader/kernel/arm64_elf.h"
#include "loader/kernel/kernel_cache.h"
#include "loader/kernel/unpack.h"
#include "loader/kernel/zboot.h"
#include "loader/kernel/zimage_unpack.h"

#define FILE_MAX     GIB(1)
#define UNPACKED_MAX GIB(1)
/* end of a setup header; an ELF file with one segment is longer, too */
#define SHORTEST      0x264
#define TRAILER_MAX   4 /* a size may follow the compressed data */
#define OFF_BOOT_FLAG 0x1fe

/* formats that are recognised only for the error message */
static const struct {
	uint16_t offset;
	uint8_t bytes[4];
	const char *what;
} foreign[] = {
	{ 0x38, { 'A', 'R', 'M', 0x64 }, "an arm64 kernel image" },
	{ 0x38, { 'R', 'S', 'C', 0x05 }, "a RISC-V kernel image" },
	{ 0x24, { 0x18, 0x28, 0x6f, 0x01 }, "a 32-bit arm zImage" },
	{ 0x00, { 0x27, 0x05, 0x19, 0x56 }, "a U-Boot uImage" },
	{ 0x00, { 0xd0, 0x0d, 0xfe, 0xed }, "a device tree or a FIT image" },
	{ 0x04, { 'z', 'i', 'm', 'g' }, "an EFI zboot image" },
};

static const struct {
	uint16_t machine;
	const char *name;
} machines[] = {
	{ EM_386, "32-bit x86" }, { EM_X86_64, "x86_64" },	 { EM_ARM, "32-bit arm" },
	{ EM_AARCH64, "arm64" },  { EM_MIPS, "MIPS" },		 { EM_PPC, "PowerPC" },
	{ EM_PPC64, "PowerPC" },  { EM_RISCV, "RISC-V" },	 { EM_S390, "s390" },
	{ EM_SPARCV9, "SPARC" },  { EM_LOONGARCH, "LoongArch" },
};

static const char *machine_name(unsigned int machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (machines[i].machine == machine)
			return machines[i].name;
	}
	return "an unknown machine";
}

/* what the user should use instead */
static const char *needed_format(const struct kernel *kernel)
{
	return kernel->machine == EM_AARCH64 ? "an arm64 Image, vmlinux or a zImage"
					     : "a bzImage or vmlinux";
}

/* the banner in the kernel's data: "Linux version 6.1.0-42-amd64 (debian@...) ..." */
static void find_banner(struct kernel *kernel)
{
	static const char banner[] = "Linux version ";
	const uint8_t *at = kernel->data, *end = at + kernel->len;

	while ((at = memmem(at, (size_t)(end - at), banner, sizeof(banner) - 1))) {
		size_t i = 0;

		at += sizeof(banner) - 1;
		while (i < sizeof(kernel->release) - 1 && at + i < end &&
		       bzimage_release_char(at[i]))
			i++;
		/* printk() format strings contain the same words */
		if (i == 0 || at[0] < '0' || at[0] > '9')
			continue;
		memcpy(kernel->release, at, i);
		kernel->release[i] = '\0';
		return;
	}
}

static void release_bytes(struct kernel *kernel)
{
	free(take_ptr(kernel->owned));
	blob_done(&kernel->file);
}

static void take_plain(struct kernel *kernel, void *plain, size_t len)
{
	release_bytes(kernel);
	kernel->owned = plain;
	kernel->data = plain;
	kernel->len = len;
}

static int check_elf_file(const struct kernel *kernel, struct elf_image *ret_elf,
			  struct load_error *why)
{
	const uint8_t *ident = kernel->data;
	unsigned int machine = get_le16(ident + offsetof(Elf64_Ehdr, e_machine));
	int err = elf_parse(kernel->data, kernel->len, ret_elf);

	if (ident[EI_DATA] == ELFDATA2MSB)
		machine = (machine & 0xff) << 8 | machine >> 8;
	if (machine != kernel->machine)
		return load_error_fail(why, -ENOTSUP, "an ELF file for %s; an %s kernel is needed",
				       machine_name(machine), machine_name(kernel->machine));
	if (err == -ENODATA)
		return load_error_fail(why, err, "truncated: the file ends inside the ELF headers");
	if (err < 0)
		return load_error_fail(why, err, "an ELF file with a damaged header");
	if (ret_elf->type != ET_EXEC && ret_elf->type != ET_DYN)
		return load_error_fail(why, -ENOEXEC, "an ELF object file or module, not a kernel");
	return 0;
}

static int check_elf_segments(const struct elf_image *elf, struct load_error *why)
{
	unsigned int nr_loads = 0;

	for (unsigned int i = 0; i < elf->nr_segments; i++) {
		struct elf_segment s;
		int err = elf_segment(elf, i, &s);

		if (err == -ENODATA)
			return load_error_fail(
				why, err, "truncated: %llu bytes are missing",
				(unsigned long long)(s.offset + s.file_size - elf->len));
		if (err < 0)
			return load_error_fail(why, err,
					       "an ELF file with a damaged program header");
		nr_loads += s.type == PT_LOAD;
	}
	if (nr_loads == 0)
		return load_error_fail(why, -ENOEXEC, "an ELF file with nothing to load");
	return 0;
}

static int probe_arm64(struct kernel *kernel, struct load_error *why)
{
	struct arm64_image image;
	int err = arm64_image_parse(kernel->data, kernel->len, &image, why);

	if (err < 0)
		return err;
	kernel->format = KERNEL_FORMAT_ARM64;
	find_banner(kernel);
	return 0;
}

/* an arm64 vmlinux has virtual addresses, so it is converted to an Image first */
static int probe_arm64_elf(struct kernel *kernel, const struct elf_image *elf,
			   struct load_error *why)
{
	void *plain;
	size_t len;
	int err = arm64_elf_flatten(elf, UNPACKED_MAX, &plain, &len, why);

	if (err < 0)
		return err;
	take_plain(kernel, plain, len);
	return probe_arm64(kernel, why);
}

static int probe_elf(struct kernel *kernel, struct load_error *why)
{
	struct elf_image elf;
	int err = check_elf_file(kernel, &elf, why);

	if (err < 0)
		return err;
	err = check_elf_segments(&elf, why);
	if (err < 0)
		return err;
	if (elf.machine == EM_AARCH64)
		return probe_arm64_elf(kernel, &elf, why);
	kernel->format = KERNEL_FORMAT_ELF;
	find_banner(kernel);
	return 0;
}

static int probe_bzimage(struct kernel *kernel, struct load_error *why)
{
	int err;

	if (kernel->machine != EM_X86_64)
		return load_error_fail(why, -ENOTSUP, "an x86 bzImage; %s is needed",
				       needed_format(kernel));
	err = bzimage_parse(kernel->data, kernel->len, &kernel->bzimage, why);
	if (err < 0)
		return err;
	kernel->format = KERNEL_FORMAT_BZIMAGE;
	memcpy(kernel->release, kernel->bzimage.release, sizeof(kernel->release));
	return 0;
}

/* use the copy in the kernel cache, if its size is the one that the zImage announces */
static bool take_cached(struct kernel *kernel, const char *key)
{
	struct blob file;

	if (kernel_cache_get(kernel->store, key, &file) < 0)
		return false;
	if (file.len != kernel->zimage.unpacked_len) {
		blob_done(&file);
		return false;
	}
	release_bytes(kernel);
	kernel->file = file;
	kernel->data = file.data;
	kernel->len = file.len;
	return true;
}

static int unpack_zimage(struct kernel *kernel)
{
	char key[KERNEL_CACHE_KEY_SIZE];
	bool has_key = kernel->store &&
		       kernel_cache_key(kernel->data, kernel->zimage.packed_end, key) == 0;
	auto_free void *plain = NULL;
	size_t len;
	int err;

	if (has_key && take_cached(kernel, key))
		return 0;
	err = zimage_unpack(kernel->data, &kernel->zimage, &plain, &len);
	if (err < 0)
		return err;
	/* the next boot is faster with a cached copy; this boot works without one, too */
	if (has_key && kernel_cache_put(kernel->store, key, plain, len) == 0 &&
	    take_cached(kernel, key))
		return 0;
	take_plain(kernel, take_ptr(plain), len);
	return 0;
}

/* unpack the zImage on the host if possible; else its own code unpacks it in the guest */
static int probe_zimage(struct kernel *kernel, struct load_error *why)
{
	int err = zimage_parse(kernel->data, kernel->len, &kernel->zimage, why);

	if (err < 0)
		return err;
	kernel->machine = EM_ARM;
	kernel->format = KERNEL_FORMAT_ZIMAGE;
	if (!kernel->zimage.text_offset)
		return 0;
	err = unpack_zimage(kernel);
	if (err == -ENOMEM)
		return load_error_fail(why, err, "not enough host memory to unpack the zImage");
	if (err < 0)
		return 0;
	kernel->format = KERNEL_FORMAT_ARM;
	find_banner(kernel);
	return 0;
}

static int refuse_foreign(const struct kernel *kernel, struct load_error *why)
{
	const uint8_t *d = kernel->data;

	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		if (memcmp(d + foreign[i].offset, foreign[i].bytes, sizeof(foreign[i].bytes)) == 0)
			return load_error_fail(why, -ENOTSUP, "%s; %s is needed", foreign[i].what,
					       needed_format(kernel));
	}
	if (get_le16(d + OFF_BOOT_FLAG) == 0xaa55)
		return load_error_fail(why, -ENOEXEC, "a boot sector or disk image, not a kernel");
	return load_error_fail(why, -ENOEXEC,
			       "not a known kernel image (it begins with %02x %02x %02x %02x)",
			       d[0], d[1], d[2], d[3]);
}

static int unpack_failed(enum unpack_format format, int err, struct load_error *why)
{
	const char *name = unpack_format_name(format);

	if (err == -EFBIG)
		return load_error_fail(why, err, "its %s data unpacks to more than %llu MiB", name,
				       (unsigned long long)(UNPACKED_MAX >> 20));
	if (err == -ENODATA)
		return load_error_fail(why, err, "truncated: its %s data ends too early", name);
	if (err == -ENOMEM)
		return load_error_fail(why, err, "not enough host memory to unpack its %s data",
				       name);
	return load_error_fail(why, err, "its %s data is damaged", name);
}

/* unpack @part, and use the result in place of the file */
static int replace(struct kernel *kernel, const struct zboot *part, struct load_error *why)
{
	const uint8_t *packed = kernel->data + part->offset;
	void *plain;
	size_t len;
	int err = unpack(packed, part->len, TRAILER_MAX, UNPACKED_MAX, &plain, &len);

	if (err < 0)
		return unpack_failed(unpack_probe(packed, part->len), err, why);
	take_plain(kernel, plain, len);
	return 0;
}

static int unwrap_zboot(struct kernel *kernel, struct load_error *why)
{
	struct zboot zboot;
	int err = zboot_parse(kernel->data, kernel->len, &zboot, why);

	if (err < 0)
		return err;
	if (unpack_probe(kernel->data + zboot.offset, zboot.len) == UNPACK_NONE)
		return load_error_fail(why, -ENOTSUP,
				       "an EFI zboot image with an unknown compression");
	return replace(kernel, &zboot, why);
}

/* unpack a file that was compressed as a whole, then an EFI zboot image */
static int unwrap(struct kernel *kernel, struct load_error *why)
{
	const struct zboot all = { .offset = 0, .len = kernel->len };
	int err = 0;

	if (unpack_probe(kernel->data, kernel->len) != UNPACK_NONE)
		err = replace(kernel, &all, why);
	if (err == 0 && kernel->machine == EM_AARCH64 && zboot_probe(kernel->data, kernel->len))
		err = unwrap_zboot(kernel, why);
	return err;
}

static int probe(struct kernel *kernel, struct load_error *why)
{
	int err;

	if (kernel->len == 0)
		return load_error_fail(why, -ENODATA, "the file is empty");
	err = unwrap(kernel, why);
	if (err < 0)
		return err;
	if (kernel->len < SHORTEST)
		return load_error_fail(why, -ENODATA, "%zu bytes are too few for a kernel",
				       kernel->len);
	if (bzimage_probe(kernel->data, kernel->len))
		return probe_bzimage(kernel, why);
	if (memcmp(kernel->data, ELFMAG, SELFMAG) == 0)
		return probe_elf(kernel, why);
	if (kernel->machine == EM_AARCH64 && arm64_image_probe(kernel->data, kernel->len))
		return probe_arm64(kernel, why);
	if (kernel->machine == EM_AARCH64 && zimage_probe(kernel->data, kernel->len))
		return probe_zimage(kernel, why);
	return refuse_foreign(kernel, why);
}

static int probe_bytes(struct kernel *kernel, struct kernel **ret_kernel, struct load_error *why)
{
	int err = probe(kernel, why);

	kernel->store = NULL;
	if (err < 0) {
		kernel_close(kernel);
		return err;
	}
	*ret_kernel = kernel;
	return 0;
}

int kernel_probe(uint8_t *data, size_t len, unsigned int machine, struct kernel **ret_kernel,
		 struct load_error *why)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));

	if (!kernel) {
		free(data);
		return load_error_fail(why, -ENOMEM,
				       "not enough host memory to look at the kernel");
	}
	kernel->machine = machine;
	kernel->file = BLOB_NONE;
	kernel->owned = data;
	kernel->data = data;
	kernel->len = len;
	return probe_bytes(kernel, ret_kernel, why);
}

static int map_file(const char *path, struct blob *ret_file)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct blob file;
	int err = fd < 0 ? -errno : blob_map(fd, &file);

	if (err < 0)
		return err;
	if (file.len > FILE_MAX) {
		blob_done(&file);
		return -EFBIG;
	}
	*ret_file = file;
	return 0;
}

int kernel_open(const char *path, unsigned int machine, const char *store,
		struct kernel **ret_kernel, struct load_error *why)
{
	struct kernel *kernel = calloc(1, sizeof(*kernel));
	int err;

	if (!kernel)
		return load_error_fail(why, -ENOMEM,
				       "not enough host memory to look at the kernel");
	kernel->machine = machine;
	kernel->file = BLOB_NONE;
	kernel->store = store;
	err = map_file(path, &kernel->file);
	if (err < 0) {
		kernel_close(kernel);
		return load_error_fail(why, err, "%s", strerror(-err));
	}
	kernel->data = kernel->file.data;
	kernel->len = kernel->file.len;
	return probe_bytes(kernel, ret_kernel, why);
}

void kernel_close(struct kernel *kernel)
{
	if (!kernel)
		return;
	release_bytes(kernel);
	free(kernel);
}
