/* SPDX-License-Identifier: MIT */
/*
 * Command-line values of the form HEAD[,key[=value]...], usually a file and its properties. A
 * literal comma is written twice. Owns the split text; must not know what the keys mean.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define OPTIONS_MAX 64

/* one key=value pair; @value is NULL if there is no "=" */
struct option_pair {
	const char *key;
	const char *value;
};

/**
 * struct options - a split value
 * @head: text before the first comma, not empty
 * @pairs: the rest, in the order given
 * @nr_pairs: number of @pairs
 * @text: buffer that the other pointers point into
 */
struct options {
	const char *head;
	struct option_pair pairs[OPTIONS_MAX];
	size_t nr_pairs;
	char *text;
};

/**
 * options_parse() - split @spec
 * @spec: any text, copied
 * @ret_options: set on success; released with options_done()
 *
 * Return: 0; -EINVAL: the text before the first comma or a key is empty; -EEXIST: a key occurs
 * twice; -E2BIG: more than OPTIONS_MAX pairs; -ENOMEM.
 */
must_check int options_parse(const char *spec, struct options *ret_options);

/** options_done() - free the text; @options may be zeroed. */
void options_done(struct options *options);

/**
 * options_u64() - parse a number
 * @text: decimal, hexadecimal with 0x, or octal with 0; no sign, no blank, nothing else
 * @ret_value: the number
 *
 * Return: 0; -EINVAL: not a number; -ERANGE: more than 64 bits.
 */
must_check int options_u64(const char *text, uint64_t *ret_value);

#endif
