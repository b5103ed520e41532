/* SPDX-License-Identifier: MIT */
/* Little-endian numbers in byte buffers of any alignment; sizes; alignment of 64-bit values. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

static inline uint16_t get_le16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static inline uint32_t get_le32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

static inline uint64_t get_le64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static inline void put_le16(void *p, uint16_t v)
{
	v = htole16(v);
	memcpy(p, &v, sizeof(v));
}

static inline void put_le32(void *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

static inline void put_le64(void *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof(v));
}

/* copy_short() - memcpy(), without a call for the sizes of most numbers */
static inline void copy_short(void *to, const void *from, size_t size)
{
	/* by way of a number, because compilers turn three memcpy() into one */
	if (size == 4)
		put_le32(to, get_le32(from));
	else if (size == 8)
		put_le64(to, get_le64(from));
	else
		memcpy(to, from, size);
}

/**
 * get_number() - read a number of 1 to 8 bytes
 * @p: its bytes
 * @size: how many, 1 .. 8
 * @big_endian: the first byte is the most significant one
 */
static inline uint64_t get_number(const void *p, size_t size, bool big_endian)
{
	uint64_t v = 0;

	copy_short(&v, p, size);
	return big_endian ? be64toh(v) >> (64 - 8 * size) : le64toh(v);
}

/* put_number() - write the low @size (1 .. 8) bytes of @v, the most significant first or last */
static inline void put_number(void *p, size_t size, bool big_endian, uint64_t v)
{
	v = big_endian ? htobe64(v << (64 - 8 * size)) : htole64(v);
	copy_short(p, &v, size);
}

/* @align must be a power of two, and @v + @align must not wrap */
static inline uint64_t align_up(uint64_t v, uint64_t align)
{
	return (v + align - 1) & ~(align - 1);
}

static inline uint64_t align_down(uint64_t v, uint64_t align)
{
	return v & ~(align - 1);
}

#endif
