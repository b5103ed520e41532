/* SPDX-License-Identifier: MIT */
#include "message.h"

#include <stdarg.h>

#include <asm/ioctls.h>

#include "format.h"
#include "sys.h"
#include "text.h"

#define LINE_MAX 512

static const struct {
	short error;
	const char *name;
} errors[] = {
	{ EPERM, "operation not permitted" },
	{ ENOENT, "no such file or directory" },
	{ EIO, "input/output error" },
	{ ENXIO, "no such device or address" },
	{ ENOEXEC, "not a program or module for this kernel" },
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
	{ ENOKEY, "required key not available" },
	{ EKEYREJECTED, "key rejected (the module is not signed)" },
	{ ELIBBAD, "damaged shared library" },
};

static void say(const char *prefix, const char *first, va_list ap)
{
	char line[LINE_MAX];
	size_t len = text_append(line, sizeof(line), 0, prefix);

	for (const char *s = first; s && len < sizeof(line); s = va_arg(ap, const char *))
		len = text_append(line, sizeof(line), len, s);
	len = text_len(line);
	line[len] = '\n';
	(void)sys_write(2, line, len + 1);
}

void message_say(const char *first, ...)
{
	va_list ap;

	va_start(ap, first);
	say(GUEST_INIT_MESSAGE, first, ap);
	va_end(ap);
}

void message_fail(const char *first, ...)
{
	va_list ap;

	va_start(ap, first);
	say(GUEST_INIT_MESSAGE GUEST_INIT_ERROR, first, ap);
	va_end(ap);
	/* tcdrain(3): the messages of the panic do not wait for what is in the terminal's buffer */
	(void)sys_ioctl(2, TCSBRK, 1);
	sys_exit(1);
}

const char *message_error(long error)
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

_Noreturn void message_die(long error, const char *first, const char *second)
{
	message_fail(first, second, ": ", message_error(error), NULL);
}
