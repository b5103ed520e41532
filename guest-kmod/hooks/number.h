/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of 1 to 8 bytes in a program's memory. Pure: also compiled and tested in user space. */
#ifndef GUEST_NUMBER_H
#define GUEST_NUMBER_H

#include <linux/types.h>

#define NUMBER_MAX 8

/**
 * number_get() - convert a number from a program's byte order
 * @bytes: as in memory
 * @len: their number, 1 .. NUMBER_MAX
 * @big_endian: the byte order
 *
 * Return: the number, zero-extended.
 */
static inline u64 number_get(const u8 *bytes, u32 len, bool big_endian)
{
	u64 value = 0;
	u32 i;

	for (i = 0; i < len; i++)
		value = value << 8 | bytes[big_endian ? i : len - 1 - i];
	return value;
}

/**
 * number_put() - convert a number to a program's byte order
 * @bytes: @len bytes, written as in memory
 * @len: bytes, 1 .. NUMBER_MAX
 * @big_endian: the byte order
 * @value: the number; its low @len bytes are written
 */
static inline void number_put(u8 *bytes, u32 len, bool big_endian, u64 value)
{
	u32 i;

	for (i = 0; i < len; i++, value >>= 8)
		bytes[big_endian ? len - 1 - i : i] = value;
}

#endif /* GUEST_NUMBER_H */
