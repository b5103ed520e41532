/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

void assert_has_(const char *text, const char *part, const char *file, int line)
{
	if (strstr(text, part))
		return;
	print_error("\"%s\"\nis not in\n\"%s\"\n", part, text);
	_fail(file, line);
}
