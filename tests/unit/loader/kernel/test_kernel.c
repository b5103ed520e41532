/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/bytes.h"
#include "loader/kernel/kernel.h"
#include "samples.h"

#define RAM_SIZE MIB(64)

static const struct kernel_options direct = { .kaslr = false }, kaslr = { .kaslr = true };

static struct guest_mem *make_ram(uint64_t size)
{
	struct guest_mem *mem;

	assert_int_equal(mem_create(&mem), 0);
	assert_int_equal(mem_add_ram(mem, GPA(0), size), 0);
	return mem;
}

static int probe(const struct sample *s, struct kernel **ret_kernel, struct load_error *why)
{
	return kernel_probe(sample_copy(s, s->len).data, s->len, EM_X86_64, ret_kernel, why);
}

static int unpack_and_load(const struct kernel *kernel, const struct kernel_options *options,
			   struct guest_mem *mem, struct kernel_entry *ret_entry,
			   struct load_error *why)
{
	struct kernel_image image;
	int err = kernel_unpack(kernel, options, &image, why);

	if (err < 0)
		return err;
	err = kernel_load(&image, mem, ret_entry, why);
	kernel_image_done(&image);
	return err;
}

static void assert_says(const struct load_error *why, const char *words)
{
	if (strstr(why->text, words))
		return;
	print_error("the message is '%s'\n", why->text);
	fail();
}

static void assert_refused(const struct sample *s, int err, const char *words)
{
	struct load_error why = { 0 };
	struct kernel *kernel;

	assert_int_equal(probe(s, &kernel, &why), err);
	assert_says(&why, words);
}

static void assert_not_loaded(const struct sample *s, const struct kernel_options *options, int err,
			      const char *words)
{
	struct guest_mem *mem = make_ram(RAM_SIZE);
	struct load_error why = { 0 };
	struct kernel_entry entry;
	struct kernel *kernel;

	assert_int_equal(probe(s, &kernel, NULL), 0);
	assert_int_equal(unpack_and_load(kernel, options, mem, &entry, &why), err);
	assert_says(&why, words);
	kernel_close(kernel);
	mem_destroy(mem);
}

static void load(const struct sample *s, const struct kernel_options *options,
		 struct guest_mem *mem, struct kernel_entry *ret_entry)
{
	struct kernel *kernel;

	assert_int_equal(probe(s, &kernel, NULL), 0);
	assert_int_equal(unpack_and_load(kernel, options, mem, ret_entry, NULL), 0);
	kernel_close(kernel);
}

static void check_elf_in_ram(const struct guest_mem *mem, const struct kernel_entry *entry)
{
	struct sample elf = sample_elf();
	const uint8_t *ram = mem_slice(mem, GPA(SAMPLE_ELF_PADDR), SAMPLE_ELF_MEM_LEN);

	assert_int_equal(entry->load_end.value, SAMPLE_ELF_PADDR + SAMPLE_ELF_MEM_LEN);
	assert_memory_equal(ram, elf.data + SAMPLE_ELF_CODE, SAMPLE_ELF_CODE_LEN);
	for (size_t i = SAMPLE_ELF_CODE_LEN; i < SAMPLE_ELF_MEM_LEN; i++)
		assert_int_equal(ram[i], 0);
	free(elf.data);
}

static void test_kernel_payload_all_compressions_enter_by_pvh(void **state)
{
	static const enum unpack_format formats[] = { UNPACK_GZIP, UNPACK_LZ4_LEGACY, UNPACK_ZSTD,
						      UNPACK_XZ };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct sample s = sample_kernel(formats[i]);
		struct guest_mem *mem = make_ram(RAM_SIZE);
		struct kernel_entry entry;

		/* bss is cleared even if the memory was used before */
		memset(mem_slice(mem, GPA(SAMPLE_ELF_PADDR), MIB(1)), 0xaa, MIB(1));
		load(&s, &direct, mem, &entry);
		assert_int_equal(entry.protocol, KERNEL_PVH);
		assert_int_equal(entry.entry.value, SAMPLE_ELF_PVH);
		assert_int_equal(entry.cmdline_max, 2047);
		assert_int_equal(entry.initrd_max, 0x7fffffff);
		check_elf_in_ram(mem, &entry);
		mem_destroy(mem);
		free(s.data);
	}
}

