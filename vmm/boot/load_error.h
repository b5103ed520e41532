/* SPDX-License-Identifier: MIT */
/*
 * Why a file cannot be used, in words. The loaders fill one where an errno says too little; whoever
 * talks to the user names the file and prints the text. Owns no messages of its own.
 */
#ifndef LOAD_ERROR_H
#define LOAD_ERROR_H

#include <stdint.h>

/**
 * struct load_error - what is wrong and, where there is one, what to do about it
 * @text: one line without a final dot or newline, made to follow "FILE: "; empty when nothing
 * failed
 * @need_bytes: with -ENOMEM: guest RAM that would be enough, in bytes; else 0
 */
struct load_error {
	char text[256];
	uint64_t need_bytes;
};

/**
 * boot_note() - fill a reason
 * @why: overwritten; may be NULL
 * @fmt: cut at the size of the text; bytes that are not printable ASCII become '?'
 */
void boot_note(struct load_error *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* note the reason and pass the error on: `return boot_fail(why, -EINVAL, "...")` */
#define boot_fail(why, error, ...)             \
	({                                     \
		int error_ = (error);          \
		boot_note((why), __VA_ARGS__); \
		error_;                        \
	})

#endif
