/* SPDX-License-Identifier: MIT */
/* The second CPU. */
#ifndef GUEST_SMP_H
#define GUEST_SMP_H

#include <stdbool.h>

/** smp_start() - run @entry on CPU 1. Return: it has come there within a second or so. */
bool smp_start(void (*entry)(void));

/** smp_second() - what CPU 1 does when it has arrived. */
void smp_second(void);

#endif
