/* SPDX-License-Identifier: MIT */
/* The second CPU. */
#ifndef GUEST_SMP_H
#define GUEST_SMP_H

#include <stdbool.h>

/** smp_start() - run @entry on CPU 1. Return: CPU 1 has started within about a second. */
bool smp_start(void (*entry)(void));

/** smp_second() - CPU 1 calls this when it has started. */
void smp_second(void);

#endif
