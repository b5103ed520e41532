/* SPDX-License-Identifier: MIT */
#include "arch/x86/aml.h"

#include <string.h>

#include "base/bytes.h"

#define OP_NAME	   0x08
#define OP_BYTE	   0x0a
#define OP_DWORD   0x0c
#define OP_STRING  0x0d
#define OP_SCOPE   0x10
#define OP_BUFFER  0x11
#define OP_PACKAGE 0x12
#define OP_EXT	   0x5b
#define OP_DEVICE  0x82

#define PKG_LENGTH_MAX 0xfff /* largest value of a two-byte PkgLength */

static void put(struct aml *aml, const void *data, size_t len)
{
	if (aml->overflow || len > aml->size - aml->len) {
		aml->overflow = true;
		return;
	}
	memcpy(aml->buf + aml->len, data, len);
	aml->len += len;
}

static void put_byte(struct aml *aml, uint8_t value)
{
	put(aml, &value, 1);
}

static void put_int(struct aml *aml, uint32_t value)
{
	uint8_t encoded[5];

	if (value <= 1) {
		put_byte(aml, (uint8_t)value); /* ZeroOp, OneOp */
		return;
	}
	encoded[0] = value <= 0xff ? OP_BYTE : OP_DWORD;
	put_le32(encoded + 1, value);
	put(aml, encoded, value <= 0xff ? 2 : 5);
}

/* reserve a PkgLength, which aml_end() fills in; it always has two bytes, which is also valid where
 * one byte would be enough */
static aml_block begin_package(struct aml *aml)
{
	aml_block block = aml->len;

	put(aml, "\0\0", 2);
	return block;
}

void aml_end(struct aml *aml, aml_block block)
{
	size_t len = aml->len - block;

	if (aml->overflow || len > PKG_LENGTH_MAX) {
		aml->overflow = true;
		return;
	}
	aml->buf[block] = (uint8_t)(0x40 | (len & 0xf));
	aml->buf[block + 1] = (uint8_t)(len >> 4);
}

aml_block aml_begin_scope(struct aml *aml, const char *path)
{
	aml_block block;

	put_byte(aml, OP_SCOPE);
	block = begin_package(aml);
	put(aml, path, strlen(path));
	return block;
}

aml_block aml_begin_device(struct aml *aml, const char name[4])
{
	aml_block block;

	put_byte(aml, OP_EXT);
	put_byte(aml, OP_DEVICE);
	block = begin_package(aml);
	put(aml, name, 4);
	return block;
}

static void put_name(struct aml *aml, const char name[4])
{
	put_byte(aml, OP_NAME);
	put(aml, name, 4);
}

void aml_name_int(struct aml *aml, const char name[4], uint32_t value)
{
	put_name(aml, name);
	put_int(aml, value);
}

void aml_name_string(struct aml *aml, const char name[4], const char *value)
{
	put_name(aml, name);
	put_byte(aml, OP_STRING);
	put(aml, value, strlen(value) + 1);
}

static uint32_t hex_digit(char c)
{
	return (uint32_t)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* three letters and four hex digits packed big endian into 32 bits (ACPI 6.5, 19.3.4) */
void aml_name_eisaid(struct aml *aml, const char name[4], const char id[7])
{
	uint8_t encoded[5] = { OP_DWORD };
	uint32_t value = 0;

	for (int i = 0; i < 3; i++)
		value = value << 5 | (uint32_t)(id[i] - 0x40);
	for (int i = 3; i < 7; i++)
		value = value << 4 | hex_digit(id[i]);
	put_le32(encoded + 1, __builtin_bswap32(value));
	put_name(aml, name);
	put(aml, encoded, sizeof(encoded));
}

void aml_name_package(struct aml *aml, const char name[4], const uint8_t *values, uint8_t nr)
{
	aml_block block;

	put_name(aml, name);
	put_byte(aml, OP_PACKAGE);
	block = begin_package(aml);
	put_byte(aml, nr);
	for (uint8_t i = 0; i < nr; i++)
		put_int(aml, values[i]);
	aml_end(aml, block);
}

aml_block aml_begin_resources(struct aml *aml)
{
	aml_block block;

	put_name(aml, "_CRS");
	put_byte(aml, OP_BUFFER);
	block = begin_package(aml);
	put(aml, "\x0a\0", 2); /* BufferSize, filled in by aml_end_resources() */
	return block;
}

void aml_end_resources(struct aml *aml, aml_block block)
{
	size_t size_at = block + 3;

	put(aml, "\x79\0", 2); /* end tag, no checksum */
	if (!aml->overflow && aml->len - size_at - 1 <= 0xff)
		aml->buf[size_at] = (uint8_t)(aml->len - size_at - 1);
	else
		aml->overflow = true;
	aml_end(aml, block);
}

void aml_io_ports(struct aml *aml, uint16_t base, uint8_t nr)
{
	uint8_t descriptor[8] = { 0x47, 1 }; /* decodes 16 bits */

	put_le16(descriptor + 2, base);
	put_le16(descriptor + 4, base);
	descriptor[6] = 1;
	descriptor[7] = nr;
	put(aml, descriptor, sizeof(descriptor));
}

void aml_memory32(struct aml *aml, uint32_t base, uint32_t size)
{
	uint8_t descriptor[12] = { 0x86, 9, 0, 1 }; /* writable */

	put_le32(descriptor + 4, base);
	put_le32(descriptor + 8, size);
	put(aml, descriptor, sizeof(descriptor));
}

void aml_edge_interrupt(struct aml *aml, uint32_t gsi)
{
	/* consumer, edge triggered, active high, exclusive; one interrupt */
	uint8_t descriptor[9] = { 0x89, 6, 0, 3, 1 };

	put_le32(descriptor + 5, gsi);
	put(aml, descriptor, sizeof(descriptor));
}
