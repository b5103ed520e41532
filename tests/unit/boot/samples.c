/* SPDX-License-Identifier: MIT */
#include "samples.h"

#include <elf.h>
#include <ftw.h>
#include <lz4hc.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/bytes.h"

#define LZ4_BLOCK (8u << 20)

static void die(const char *what)
{
	perror(what);
	exit(99);
}

static struct sample sample_new(size_t len)
{
	struct sample s = { .data = calloc(1, len ? len : 1), .len = len };

	if (!s.data)
		die("calloc");
	return s;
}

struct sample sample_zeros(size_t len)
{
	return sample_new(len);
}

struct sample sample_bytes(size_t len)
{
	struct sample s = sample_new(len);
	uint32_t x = 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1103515245u + 12345u;
		s.data[i] = (uint8_t)(x >> 28);
	}
	return s;
}

void sample_append(struct sample *sample, const void *more, size_t len)
{
	sample->data = realloc(sample->data, sample->len + len + 1);
	if (!sample->data)
		die("realloc");
	memcpy(sample->data + sample->len, more, len);
	sample->len += len;
}

struct sample sample_copy(const struct sample *sample, size_t len)
{
	struct sample s = { .data = malloc(len ? len : 1), .len = len };

	if (!s.data)
		die("malloc");
	memcpy(s.data, sample->data, len);
	return s;
}

static struct sample pack_gzip(const struct sample *plain)
{
	struct sample s = sample_new(plain->len + plain->len / 8 + 256);
	z_stream z = { 0 };

	if (deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		die("deflateInit2");
	z.next_in = plain->data;
	z.avail_in = (uInt)plain->len;
	z.next_out = s.data;
	z.avail_out = (uInt)s.len;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		die("deflate");
	s.len = z.total_out;
	deflateEnd(&z);
	return s;
}

static struct sample pack_lz4(const struct sample *plain)
{
	static const uint8_t magic[] = { 0x02, 0x21, 0x4c, 0x18 };
	struct sample s = sample_new(0);

	sample_append(&s, magic, sizeof(magic));
	for (size_t at = 0; at < plain->len; at += LZ4_BLOCK) {
		size_t len = plain->len - at < LZ4_BLOCK ? plain->len - at : LZ4_BLOCK;
		struct sample block = sample_new((size_t)LZ4_compressBound((int)len));
		uint8_t size[4];
		int n = LZ4_compress_default((const char *)plain->data + at, (char *)block.data,
					     (int)len, (int)block.len);

		put_le32(size, (uint32_t)n);
		sample_append(&s, size, sizeof(size));
		sample_append(&s, block.data, (size_t)n);
		free(block.data);
	}
	return s;
}

static struct sample pack_zstd(const struct sample *plain)
{
	struct sample s = sample_new(ZSTD_compressBound(plain->len));

	s.len = ZSTD_compress(s.data, s.len, plain->data, plain->len, 3);
	if (ZSTD_isError(s.len))
		die("ZSTD_compress");
	return s;
}

static struct sample pack_xz(const struct sample *plain)
{
	struct sample s = sample_new(lzma_stream_buffer_bound(plain->len));
	size_t len = 0;

	if (lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, plain->data, plain->len, s.data,
				    &len, s.len) != LZMA_OK)
		die("lzma_easy_buffer_encode");
	s.len = len;
	return s;
}

struct sample sample_pack(enum unpack_format format, const struct sample *plain)
{
	switch (format) {
	case UNPACK_GZIP:
		return pack_gzip(plain);
	case UNPACK_LZ4_LEGACY:
		return pack_lz4(plain);
	case UNPACK_ZSTD:
		return pack_zstd(plain);
	case UNPACK_XZ:
		return pack_xz(plain);
	case UNPACK_NONE:
		break;
	}
	return sample_copy(plain, plain->len);
}

static void put_segment(struct sample *s, size_t at, const Elf64_Phdr *segment)
{
	memcpy(s->data + at, segment, sizeof(*segment));
}

static void put_pvh_note(struct sample *s)
{
	uint8_t *note = s->data + SAMPLE_ELF_NOTE;

	put_le32(note, 4);
	put_le32(note + 4, 4);
	put_le32(note + 8, 18);
	memcpy(note + 12, "Xen", 4);
	put_le32(note + 16, SAMPLE_ELF_PVH);
}

