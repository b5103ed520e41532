/* SPDX-License-Identifier: MIT */
/*
 * System calls without a C library. Each returns the kernel's result: 0, a number, or -errno. The
 * directory of the architecture contains sys_call() and the first instructions of the program.
 */
#ifndef GUEST_INIT_SYS_H
#define GUEST_INIT_SYS_H

#include <stddef.h>

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <linux/time.h>

#include "sys_call.h"

#define SYS_MNT_DETACH 2 /* the kernel's headers for user space do not define it */

static inline long sys_openat(const char *path, int flags)
{
	return sys_call(__NR_openat, AT_FDCWD, (long)path, flags, 0, 0);
}

static inline long sys_close(long fd)
{
	return sys_call(__NR_close, fd, 0, 0, 0, 0);
}

static inline long sys_read(long fd, void *buf, size_t len)
{
	return sys_call(__NR_read, fd, (long)buf, (long)len, 0, 0);
}

static inline long sys_write(long fd, const void *buf, size_t len)
{
	return sys_call(__NR_write, fd, (long)buf, (long)len, 0, 0);
}

static inline long sys_lseek(long fd, long offset, int whence)
{
	return sys_call(__NR_lseek, fd, offset, whence, 0, 0);
}

static inline long sys_dup3(long from, long to)
{
	return sys_call(__NR_dup3, from, to, 0, 0, 0);
}

static inline long sys_ioctl(long fd, unsigned long request, long arg)
{
	return sys_call(__NR_ioctl, fd, (long)request, arg, 0, 0);
}

static inline long sys_mkdir(const char *path, unsigned int mode)
{
	return sys_call(__NR_mkdirat, AT_FDCWD, (long)path, mode, 0, 0);
}

static inline long sys_unlink(const char *path)
{
	return sys_call(__NR_unlinkat, AT_FDCWD, (long)path, 0, 0, 0);
}

static inline long sys_chmod(const char *path, unsigned int mode)
{
	return sys_call(__NR_fchmodat, AT_FDCWD, (long)path, mode, 0, 0);
}

static inline long sys_chown(const char *path, unsigned int uid, unsigned int gid)
{
	return sys_call(__NR_fchownat, AT_FDCWD, (long)path, uid, gid, 0);
}

static inline long sys_stat(const char *path, struct statx *ret_stat)
{
	return sys_call(__NR_statx, AT_FDCWD, (long)path, 0, STATX_BASIC_STATS, (long)ret_stat);
}

static inline long sys_mount(const char *source, const char *target, const char *type,
			     unsigned long flags, const char *data)
{
	return sys_call(__NR_mount, (long)source, (long)target, (long)type, (long)flags,
			(long)data);
}

static inline long sys_umount(const char *target)
{
	return sys_call(__NR_umount2, (long)target, SYS_MNT_DETACH, 0, 0, 0);
}

static inline long sys_chdir(const char *path)
{
	return sys_call(__NR_chdir, (long)path, 0, 0, 0, 0);
}

static inline long sys_chroot(const char *path)
{
	return sys_call(__NR_chroot, (long)path, 0, 0, 0, 0);
}

static inline long sys_setsid(void)
{
	return sys_call(__NR_setsid, 0, 0, 0, 0, 0);
}

static inline long sys_finit_module(long fd, const char *params)
{
	return sys_call(__NR_finit_module, fd, (long)params, 0, 0, 0);
}

static inline long sys_execve(const char *path, const char *const *argv, const char *const *envp)
{
	return sys_call(__NR_execve, (long)path, (long)argv, (long)envp, 0, 0);
}

static inline void sys_sleep_ms(long ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	(void)sys_call(__NR_nanosleep, (long)&t, 0, 0, 0, 0);
}

static inline _Noreturn void sys_exit(int status)
{
	for (;;)
		(void)sys_call(__NR_exit_group, status, 0, 0, 0, 0);
}

#endif
