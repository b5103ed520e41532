/* SPDX-License-Identifier: MIT */
#ifndef FAKE_LINUX_COMPILER_H
#define FAKE_LINUX_COMPILER_H

#define barrier() __asm__ volatile("" ::: "memory")

#endif
