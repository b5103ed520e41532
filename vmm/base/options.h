/* SPDX-License-Identifier: MIT */
/*
 * Command-line values of the form HEAD[,key[=value]...]: a file and what is said about it. A comma
 * that belongs to the text is written twice. Owns the split text; must not know what the keys mean.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define OPTIONS_MAX 64

/* one key=value; @value is NULL when there was no "=" */
struct option_pair {
	const char *key;
	const char *value;
};

/**
 * struct options - a split value
 * @head: text before the first comma, not empty
 * @pairs: the rest in the order given
 * @nr_pairs: how many
 * @text: what the other pointers point into
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
 * @ret_options: set on success; give it back with options_done()
 *
 * Return: 0; -EINVAL: nothing before the first comma, or a key is empty; -EEXIST: a key is there
 * twice;
 * -E2BIG: more than OPTIONS_MAX pairs; -ENOMEM.
 */
must_check int options_parse(const char *spec, struct options *ret_options);

/** options_done() - frees the text; zeroed options are fine. */
void options_done(struct options *options);

/**
 * options_u64() - a whole text as a number
 * @text: decimal, 0x and hexadecimal, 0 and octal; no sign, no blank
 *
 * Return: 0; -EINVAL: not a number; -ERANGE: more than 64 bits.
 */
must_check int options_u64(const char *text, uint64_t *ret_value);

#endif