static void test_kernel_without_pvh_note_enters_by_64_bit_protocol(void **state)
{
	struct sample s = sample_elf();
	struct guest_mem *mem = make_ram(RAM_SIZE);
	struct kernel_entry entry;

	(void)state;
	s.data[SAMPLE_ELF_NOTE + 12] = 'x';
	load(&s, &direct, mem, &entry);
	assert_int_equal(entry.protocol, KERNEL_LINUX64);
	assert_int_equal(entry.entry.value, SAMPLE_ELF_ENTRY);
	assert_memory_equal(entry.setup_header + (0x202 - BZIMAGE_HEADER_START), "HdrS", 4);
	assert_int_equal(get_le16(entry.setup_header + (0x1fe - BZIMAGE_HEADER_START)), 0xaa55);
	check_elf_in_ram(mem, &entry);
	mem_destroy(mem);
	free(s.data);
}

static void check_decompressor(const struct sample *s, const struct kernel_options *options)
{
	struct guest_mem *mem = make_ram(RAM_SIZE);
	struct kernel_entry entry;
	size_t code_len = s->len - SAMPLE_BZ_CODE;

	load(s, options, mem, &entry);
	assert_int_equal(entry.protocol, KERNEL_LINUX64);
	assert_int_equal(entry.entry.value, SAMPLE_BZ_PREF + BZIMAGE_ENTRY64);
	assert_int_equal(entry.load_end.value, SAMPLE_BZ_PREF + SAMPLE_BZ_INIT_SIZE);
	assert_memory_equal(mem_slice(mem, GPA(SAMPLE_BZ_PREF), code_len), s->data + SAMPLE_BZ_CODE,
			    code_len);
	assert_memory_equal(entry.setup_header, s->data + BZIMAGE_HEADER_START,
			    entry.setup_header_len);
	mem_destroy(mem);
}

static void test_kernel_with_kaslr_or_unknown_payload_unpacks_itself(void **state)
{
	struct sample s = sample_kernel(UNPACK_ZSTD);

	(void)state;
	check_decompressor(&s, &kaslr);
	memcpy(s.data + SAMPLE_BZ_CODE + SAMPLE_BZ_HEAD, "BZh9", 4);
	check_decompressor(&s, &direct);
	put_le32(s.data + 0x24c, 0); /* no payload */
	check_decompressor(&s, &direct);
	put_le32(s.data + 0x24c, 3);
	check_decompressor(&s, &direct);
	free(s.data);
}

/* bytes from SAMPLE_ELF_CODE on: two whole pages, and two partial ones */
#define LONG_CODE (3 * MEM_PAGE_SIZE)

/* a kernel larger than a page, at @paddr */
static struct sample make_long_elf(uint64_t paddr)
{
	struct sample elf = sample_elf(), more = sample_bytes(LONG_CODE - SAMPLE_ELF_CODE_LEN);

	sample_append(&elf, more.data, more.len);
	free(more.data);
	put_le64(elf.data + SAMPLE_ELF_LOAD + 24, paddr);
	put_le64(elf.data + SAMPLE_ELF_LOAD + 32, LONG_CODE);
	put_le64(elf.data + SAMPLE_ELF_LOAD + 40, 2 * LONG_CODE);
	put_le32(elf.data + SAMPLE_ELF_NOTE + 16, (uint32_t)paddr);
	return elf;
}

static void check_long_elf(const struct guest_mem *mem, const struct sample *elf, uint64_t paddr)
{
	const uint8_t *ram = mem_slice(mem, GPA(paddr - 1), 2 * LONG_CODE + 2);

	assert_int_equal(ram[0], 0xaa);
	assert_memory_equal(ram + 1, elf->data + SAMPLE_ELF_CODE, LONG_CODE);
	for (size_t i = LONG_CODE; i < 2 * LONG_CODE; i++)
		assert_int_equal(ram[1 + i], 0);
	assert_int_equal(ram[1 + 2 * LONG_CODE], 0xaa);
}