struct sample sample_elf(void)
{
	static const char banner[] = "Linux version %s\0Linux version " SAMPLE_RELEASE " (a@b)";
	struct sample s = sample_new(SAMPLE_ELF_LEN);
	Elf64_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_entry = SAMPLE_ELF_ENTRY,
		.e_phoff = SAMPLE_ELF_LOAD,
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	Elf64_Phdr load = {
		.p_type = PT_LOAD,
		.p_offset = SAMPLE_ELF_CODE,
		.p_vaddr = 0xffffffff81000000u,
		.p_paddr = SAMPLE_ELF_PADDR,
		.p_filesz = SAMPLE_ELF_CODE_LEN,
		.p_memsz = SAMPLE_ELF_MEM_LEN,
		.p_align = 4096,
	};
	Elf64_Phdr notes = {
		.p_type = PT_NOTE,
		.p_offset = SAMPLE_ELF_NOTE,
		.p_filesz = 20,
		.p_memsz = 20,
		.p_align = 4,
	};

	memcpy(s.data, &header, sizeof(header));
	put_segment(&s, SAMPLE_ELF_LOAD, &load);
	put_segment(&s, SAMPLE_ELF_NOTES, &notes);
	put_pvh_note(&s);
	memset(s.data + SAMPLE_ELF_CODE, 0x90, SAMPLE_ELF_CODE_LEN);
	memcpy(s.data + SAMPLE_ELF_CODE + 0x100, banner, sizeof(banner));
	return s;
}

static void put_setup_header(struct sample *s, size_t code_len, size_t payload_len)
{
	uint8_t *f = s->data;

	f[0x1f1] = SAMPLE_BZ_SETUP_SECTS;
	put_le32(f + 0x1f4, (uint32_t)(code_len / 16));
	put_le16(f + 0x1fe, 0xaa55);
	f[0x200] = 0xeb;
	f[0x201] = 0x6a;
	memcpy(f + 0x202, "HdrS", 4);
	put_le16(f + 0x206, 0x020f);
	put_le16(f + 0x20e, 0x200);
	strcpy((char *)f + 0x400, SAMPLE_RELEASE " (a@b) #1 SMP");
	f[0x211] = 1;
	put_le32(f + 0x22c, 0x7fffffff);
	put_le32(f + 0x230, 0x200000);
	f[0x234] = 1;
	put_le16(f + 0x236, 0x3f);
	put_le32(f + 0x238, 2047);
	put_le32(f + 0x248, SAMPLE_BZ_HEAD);
	put_le32(f + 0x24c, (uint32_t)payload_len);
	put_le64(f + 0x258, SAMPLE_BZ_PREF);
	put_le32(f + 0x260, SAMPLE_BZ_INIT_SIZE);
}

struct sample sample_bzimage(const struct sample *payload, uint32_t unpacked_len)
{
	bool sized = unpack_probe(payload->data, payload->len) != UNPACK_GZIP;
	size_t payload_len = payload->len + (sized ? 4 : 0);
	size_t code_len = align_up(SAMPLE_BZ_HEAD + payload_len, 16);
	struct sample s = sample_new(SAMPLE_BZ_CODE + code_len);
	uint8_t *code = s.data + SAMPLE_BZ_CODE;

	put_setup_header(&s, code_len, payload_len);
	memset(code, 0xcc, SAMPLE_BZ_HEAD);
	memcpy(code + SAMPLE_BZ_HEAD, payload->data, payload->len);
	if (sized)
		put_le32(code + SAMPLE_BZ_HEAD + payload->len, unpacked_len);
	return s;
}

struct sample sample_kernel(enum unpack_format format)
{
	struct sample elf = sample_elf();
	struct sample packed = sample_pack(format, &elf);
	struct sample image = sample_bzimage(&packed, (uint32_t)elf.len);

	free(packed.data);
	free(elf.data);
	return image;
}

struct sample sample_arm64(void)
{
	static const char banner[] = "Linux version " SAMPLE_ARM64_RELEASE " (a@b)";
	struct sample s = sample_new(SAMPLE_ARM64_LEN);

	memset(s.data + 0x40, 0xd5, SAMPLE_ARM64_LEN - 0x40);
	put_le64(s.data + 0x08, 0); /* text_offset */
	put_le64(s.data + 0x10, SAMPLE_ARM64_MEM_LEN);
	put_le64(s.data + 0x18, 0xa); /* 4 KiB pages, at any address */
	memcpy(s.data + 0x38, "ARM\x64", 4);
	memcpy(s.data + 0x1000, banner, sizeof(banner));
	return s;
}

