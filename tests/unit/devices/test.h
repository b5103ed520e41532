/* SPDX-License-Identifier: MIT */
/* cmocka.h and the headers that must be included before it */
#ifndef TESTS_DEVICES_TEST_H
#define TESTS_DEVICES_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