/* Return: number of pages of @mem's first slot are mapped from a file below @dir */
static uint64_t count_mapped_pages(const struct guest_mem *mem, const char *dir)
{
	auto_free char *line = NULL;
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long long start, end;
	uint64_t nr_pages = 0;
	size_t size = 0, nr;
	const struct mem_slot *slots = mem_slots(mem, &nr);

	assert_non_null(maps);
	while (getline(&line, &size, maps) > 0) {
		if (!strstr(line, dir) || sscanf(line, "%llx-%llx", &start, &end) != 2)
			continue;
		if (start >= (uintptr_t)slots->host && start < (uintptr_t)slots->host + slots->size)
			nr_pages += (end - start) / MEM_PAGE_SIZE;
	}
	fclose(maps);
	return nr_pages;
}

/* load a kernel from the cache twice; the second guest does not see what the first one wrote */
static void check_store(uint64_t paddr, bool huge_pages, uint64_t nr_mapped)
{
	struct sample elf = make_long_elf(paddr), packed = sample_pack(UNPACK_ZSTD, &elf);
	struct sample s = sample_bzimage(&packed, (uint32_t)elf.len);
	char *dir = sample_dir();
	struct kernel_options options = { .store = dir };

	/* disable huge pages, also on a host that enables them for all processes */
	assert_int_equal(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
	for (int i = 0; i < 2; i++) {
		struct guest_mem *mem = make_ram(RAM_SIZE);
		struct kernel_entry entry;
		uint8_t *ram = mem_slice(mem, GPA(0), RAM_SIZE);

		if (huge_pages)
			mem_use_huge_pages(mem);
		memset(ram + SAMPLE_ELF_PADDR - MEM_PAGE_SIZE, 0xaa, MIB(1));
		load(&s, &options, mem, &entry);
		check_long_elf(mem, &elf, paddr);
		assert_int_equal(count_mapped_pages(mem, dir), nr_mapped);
		memset(ram + paddr, 0xee, LONG_CODE);
		mem_destroy(mem);
	}
	sample_remove(dir);
	free(s.data);
	free(packed.data);
	free(elf.data);
}

static void test_kernel_in_cache_mapped_if_page_aligned(void **state)
{
	(void)state;
	check_store(SAMPLE_ELF_PADDR + SAMPLE_ELF_CODE, false, 2);
	check_store(SAMPLE_ELF_PADDR + SAMPLE_ELF_CODE, true, 0);
	check_store(SAMPLE_ELF_PADDR, false, 0);
	check_store(SAMPLE_ELF_PADDR + SAMPLE_ELF_CODE + 1, false, 0);
}

static void test_kernel_without_cache_is_copied(void **state)
{
	struct sample elf = make_long_elf(SAMPLE_ELF_PADDR + SAMPLE_ELF_CODE);
	struct guest_mem *mem = make_ram(RAM_SIZE);
	struct kernel_entry entry;

	(void)state;
	assert_int_equal(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
	load(&elf, &direct, mem, &entry);
	assert_int_equal(count_mapped_pages(mem, "memfd:"), 0);
	mem_destroy(mem);
	free(elf.data);
}

static void test_kernel_release_from_header_and_banner(void **state)
{
	struct sample image = sample_kernel(UNPACK_GZIP), elf = sample_elf();
	struct kernel *kernel;

	(void)state;
	assert_int_equal(probe(&image, &kernel, NULL), 0);
	assert_int_equal(kernel->format, KERNEL_FORMAT_BZIMAGE);
	assert_string_equal(kernel->release, SAMPLE_RELEASE);
	kernel_close(kernel);
	assert_int_equal(probe(&elf, &kernel, NULL), 0);
	assert_int_equal(kernel->format, KERNEL_FORMAT_ELF);
	assert_string_equal(kernel->release, SAMPLE_RELEASE);
	kernel_close(kernel);
	free(image.data);
	free(elf.data);
}

static void test_kernel_banner_at_end_of_file(void **state)
{
	static const char banner[] = "Linux version 6";
	struct sample elf = sample_elf();
	struct kernel *kernel;

	(void)state;
	memset(elf.data + SAMPLE_ELF_CODE, 0x90, SAMPLE_ELF_CODE_LEN);
	memcpy(elf.data + elf.len - strlen(banner), banner, strlen(banner));
	assert_int_equal(probe(&elf, &kernel, NULL), 0);
	assert_string_equal(kernel->release, "6");
	kernel_close(kernel);
	elf.data[elf.len - 1] = 'x';
	assert_int_equal(probe(&elf, &kernel, NULL), 0);
	assert_string_equal(kernel->release, "");
	kernel_close(kernel);
	free(elf.data);
}

static void test_kernel_compressed_file_is_unpacked(void **state)
{
	struct sample elf = sample_elf(), image = sample_kernel(UNPACK_XZ);
	struct sample packed[] = { sample_pack(UNPACK_GZIP, &elf),
				   sample_pack(UNPACK_GZIP, &image) };
	struct kernel *kernel;

	(void)state;
	assert_int_equal(probe(&packed[0], &kernel, NULL), 0);
	assert_int_equal(kernel->format, KERNEL_FORMAT_ELF);
	kernel_close(kernel);
	assert_int_equal(probe(&packed[1], &kernel, NULL), 0);
	assert_int_equal(kernel->format, KERNEL_FORMAT_BZIMAGE);
	kernel_close(kernel);
	packed[0].len -= 9;
	assert_refused(&packed[0], -ENODATA, "truncated");
	packed[1].data[packed[1].len - 6] ^= 1; /* the checksum */
	assert_refused(&packed[1], -EBADMSG, "damaged");
	free(packed[0].data);
	free(packed[1].data);
	free(elf.data);
	free(image.data);
}

static void test_kernel_foreign_formats_reported(void **state)
{
	static const struct {
		size_t offset;
		uint8_t bytes[4];
		int err;
		const char *words;
	} cases[] = {
		{ 0x38, { 'A', 'R', 'M', 0x64 }, -ENOTSUP, "arm64" },
		{ 0x24, { 0x18, 0x28, 0x6f, 0x01 }, -ENOTSUP, "32-bit arm" },
		{ 0x00, { 0x27, 0x05, 0x19, 0x56 }, -ENOTSUP, "uImage" },
		{ 0x00, { 0xd0, 0x0d, 0xfe, 0xed }, -ENOTSUP, "FIT" },
		{ 0x04, { 'z', 'i', 'm', 'g' }, -ENOTSUP, "zboot" },
		{ 0x1fe, { 0x55, 0xaa, 0, 0 }, -ENOEXEC, "boot sector" },
		{ 0x00, { 'h', 'e', 'l', 'l' }, -ENOEXEC, "68 65 6c 6c" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sample s = sample_zeros(4096);

		memcpy(s.data + cases[i].offset, cases[i].bytes, 4);
		assert_refused(&s, cases[i].err, cases[i].words);
		free(s.data);
	}
}

static void test_kernel_empty_and_short_files(void **state)
{
	struct sample s = sample_kernel(UNPACK_XZ);

	(void)state;
	for (size_t len = 0; len < SAMPLE_BZ_CODE; len++) {
		struct sample cut = { .data = s.data, .len = len };

		assert_refused(&cut, -ENODATA, len == 0 ? "empty" : "");
	}
	free(s.data);
}

static void test_kernel_elf_for_other_machine_reported(void **state)
{
	struct sample s = sample_elf();

	(void)state;
	put_le16(s.data + 18, EM_AARCH64);
	assert_refused(&s, -ENOTSUP, "arm64");
	put_le16(s.data + 18, 0x0800); /* EM_MIPS in big endian */
	s.data[EI_CLASS] = ELFCLASS32;
	s.data[EI_DATA] = ELFDATA2MSB;
	assert_refused(&s, -ENOTSUP, "MIPS");
	put_le16(s.data + 18, 0x7777);
	assert_refused(&s, -ENOTSUP, "unknown machine");
	free(s.data);
}

static void test_kernel_elf_not_a_kernel_refused(void **state)
{
	struct sample s = sample_elf();

	(void)state;
	put_le16(s.data + 16, ET_REL);
	assert_refused(&s, -ENOEXEC, "module");
	put_le16(s.data + 16, ET_EXEC);
	put_le32(s.data + SAMPLE_ELF_LOAD, PT_NULL);
	assert_refused(&s, -ENOEXEC, "nothing to load");
	put_le32(s.data + SAMPLE_ELF_LOAD, PT_LOAD);
	s.len -= 7;
	assert_refused(&s, -ENODATA, "7 bytes are missing");
	free(s.data);
}

static void test_kernel_elf_bad_addresses_refused(void **state)
{
	struct sample s = sample_elf();
	uint8_t *load_header = s.data + SAMPLE_ELF_LOAD;

	(void)state;
	put_le32(s.data + SAMPLE_ELF_NOTE + 16, SAMPLE_ELF_PADDR - 1);
	assert_not_loaded(&s, &direct, -EINVAL, "entry point");
	put_le32(s.data + SAMPLE_ELF_NOTE + 16, SAMPLE_ELF_PADDR + SAMPLE_ELF_CODE_LEN);
	assert_not_loaded(&s, &direct, -EINVAL, "entry point");
	put_le32(s.data + SAMPLE_ELF_NOTE + 4, 7);
	assert_not_loaded(&s, &direct, -EINVAL, "PVH note");
	put_le32(s.data + SAMPLE_ELF_NOTE + 4, 4);
	put_le32(s.data + SAMPLE_ELF_NOTE + 16, SAMPLE_ELF_PVH);
	put_le64(load_header + 40, GIB(4));
	assert_not_loaded(&s, &direct, -EINVAL, "requires memory");
	put_le64(load_header + 40, UINT64_MAX - SAMPLE_ELF_PADDR);
	assert_not_loaded(&s, &direct, -EINVAL, "requires memory");
	put_le64(load_header + 40, SAMPLE_ELF_MEM_LEN);
	put_le64(load_header + 24, 0x8000);
	put_le32(s.data + SAMPLE_ELF_NOTE + 16, 0x8010);
	assert_not_loaded(&s, &direct, -EINVAL, "below 1 MiB");
	assert_not_loaded(&s, &kaslr, -ENOTSUP, "KASLR");
	free(s.data);
}

static void test_kernel_damaged_payload_is_an_error(void **state)
{
	struct sample s = sample_kernel(UNPACK_XZ);
	uint32_t payload_len = get_le32(s.data + 0x24c);
	uint8_t *size = s.data + SAMPLE_BZ_CODE + SAMPLE_BZ_HEAD + payload_len - 4;

	(void)state;
	put_le32(size, SAMPLE_ELF_LEN + 1); /* the appended size is wrong */
	assert_not_loaded(&s, &direct, -EBADMSG, "payload");
	put_le32(size, SAMPLE_ELF_LEN - 1);
	assert_not_loaded(&s, &direct, -EFBIG, "payload");
	put_le32(size, SAMPLE_ELF_LEN);
	s.data[SAMPLE_BZ_CODE + SAMPLE_BZ_HEAD + payload_len / 2] ^= 0x40;
	assert_not_loaded(&s, &direct, -EBADMSG, "xz payload");
	free(s.data);
}

static void test_kernel_payload_not_elf_is_an_error(void **state)
{
	struct sample plain = sample_bytes(5000), packed = sample_pack(UNPACK_ZSTD, &plain);
	struct sample s = sample_bzimage(&packed, 5000);

	(void)state;
	assert_not_loaded(&s, &direct, -ENOEXEC, "damaged");
	free(s.data);
	free(packed.data);
	free(plain.data);
}

static void check_need(const struct sample *s, const struct kernel_options *options, uint64_t need)
{
	struct guest_mem *mem = make_ram(need - MEM_PAGE_SIZE);
	struct load_error why = { 0 };
	struct kernel_entry entry;
	struct kernel *kernel;

	assert_int_equal(probe(s, &kernel, NULL), 0);
	assert_int_equal(unpack_and_load(kernel, options, mem, &entry, &why), -ENOMEM);
	assert_int_equal(why.need_bytes, need);
	mem_destroy(mem);
	mem = make_ram(why.need_bytes);
	assert_int_equal(unpack_and_load(kernel, options, mem, &entry, &why), 0);
	mem_destroy(mem);
	kernel_close(kernel);
}

static void test_kernel_too_little_ram_reports_needed_bytes(void **state)
{
	struct sample s = sample_kernel(UNPACK_LZ4_LEGACY);

	(void)state;
	check_need(&s, &direct, SAMPLE_ELF_PADDR + SAMPLE_ELF_MEM_LEN);
	check_need(&s, &kaslr, SAMPLE_BZ_PREF + SAMPLE_BZ_INIT_SIZE);
	put_le32(s.data + 0x260, UINT32_MAX); /* init_size */
	assert_not_loaded(&s, &kaslr, -EINVAL, "requires memory");
	free(s.data);
}

/* an image may come from another process, so none of its fields is trusted */
static void test_kernel_inconsistent_image_refused(void **state)
{
	static const uint8_t code[MEM_PAGE_SIZE];
	struct kernel_image good = { .format = KERNEL_FORMAT_BZIMAGE,
				     .pref_address = MIB(16),
				     .init_size = MEM_PAGE_SIZE,
				     .file = { .fd = -1, .data = code, .len = sizeof(code) } };
	struct guest_mem *mem = make_ram(RAM_SIZE);
	struct kernel_image image = good;
	struct kernel_entry entry;

	(void)state;
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), 0);
	image.setup_header_len = sizeof(image.setup_header) + 1;
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), -EINVAL);
	image = good;
	image.init_size = sizeof(code) - 1;
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), -EINVAL);
	image = good;
	image.pref_address = UINT64_MAX - MEM_PAGE_SIZE + 1;
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), -EINVAL);
	image.format = KERNEL_FORMAT_NONE;
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), -EINVAL);
	image.format = KERNEL_FORMAT_ELF;
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), -ENOEXEC);
	image.file = BLOB_NONE;
	assert_int_equal(kernel_load(&image, mem, &entry, NULL), -ENOEXEC);
	mem_destroy(mem);
}

