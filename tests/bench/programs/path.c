/* SPDX-License-Identifier: MIT */
#include "path.h"

#include <stdlib.h>
#include <string.h>

#define NR_DIGITS 8
#define HEAD_LEN  (sizeof(PATH_HEAD) - 1)

static void put_number(char *at, unsigned long number)
{
	for (int i = NR_DIGITS - 1; i >= 0; i--, number /= 10)
		at[i] = (char)('0' + number % 10);
}

void path_init(struct path *path, size_t len)
{
	path->len = len;
	memcpy(path->text, PATH_HEAD, HEAD_LEN);
	for (size_t i = HEAD_LEN; i < len; i++)
		path->text[i] = (char)('a' + i % 26);
	path->text[len] = '\0';
	path_set_number(path, 0);
}

void path_set_number(struct path *path, unsigned long number)
{
	put_number(path->text + HEAD_LEN, number);
	put_number(path->text + path->len - NR_DIGITS, number);
}

static unsigned long get_number(const char *text)
{
	char digits[NR_DIGITS + 1] = "";

	memcpy(digits, text + HEAD_LEN, NR_DIGITS);
	return strtoul(digits, NULL, 10);
}

void path_read(struct path_reader *reader, const char *text, size_t len)
{
	unsigned long number;

	if (len < PATH_LEN_MIN || len > PATH_LEN_MAX)
		return;
	number = get_number(text);
	if (number < reader->next)
		return;
	if (reader->path.len != len)
		path_init(&reader->path, len);
	path_set_number(&reader->path, number);
	if (memcmp(reader->path.text, text, len) != 0)
		return;
	reader->next = number + 1;
	reader->nr_right++;
}
