/* SPDX-License-Identifier: MIT */
/* cmocka and what it needs before it, once. */
#ifndef TEST_BOOT_TEST_H
#define TEST_BOOT_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#endif
