/* SPDX-License-Identifier: MIT */
/* cmocka with the headers it wants before it. */
#ifndef TESTS_DEVICES_TEST_H
#define TESTS_DEVICES_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
