/* SPDX-License-Identifier: MIT */
#ifndef FAKE_ASM_UNISTD_H
#define FAKE_ASM_UNISTD_H

#define __NR_restart_syscall 0
#define __NR_exit	     1
#define __NR_execve	     11
#define __NR_sigreturn	     119
#define __NR_rt_sigreturn    173
#define __NR_exit_group	     248
#define __NR_statfs64	     266
#define __NR_fstatfs64	     267
#define __NR_execveat	     387

#endif
