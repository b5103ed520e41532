/* SPDX-License-Identifier: MIT */
#define PAGE_SHIFT    12
#define vabits_actual 48
