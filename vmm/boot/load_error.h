/* SPDX-License-Identifier: MIT */
/*
 * The reason why a file cannot be used, as text. The loaders set it if an errno is not specific
 * enough; the caller prints it after the name of the file. Owns no messages of its own.
 */
#ifndef LOAD_ERROR_H
#define LOAD_ERROR_H

#include <stdint.h>

/**
 * struct load_error - what is wrong and, if possible, what to do about it
 * @text: one line without a final dot or newline, to be printed after "FILE: "; empty: no error
 * @need_bytes: with -ENOMEM: size of guest RAM that is enough, in bytes; otherwise 0
 */
struct load_error {
	char text[256];
	uint64_t need_bytes;
};

/**
 * load_error_note() - set the reason
 * @why: overwritten; may be NULL
 * @fmt: the result is truncated to the size of the text; bytes that are not printable ASCII are
 * replaced by '?'
 */
void load_error_note(struct load_error *why, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* set the reason and return the error: `return load_error_fail(why, -EINVAL, "...")` */
#define load_error_fail(why, error, ...)             \
	({                                           \
		int error_ = (error);                \
		load_error_note((why), __VA_ARGS__); \
		error_;                              \
	})

#endif
