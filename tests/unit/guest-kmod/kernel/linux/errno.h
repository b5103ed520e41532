/* SPDX-License-Identifier: MIT */
/* The kernel's own error numbers, too. */
#ifndef FAKE_LINUX_ERRNO_H
#define FAKE_LINUX_ERRNO_H

#include <asm/errno.h>

#define ERESTARTSYS	      512
#define ERESTARTNOINTR	      513
#define ERESTARTNOHAND	      514
#define ERESTART_RESTARTBLOCK 516

#endif
