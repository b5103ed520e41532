/* SPDX-License-Identifier: MIT */
/*
 * The few types and macros of the kernel that the guest module's pure files use, to compile them in
 * user space. It is included first; <linux/...> headers are those of the UAPI.
 */
#ifndef GUEST_KMOD_SHIM_H
#define GUEST_KMOD_SHIM_H

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include <linux/types.h>

/* as in the kernel, where the 64-bit types are long long on every architecture */
typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef __u64 u64;
typedef int32_t s32;
typedef __s64 s64;
typedef u64 phys_addr_t;

#define __force
#define __iomem
#define __must_check __attribute__((warn_unused_result))

#define le16_to_cpu(x) le16toh(x)
#define le32_to_cpu(x) le32toh(x)
#define le64_to_cpu(x) le64toh(x)
#define cpu_to_le16(x) htole16(x)
#define cpu_to_le32(x) htole32(x)
#define cpu_to_le64(x) htole64(x)

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
#define U32_MAX	     (~0U)
#define U64_MAX	     (~0ULL)
#define BIT_ULL(n)   (1ULL << (n))
#define __aligned(n) __attribute__((aligned(n)))

#define lower_32_bits(x) ((u32)(x))
#define upper_32_bits(x) ((u32)((u64)(x) >> 32))

#define ALIGN(x, to)	  (((x) + (to)-1) / (to) * (to))
#define ALIGN_DOWN(x, to) ((x) / (to) * (to))
#define min(a, b)	  ((a) < (b) ? (a) : (b))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))

static inline void le32_add_cpu(__le32 *value, u32 add)
{
	*value = cpu_to_le32(le32_to_cpu(*value) + add);
}

#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Return: the first of @len bytes that differs from @byte, or NULL. */
static inline const void *memchr_inv(const void *bytes, int byte, size_t len)
{
	const u8 *at = bytes;

	for (; len > 0; at++, len--)
		if (*at != (u8)byte)
			return at;
	return NULL;
}

#endif /* GUEST_KMOD_SHIM_H */
