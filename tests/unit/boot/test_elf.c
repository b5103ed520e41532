/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "boot/elf.h"
#include "samples.h"

static int setup(void **state)
{
	return sample_setup(state, sample_elf());
}

static struct elf_image parse(const struct sample *s)
{
	struct elf_image elf;

	assert_int_equal(elf_parse(s->data, s->len, &elf), 0);
	return elf;
}

static void test_elf_header_and_segments_are_read(void **state)
{
	const struct sample *s = *state;
	struct elf_image elf = parse(s);
	struct elf_segment segment;

	assert_int_equal(elf.machine, EM_X86_64);
	assert_int_equal(elf.nr_segments, 2);
	assert_int_equal(elf.entry, SAMPLE_ELF_ENTRY);
	assert_int_equal(elf_segment(&elf, 0, &segment), 0);
	assert_int_equal(segment.type, PT_LOAD);
	assert_int_equal(segment.paddr, SAMPLE_ELF_PADDR);
	assert_int_equal(segment.mem_size, SAMPLE_ELF_MEM_LEN);
	assert_int_equal(elf_segment(&elf, 2, &segment), -EINVAL);
}

static void test_elf_pvh_note_of_4_and_8_bytes(void **state)
{
	struct sample *s = *state;
	struct elf_image elf = parse(s);
	uint64_t entry = 0;

	assert_int_equal(elf_pvh_entry(&elf, &entry), 0);
	assert_int_equal(entry, SAMPLE_ELF_PVH);
	put_le32(s->data + SAMPLE_ELF_NOTE + 4, 8);
	put_le64(s->data + SAMPLE_ELF_NOTE + 16, 0xfedcba98);
	put_le64(s->data + SAMPLE_ELF_NOTES + 32, 24);
	assert_int_equal(elf_pvh_entry(&elf, &entry), 0);
	assert_int_equal(entry, 0xfedcba98);
	put_le64(s->data + SAMPLE_ELF_NOTE + 16, 1ull << 32);
	assert_int_equal(elf_pvh_entry(&elf, &entry), -EINVAL);
}

static void test_elf_pvh_note_is_found_after_others(void **state)
{
	static const uint8_t note[] = { 4,   0,	  0,   0, 5, 0, 0, 0, 1, 0, 0, 0,
					'G', 'N', 'U', 0, 1, 2, 3, 4, 5, 0, 0, 0 };
	struct sample *s = *state;
	struct elf_image elf = parse(s);
	uint8_t *notes = s->data + SAMPLE_ELF_NOTE;
	uint64_t entry = 0;

	memmove(notes + sizeof(note), notes, 20);
	memcpy(notes, note, sizeof(note));
	put_le64(s->data + SAMPLE_ELF_NOTES + 32, sizeof(note) + 20);
	assert_int_equal(elf_pvh_entry(&elf, &entry), 0);
	assert_int_equal(entry, SAMPLE_ELF_PVH);
}

static void test_elf_without_pvh_note_is_enoent(void **state)
{
	struct sample *s = *state;
	struct elf_image elf = parse(s);
	uint64_t entry;

	s->data[SAMPLE_ELF_NOTE + 12] = 'x';
	assert_int_equal(elf_pvh_entry(&elf, &entry), -ENOENT);
	s->data[SAMPLE_ELF_NOTE + 12] = 'X';
	put_le32(s->data + SAMPLE_ELF_NOTE + 8, 1);
	assert_int_equal(elf_pvh_entry(&elf, &entry), -ENOENT);
	put_le64(s->data + SAMPLE_ELF_NOTES + 32, 0);
	assert_int_equal(elf_pvh_entry(&elf, &entry), -ENOENT);
}

static void test_elf_bad_note_sizes_are_einval(void **state)
{
	static const uint32_t bad[] = {
		0, 1, 3, 5, 7, 9, 1000, 0x7fffffff, 0xfffffffc, 0xffffffff
	};
	struct sample *s = *state;
	struct elf_image elf = parse(s);

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint64_t entry;

		put_le32(s->data + SAMPLE_ELF_NOTE + 4, bad[i]);
		assert_true(elf_pvh_entry(&elf, &entry) < 0);
		put_le32(s->data + SAMPLE_ELF_NOTE + 4, 4);
		put_le32(s->data + SAMPLE_ELF_NOTE, bad[i]);
		assert_true(elf_pvh_entry(&elf, &entry) < 0);
		put_le32(s->data + SAMPLE_ELF_NOTE, 4);
	}
}

