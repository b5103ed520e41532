/* SPDX-License-Identifier: MIT */
/* Captures what is written to stderr, so that a test can check the messages for the user. */
#ifndef LIB_CAPTURE_H
#define LIB_CAPTURE_H

#include <stdbool.h>

/** capture_start() - redirect stderr to a buffer. Must not be nested. */
void capture_start(void);

/**
 * capture_stop() - restore stderr. Return: the text since capture_start(); valid until the next
 * capture.
 */
const char *capture_stop(void);

#endif
