/* SPDX-License-Identifier: MIT */
/* Keeps what is written to stderr, so that a test can look at the messages a user would see. */
#ifndef LIB_CAPTURE_H
#define LIB_CAPTURE_H

#include <stdbool.h>

/** capture_start() - from now on stderr goes to a buffer. One at a time. */
void capture_start(void);

/**
 * capture_stop() - stderr is what it was. Return: the text since capture_start(), until the next
 * one.
 */
const char *capture_stop(void);

#endif