static void test_elf_note_segment_outside_the_file_is_einval(void **state)
{
	struct sample *s = *state;
	struct elf_image elf = parse(s);
	uint64_t entry;

	put_le64(s->data + SAMPLE_ELF_NOTES + 32, SAMPLE_ELF_LEN);
	assert_int_equal(elf_pvh_entry(&elf, &entry), -EINVAL);
	put_le64(s->data + SAMPLE_ELF_NOTES + 32, UINT64_MAX);
	assert_int_equal(elf_pvh_entry(&elf, &entry), -EINVAL);
	put_le64(s->data + SAMPLE_ELF_NOTES + 32, 20);
	put_le64(s->data + SAMPLE_ELF_NOTES + 8, UINT64_MAX - 8);
	assert_int_equal(elf_pvh_entry(&elf, &entry), -EINVAL);
}

static void test_elf_truncated_headers_are_an_error(void **state)
{
	const struct sample *s = *state;

	for (size_t len = 0; len < SAMPLE_ELF_NOTE; len++) {
		struct sample cut = sample_copy(s, len);
		struct elf_image elf;

		assert_int_equal(elf_parse(cut.data, len, &elf), len < 4 ? -ENOEXEC : -ENODATA);
		free(cut.data);
	}
}

static void test_elf_truncated_segments_are_enodata(void **state)
{
	const struct sample *s = *state;

	for (size_t len = SAMPLE_ELF_NOTE; len < s->len; len++) {
		struct sample cut = sample_copy(s, len);
		struct elf_image elf = parse(&cut);
		struct elf_segment segment;

		assert_int_equal(elf_segment(&elf, 0, &segment), -ENODATA);
		assert_int_equal(segment.offset + segment.file_size, SAMPLE_ELF_LEN);
		free(cut.data);
	}
}

static void test_elf_wrapping_or_contradictory_sizes_are_einval(void **state)
{
	struct sample *s = *state;
	struct elf_image elf = parse(s);
	uint8_t *load = s->data + SAMPLE_ELF_LOAD;
	struct elf_segment segment;

	put_le64(load + 40, SAMPLE_ELF_CODE_LEN - 1); /* p_memsz < p_filesz */
	assert_int_equal(elf_segment(&elf, 0, &segment), -EINVAL);
	put_le64(load + 40, SAMPLE_ELF_MEM_LEN);
	put_le64(load + 8, UINT64_MAX - 8); /* p_offset + p_filesz */
	assert_int_equal(elf_segment(&elf, 0, &segment), -EINVAL);
	put_le64(load + 8, SAMPLE_ELF_CODE);
	put_le64(load + 24, UINT64_MAX - 8); /* p_paddr + p_memsz */
	assert_int_equal(elf_segment(&elf, 0, &segment), -EINVAL);
}

static void test_elf_unsupported_kinds_are_refused(void **state)
{
	struct sample *s = *state;
	struct elf_image elf;

	s->data[EI_CLASS] = ELFCLASS32;
	assert_int_equal(elf_parse(s->data, s->len, &elf), -ENOTSUP);
	s->data[EI_CLASS] = ELFCLASS64;
	s->data[EI_DATA] = ELFDATA2MSB;
	assert_int_equal(elf_parse(s->data, s->len, &elf), -ENOTSUP);
	s->data[EI_DATA] = ELFDATA2LSB;
	s->data[EI_VERSION] = 0;
	assert_int_equal(elf_parse(s->data, s->len, &elf), -EINVAL);
	s->data[EI_VERSION] = EV_CURRENT;
	put_le16(s->data + 56, PN_XNUM);
	assert_int_equal(elf_parse(s->data, s->len, &elf), -ENOTSUP);
	put_le16(s->data + 56, 0xfffe);
	assert_int_equal(elf_parse(s->data, s->len, &elf), -ENODATA);
	put_le16(s->data + 56, 2);
	put_le16(s->data + 54, 32);
	assert_int_equal(elf_parse(s->data, s->len, &elf), -EINVAL);
	put_le16(s->data + 54, sizeof(Elf64_Phdr));
	put_le64(s->data + 32, UINT64_MAX - 4);
	assert_int_equal(elf_parse(s->data, s->len, &elf), -ENODATA);
}

#define elf_test(name) cmocka_unit_test_setup_teardown(name, setup, sample_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		elf_test(test_elf_header_and_segments_are_read),
		elf_test(test_elf_pvh_note_of_4_and_8_bytes),
		elf_test(test_elf_pvh_note_is_found_after_others),
		elf_test(test_elf_without_pvh_note_is_enoent),
		elf_test(test_elf_bad_note_sizes_are_einval),
		elf_test(test_elf_note_segment_outside_the_file_is_einval),
		elf_test(test_elf_truncated_headers_are_an_error),
		elf_test(test_elf_truncated_segments_are_enodata),
		elf_test(test_elf_wrapping_or_contradictory_sizes_are_einval),
		elf_test(test_elf_unsupported_kinds_are_refused),
	};

	return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
