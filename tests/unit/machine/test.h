/* SPDX-License-Identifier: MIT */
/* cmocka with the headers it wants before it. */
#ifndef TESTS_MACHINE_TEST_H
#define TESTS_MACHINE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* that @text has @part; prints both where it has not */
#define assert_has(text, part) assert_has_((text), (part), __FILE__, __LINE__)

void assert_has_(const char *text, const char *part, const char *file, int line);

#endif
