/* SPDX-License-Identifier: MIT */
#ifndef FAKE_ASM_UNISTD_H
#define FAKE_ASM_UNISTD_H

#define __NR_exit	     93
#define __NR_exit_group	     94
#define __NR_restart_syscall 128
#define __NR_rt_sigreturn    139
#define __NR_execve	     221
#define __NR_execveat	     281

#endif
