/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdarg.h>

size_t text_len(const char *s)
{
	size_t len = 0;

	while (s[len] != '\0')
		len++;
	return len;
}

bool text_equal(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

size_t text_append(char *buf, size_t size, size_t len, const char *s)
{
	while (*s != '\0' && len < size - 1)
		buf[len++] = *s++;
	buf[len] = '\0';
	return *s == '\0' ? len : size;
}

bool text_join(char *buf, size_t size, ...)
{
	size_t len = 0;
	const char *s;
	va_list ap;

	va_start(ap, size);
	while (len < size && (s = va_arg(ap, const char *)))
		len = text_append(buf, size, len, s);
	va_end(ap);
	return len < size;
}
