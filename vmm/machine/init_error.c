/* SPDX-License-Identifier: MIT */
#include "machine/init_error.h"

#include <string.h>

#include "guest/init/format.h"

#define PREFIX	   GUEST_INIT_MESSAGE GUEST_INIT_ERROR
#define PREFIX_LEN (sizeof(PREFIX) - 1)

static void end_line(struct init_error *error)
{
	size_t len = error->len;

	error->len = 0;
	if (error->text[0] != '\0' || len <= PREFIX_LEN ||
	    memcmp(error->line, PREFIX, PREFIX_LEN) != 0)
		return;
	memcpy(error->text, error->line + PREFIX_LEN, len - PREFIX_LEN);
	error->text[len - PREFIX_LEN] = '\0';
}

void init_error_feed(struct init_error *error, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* the terminal writes CR LF for the end of a line */
		if (data[i] == '\n' || data[i] == '\r')
			end_line(error);
		else if (error->len < sizeof(error->line) - 1)
			error->line[error->len++] = (char)data[i];
	}
}