static void test_kernel_open_reads_file_and_reports_errors(void **state)
{
	struct sample s = sample_kernel(UNPACK_XZ);
	char *path = sample_write(s.data, s.len);
	struct load_error why = { 0 };
	struct kernel *kernel;

	(void)state;
	assert_int_equal(kernel_open(path, EM_X86_64, NULL, &kernel, &why), 0);
	kernel_close(kernel);
	assert_int_equal(kernel_open("/nonexistent/kernel", EM_X86_64, NULL, &kernel, &why),
			 -ENOENT);
	assert_string_equal(why.text, "No such file or directory");
	assert_int_equal(kernel_open("/", EM_X86_64, NULL, &kernel, &why), -EISDIR);
	unlink(path);
	free(path);
	free(s.data);
	kernel_close(NULL);
}

static void test_kernel_debian_loads(void **state)
{
	const char *dir = sample_kernel_dir();
	char path[4200];
	struct guest_mem *mem;
	struct kernel_entry entry;
	struct kernel *kernel;

	(void)state;
	if (!dir) {
		print_message("SKIP: no kernel in the cache; run scripts/fetch-kernel\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/vmlinuz", dir);
	mem = make_ram(MIB(256));
	assert_int_equal(kernel_open(path, EM_X86_64, NULL, &kernel, NULL), 0);
	assert_int_not_equal(kernel->release[0], '\0');
	assert_int_equal(unpack_and_load(kernel, &direct, mem, &entry, NULL), 0);
	assert_int_equal(entry.protocol, KERNEL_PVH);
	assert_int_equal(unpack_and_load(kernel, &kaslr, mem, &entry, NULL), 0);
	assert_int_equal(entry.protocol, KERNEL_LINUX64);
	kernel_close(kernel);
	mem_destroy(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_payload_all_compressions_enter_by_pvh),
		cmocka_unit_test(test_kernel_without_pvh_note_enters_by_64_bit_protocol),
		cmocka_unit_test(test_kernel_with_kaslr_or_unknown_payload_unpacks_itself),
		cmocka_unit_test(test_kernel_in_cache_mapped_if_page_aligned),
		cmocka_unit_test(test_kernel_without_cache_is_copied),
		cmocka_unit_test(test_kernel_release_from_header_and_banner),
		cmocka_unit_test(test_kernel_banner_at_end_of_file),
		cmocka_unit_test(test_kernel_compressed_file_is_unpacked),
		cmocka_unit_test(test_kernel_foreign_formats_reported),
		cmocka_unit_test(test_kernel_empty_and_short_files),
		cmocka_unit_test(test_kernel_elf_for_other_machine_reported),
		cmocka_unit_test(test_kernel_elf_not_a_kernel_refused),
		cmocka_unit_test(test_kernel_elf_bad_addresses_refused),
		cmocka_unit_test(test_kernel_damaged_payload_is_an_error),
		cmocka_unit_test(test_kernel_payload_not_elf_is_an_error),
		cmocka_unit_test(test_kernel_too_little_ram_reports_needed_bytes),
		cmocka_unit_test(test_kernel_inconsistent_image_refused),
		cmocka_unit_test(test_kernel_open_reads_file_and_reports_errors),
		cmocka_unit_test(test_kernel_debian_loads),
	};

	return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