static void put_load(uint8_t *header, uint64_t offset, uint64_t addr, uint64_t size,
		     uint64_t mem_size)
{
	put_le32(header, PT_LOAD);
	put_le64(header + 0x08, offset);
	put_le64(header + 0x10, addr);
	put_le64(header + 0x18, addr);
	put_le64(header + 0x20, size);
	put_le64(header + 0x28, mem_size);
}

struct sample sample_arm64_elf(void)
{
	const size_t half = SAMPLE_ARM64_ELF_HALF, start = SAMPLE_ARM64_ELF_HEADER + 2 * 56;
	struct sample image = sample_arm64(), s = sample_zeros(start + SAMPLE_ARM64_LEN);
	uint8_t *headers = s.data + SAMPLE_ARM64_ELF_HEADER;

	memcpy(s.data, ELFMAG, SELFMAG);
	s.data[EI_CLASS] = ELFCLASS64;
	s.data[EI_DATA] = ELFDATA2LSB;
	s.data[EI_VERSION] = EV_CURRENT;
	put_le16(s.data + 16, ET_DYN);
	put_le16(s.data + 18, EM_AARCH64);
	put_le64(s.data + 24, SAMPLE_ARM64_ELF_VADDR);
	put_le64(s.data + 32, SAMPLE_ARM64_ELF_HEADER);
	put_le16(s.data + 54, 56);
	put_le16(s.data + 56, 2);
	put_load(headers, start + half, SAMPLE_ARM64_ELF_VADDR, half, half);
	put_load(headers + 56, start, SAMPLE_ARM64_ELF_VADDR + half, half, SAMPLE_ARM64_MEM_LEN);
	memcpy(s.data + start, image.data + half, half);
	memcpy(s.data + start + half, image.data, half);
	free(image.data);
	return s;
}

struct sample sample_arm(void)
{
	static const char banner[] = "Linux version " SAMPLE_ARM_RELEASE " (a@b)";
	struct sample s = sample_bytes(SAMPLE_ARM_LEN);

	memcpy(s.data + 0x1001, banner, sizeof(banner));
	return s;
}

static void put_zimage_header(struct sample *s, size_t packed_end)
{
	const uint32_t header[] = { 0x016f2818, 0,	    (uint32_t)s->len,
				    0x04030201, 0x45454545, SAMPLE_ZIMAGE_TABLE };
	const uint32_t table[] = { 6,
				   0x5a534c4b,
				   (uint32_t)packed_end - 4,
				   SAMPLE_ZIMAGE_BSS_LEN,
				   SAMPLE_ZIMAGE_TEXT_OFFSET,
				   0x10000,
				   0 };

	for (size_t i = 0; i < ARRAY_SIZE(header); i++)
		put_le32(s->data + 0x24 + 4 * i, header[i]);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		put_le32(s->data + SAMPLE_ZIMAGE_TABLE + 4 * i, table[i]);
}

struct sample sample_zimage(const struct sample *payload, uint32_t unpacked_len)
{
	bool sized = unpack_probe(payload->data, payload->len) != UNPACK_GZIP;
	size_t packed_end = SAMPLE_ZIMAGE_PAYLOAD + payload->len + (sized ? 4 : 0);
	struct sample s = sample_new(packed_end + 0x101);

	memset(s.data + 0x200, 0xe1, s.len - 0x200);
	memcpy(s.data + SAMPLE_ZIMAGE_PAYLOAD, payload->data, payload->len);
	if (sized)
		put_le32(s.data + packed_end - 4, unpacked_len);
	put_zimage_header(&s, packed_end);
	return s;
}

struct sample sample_zboot(const struct sample *payload)
{
	struct sample s = sample_new(SAMPLE_ZBOOT_PAYLOAD + payload->len);

	memcpy(s.data, "MZ\0\0zimg", 8);
	put_le32(s.data + 0x08, SAMPLE_ZBOOT_PAYLOAD);
	put_le32(s.data + 0x0c, (uint32_t)payload->len);
	put_le32(s.data + 0x38, 0x818223cd); /* LINUX_PE_MAGIC: a PE header follows */
	memcpy(s.data + SAMPLE_ZBOOT_PAYLOAD, payload->data, payload->len);
	return s;
}

static void append_info(struct sample *info, const char *key, const char *value)
{
	if (!value)
		return;
	sample_append(info, key, strlen(key));
	sample_append(info, "=", 1);
	sample_append(info, value, strlen(value) + 1);
}

