/* SPDX-License-Identifier: MIT */
#ifndef FAKE_LINUX_COMPILER_H
#define FAKE_LINUX_COMPILER_H

#define READ_ONCE(x) (*(volatile __typeof__(x) *)&(x))

#endif
