/* SPDX-License-Identifier: MIT */
#include "guest.h"

void *memset(void *to, int byte, size_t len)
{
	uint8_t *p = to;

	while (len-- > 0)
		*p++ = (uint8_t)byte;
	return to;
}

void *memcpy(void *to, const void *from, size_t len)
{
	uint8_t *p = to;
	const uint8_t *q = from;

	while (len-- > 0)
		*p++ = *q++;
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *p = a, *q = b;

	for (; len > 0; len--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

size_t strlen(const char *text)
{
	size_t len = 0;

	while (text[len])
		len++;
	return len;
}

/* ---- console ---- */

void print(const char *text)
{
	while (*text)
		serial_write(SERIAL_DATA, (uint8_t)*text++);
}

static void print_decimal(uint64_t value)
{
	char digits[21];
	char *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	print(at);
}

void print_number(const char *name, uint64_t value)
{
	print(name);
	print(" ");
	print_decimal(value);
	print("\n");
}

bool check(bool truth, const char *what)
{
	print(truth ? "PASS " : "FAIL ");
	print(what);
	print("\n");
	return truth;
}

void serial_restore(void)
{
	serial_write(SERIAL_LCR, 0x03);
	serial_write(SERIAL_MCR, 0x03);
	serial_write(SERIAL_IER, 0);
	print("\n");
}

/* ---- command line ---- */

uint64_t guest_parameter(const char *name)
{
	const char *at = guest_cmdline();
	size_t len = strlen(name);
	uint64_t value = 0;

	while (*at && (memcmp(at, name, len) != 0 || at[len] != '='))
		at++;
	if (*at == '\0')
		return 0;
	for (at += len + 1; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	return value;
}