/* append a section's bytes to the file, and its header to the table */
static void append_section(struct sample *file, struct sample *headers, Elf64_Shdr header,
			   const struct sample *bytes)
{
	header.sh_offset = file->len;
	header.sh_size = bytes->len;
	header.sh_addralign = 1;
	sample_append(file, bytes->data, bytes->len);
	sample_append(headers, &header, sizeof(header));
	free(bytes->data);
}

/* append two symbols: the empty one, and an undefined one that another module exports */
static void append_symbols(struct sample *file, struct sample *headers, const char *needs)
{
	struct sample symbols = sample_new(sizeof(Elf64_Sym)), names = sample_new(1);
	Elf64_Sym symbol = {
		.st_name = 1,
		.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE),
		.st_shndx = SHN_UNDEF,
	};

	if (needs) {
		sample_append(&symbols, &symbol, sizeof(symbol));
		sample_append(&names, needs, strlen(needs) + 1);
	}
	append_section(file, headers,
		       (Elf64_Shdr){ .sh_name = 28,
				     .sh_type = SHT_SYMTAB,
				     .sh_link = 4,
				     .sh_info = 1,
				     .sh_entsize = sizeof(symbol) },
		       &symbols);
	append_section(file, headers, (Elf64_Shdr){ .sh_name = 36, .sh_type = SHT_STRTAB }, &names);
}

struct sample sample_module(const struct sample_module *module)
{
	static const char names[] = "\0.modinfo\0__ksymtab_strings\0.symtab\0.strtab\0.shstrtab";
	struct sample file = sample_new(sizeof(Elf64_Ehdr)),
		      headers = sample_new(sizeof(Elf64_Shdr));
	struct sample info = sample_new(0), exports = sample_new(0), names_copy = sample_new(0);
	Elf64_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_REL,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(header),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 6,
		.e_shstrndx = 5,
	};

	append_info(&info, "name", module->name);
	append_info(&info, "softdep", module->softdep);
	append_info(&info, "vermagic", module->vermagic);
	if (module->exports)
		sample_append(&exports, module->exports, strlen(module->exports) + 1);
	sample_append(&names_copy, names, sizeof(names));
	append_section(&file, &headers, (Elf64_Shdr){ .sh_name = 1, .sh_type = SHT_PROGBITS },
		       &info);
	append_section(&file, &headers, (Elf64_Shdr){ .sh_name = 10, .sh_type = SHT_PROGBITS },
		       &exports);
	append_symbols(&file, &headers, module->needs);
	append_section(&file, &headers, (Elf64_Shdr){ .sh_name = 44, .sh_type = SHT_STRTAB },
		       &names_copy);
	header.e_shoff = file.len;
	memcpy(file.data, &header, sizeof(header));
	sample_append(&file, headers.data, headers.len);
	free(headers.data);
	return file;
}

char *sample_dir(void)
{
	char *dir = strdup("/tmp/boot-test.XXXXXX");

	if (!dir || !mkdtemp(dir))
		die("mkdtemp");
	return dir;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void sample_remove(char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
}

void sample_put(const char *dir, const char *name, const void *data, size_t len)
{
	char *path;
	FILE *file;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		die("asprintf");
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	file = fopen(path, "w");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file) != 0)
		die(path);
	free(path);
}

const char *sample_kernel_dir(void)
{
	static char dir[4096];
	const char *own = getenv("PORTAL_CACHE"), *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (own)
		snprintf(dir, sizeof(dir), "%s", own);
	else if (xdg)
		snprintf(dir, sizeof(dir), "%s/portal-vmm", xdg);
	else
		snprintf(dir, sizeof(dir), "%s/.cache/portal-vmm", home ? home : "");
	strncat(dir, "/kernels/x86_64/6.1-cloud", sizeof(dir) - strlen(dir) - 1);
	return access(dir, R_OK) == 0 ? dir : NULL;
}

int sample_setup(void **state, struct sample sample)
{
	struct sample *s = malloc(sizeof(*s));

	if (!s)
		die("malloc");
	*s = sample;
	*state = s;
	return 0;
}

int sample_teardown(void **state)
{
	struct sample *s = *state;

	free(s->data);
	free(s);
	return 0;
}

char *sample_write(const void *data, size_t len)
{
	char *path = strdup("/tmp/boot-test.XXXXXX");
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		die(path);
	close(fd);
	return path;
}
