/* SPDX-License-Identifier: MIT */
#include "devices/console/escape.h"

#define CTRL_A 0x01

/* handle the byte after a Ctrl-A. Return: number of bytes in @out */
static size_t escaped(uint8_t byte, uint8_t *out, bool *ret_quit)
{
	if (byte == 'x' || byte == 'X') {
		*ret_quit = true;
		return 0;
	}
	out[0] = CTRL_A;
	if (byte == CTRL_A)
		return 1;
	out[1] = byte;
	return 2;
}

size_t console_escape_filter(struct console_escape *escape, const uint8_t *in, size_t len,
			     uint8_t *out, bool *ret_quit)
{
	size_t nr_out = 0;
	bool quit = false;

	for (size_t i = 0; i < len && !quit; i++) {
		if (escape->armed) {
			nr_out += escaped(in[i], out + nr_out, &quit);
			escape->armed = false;
		} else if (in[i] == CTRL_A) {
			escape->armed = true;
		} else {
			out[nr_out++] = in[i];
		}
	}
	if (quit)
		*ret_quit = true;
	return nr_out;
}
