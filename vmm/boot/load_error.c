/* SPDX-License-Identifier: MIT */
#include "boot/load_error.h"

#include <stdarg.h>
#include <stdio.h>

void load_error_note(struct load_error *why, const char *fmt, ...)
{
	va_list ap;

	if (!why)
		return;
	why->need_bytes = 0;
	va_start(ap, fmt);
	(void)vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	/* the text may contain names from untrusted files, and is printed on a terminal */
	for (char *c = why->text; *c != '\0'; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';
	}
}
