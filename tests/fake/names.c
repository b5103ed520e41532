/* SPDX-License-Identifier: MIT */
/*
 * Excerpts of the x86 system call tables, with unused numbers. The 32-bit one is also used for arm.
 */
#include <stdlib.h>
#include <string.h>

#include "fake/guest.h"

struct call_name {
	uint32_t nr;
	const char *name;
};

static const struct call_name native[] = {
	{ 0, "read" },	       { 1, "write" },	       { 2, "open" },
	{ 3, "close" },	       { 15, "rt_sigreturn" }, { 16, "ioctl" },
	{ 39, "getpid" },      { 59, "execve" },       { 60, "exit" },
	{ 63, "uname" },       { 85, "creat" },	       { 110, "getppid" },
	{ 155, "pivot_root" }, { 161, "chroot" },      { 231, "exit_group" },
	{ 257, "openat" },     { 322, "execveat" },    { 425, "io_uring_setup" },
	{ 437, "openat2" },
};

static const struct call_name compat[] = {
	{ 1, "exit" },	       { 3, "read" },	     { 4, "write" },
	{ 5, "open" },	       { 7, "waitpid" },     { 8, "creat" },
	{ 11, "execve" },      { 20, "getpid" },     { 54, "ioctl" },
	{ 61, "chroot" },      { 119, "sigreturn" }, { 122, "uname" },
	{ 217, "pivot_root" }, { 295, "openat" },    { 425, "io_uring_setup" },
	{ 437, "openat2" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const char *fake_name(bool is_compat, uint32_t nr)
{
	const struct call_name *names = is_compat ? compat : native;

	for (size_t i = 0; i < (is_compat ? COUNT(compat) : COUNT(native)); i++)
		if (names[i].nr == nr)
			return names[i].name;
	return "";
}

uint32_t fake_nr_calls(bool is_compat)
{
	return is_compat ? compat[COUNT(compat) - 1].nr + 1 : native[COUNT(native) - 1].nr + 1;
}

uint32_t fake_nr(bool is_compat, const char *name)
{
	for (uint32_t nr = 0; nr < fake_nr_calls(is_compat); nr++)
		if (strcmp(fake_name(is_compat, nr), name) == 0)
			return nr;
	return FAKE_NO_NR;
}

uint8_t fake_entry_end(const char *name)
{
	static const char *const never[] = { "exit", "exit_group", "rt_sigreturn", "sigreturn" };

	for (size_t i = 0; i < COUNT(never); i++)
		if (strcmp(name, never[i]) == 0)
			return PORTAL_CALL_END_NO_RETURN;
	return PORTAL_CALL_END_RETURNS;
}

bool fake_may_replace(const char *name)
{
	return strcmp(name, "execve") == 0 || strcmp(name, "execveat") == 0;
}
