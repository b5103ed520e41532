/* SPDX-License-Identifier: MIT */
/* Sleeping; the test defines it. */
#ifndef FAKE_LINUX_DELAY_H
#define FAKE_LINUX_DELAY_H

void msleep(unsigned int ms);

#endif
