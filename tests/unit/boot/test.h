/* SPDX-License-Identifier: MIT */
/* cmocka.h and the headers that must be included before it */
#ifndef TEST_BOOT_TEST_H
#define TEST_BOOT_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#endif
