/* SPDX-License-Identifier: MIT */
#ifndef FAKE_LINUX_KERNEL_H
#define FAKE_LINUX_KERNEL_H

#define lower_32_bits(value) ((u32)(value))

#endif
