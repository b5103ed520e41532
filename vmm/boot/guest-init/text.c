/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdarg.h>

#include "sys.h"

#define LINE_MAX 512

static const struct {
	short error;
	const char *name;
} errors[] = {
	{ EPERM, "operation not permitted" },
	{ ENOENT, "no such file or directory" },
	{ EIO, "input/output error" },
	{ ENXIO, "no such device or address" },
	{ ENOEXEC, "exec format error" },
	{ ENOMEM, "out of memory" },
	{ EACCES, "permission denied" },
	{ EBUSY, "device or resource busy" },
	{ EEXIST, "file exists" },
	{ ENODEV, "no such device or file system type" },
	{ ENOTDIR, "not a directory" },
	{ EISDIR, "is a directory" },
	{ EINVAL, "invalid argument" },
	{ EFBIG, "file too large" },
	{ ENOSPC, "no space left" },
	{ EROFS, "read-only file system" },
	{ ELOOP, "too many symbolic links" },
	{ ENOSYS, "not implemented" },
	{ EKEYREJECTED, "key rejected (the module is not signed)" },
	{ ELIBBAD, "damaged shared library" },
};

void *memcpy(void *to, const void *from, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *memset(void *to, int byte, size_t len)
{
	for (size_t i = 0; i < len; i++)
		((char *)to)[i] = (char)byte;
	return to;
}

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

/* Return: the new length; @size when it did not fit, and then as much as did */
static size_t append(char *buf, size_t size, size_t len, const char *s)
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
		len = append(buf, size, len, s);
	va_end(ap);
	return len < size;
}

void text_say(const char *first, ...)
{
	char line[LINE_MAX];
	size_t len = append(line, sizeof(line), 0, "portal-init: ");
	va_list ap;

	va_start(ap, first);
	for (const char *s = first; s && len < sizeof(line); s = va_arg(ap, const char *))
		len = append(line, sizeof(line), len, s);
	va_end(ap);
	len = text_len(line);
	line[len] = '\n';
	(void)sys_write(2, line, len + 1);
}

const char *text_error(long error)
{
	static char number[] = "error 0000";
	long n = -error;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].error == n)
			return errors[i].name;
	}
	for (size_t i = sizeof(number) - 2; i >= sizeof("error"); i--, n /= 10)
		number[i] = (char)('0' + n % 10);
	return number;
}

_Noreturn void text_die(long error, const char *first, const char *second)
{
	text_say("error: ", first, second, ": ", text_error(error), NULL);
	sys_exit(1);
}
