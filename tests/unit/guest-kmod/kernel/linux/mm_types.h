/* SPDX-License-Identifier: MIT */
/* struct mm_struct is in fake_kernel.h. */
#include "fake_kernel.h"
