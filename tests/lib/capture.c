/* SPDX-License-Identifier: MIT */
#include "lib/capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char text[65536];
static int saved = -1;
static FILE *file;

static void need(bool ok)
{
	if (!ok)
		abort();
}

void capture_start(void)
{
	file = tmpfile();
	need(file);
	saved = dup(STDERR_FILENO);
	need(saved >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
}

const char *capture_stop(void)
{
	size_t len;

	need(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	rewind(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}
