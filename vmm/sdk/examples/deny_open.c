/* SPDX-License-Identifier: MIT */
/*
 * Makes opening files below a prefix fail: open, creat, openat and openat2, absolute and relative
 * paths, 64-bit and 32-bit programs. The system call is skipped and returns the error.
 *
 *	portal-vmm ... --hook deny_open.so,prefix=/etc/shadow,errno=EACCES
 *
 * A relative path is made absolute with the name of the current directory or of the descriptor;
 * then ".", ".." and "//" are removed from the text. Symbolic links are not followed, so a program
 * can bypass this hook with a link, or by changing the path while the file is being opened: the
 * hook is for experiments with a firmware and not a trust boundary.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strerrorname_np() */
#endif
#include <errno.h>
#include <fcntl.h>
#include <portal/hook.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096
#define NR_ERRORS 134

/* the parsed options; one for each module, because the file may be loaded more than once */
struct deny {
	const char *prefix;
	int err;
};

/* Remove ".", "..", and empty parts from an absolute path, in place. */
static void normalise(char *path)
{
	char *to = path, *part = path;

	while (*part) {
		size_t len;

		part += strspn(part, "/");
		len = strcspn(part, "/");
		if (len == 2 && part[0] == '.' && part[1] == '.') {
			while (to > path && *--to != '/')
				;
		} else if (len > 0 && !(len == 1 && part[0] == '.')) {
			*to++ = '/';
			memmove(to, part, len);
			to += len;
		}
		part += len;
	}
	if (to == path)
		*to++ = '/';
	*to = '\0';
}

/*
 * Read the path at @addr. If it is relative, put the name of directory @dirfd and a "/" before it.
 * Return: 0; -1: no usable path, let the kernel handle the system call.
 */
static int make_absolute(struct portal_ctx *ctx, int dirfd, uint64_t addr, char *buf, size_t size)
{
	char path[PATH_SIZE];
	ssize_t n = portal_read_str(ctx, addr, path, sizeof(path));
	size_t len = 0;

	/* not readable, empty, or too long: the kernel returns the error */
	if (n <= 0 || (size_t)n >= sizeof(path))
		return -1;
	if (path[0] != '/') {
		ssize_t dir = portal_fd_name(ctx, dirfd, buf, PATH_SIZE);

		if (dir <= 0 || dir >= PATH_SIZE || buf[0] != '/')
			return -1;
		len = (size_t)dir;
		buf[len++] = '/';
	}
	if ((size_t)n >= size - len)
		return -1;
	memcpy(buf + len, path, (size_t)n + 1);
	return 0;
}

static int check(struct portal_ctx *ctx, const struct deny *deny, int dirfd, uint64_t addr)
{
	char path[2 * PATH_SIZE];

	if (make_absolute(ctx, dirfd, addr, path, sizeof(path)) < 0)
		return 0;
	normalise(path);
	if (strncmp(path, deny->prefix, strlen(deny->prefix)) != 0)
		return 0;
	portal_log(ctx, PORTAL_INFO, "%s %s denied", portal_syscall_name(ctx), path);
	portal_skip(ctx, -deny->err);
	return 1;
}

static int on_open(struct portal_ctx *ctx, void *data)
{
	return check(ctx, data, AT_FDCWD, portal_arg(ctx, 0));
}

static int on_openat(struct portal_ctx *ctx, void *data)
{
	return check(ctx, data, (int)portal_arg(ctx, 0), portal_arg(ctx, 1));
}

static int parse_errno(struct portal_module *mod)
{
	const char *text = portal_option(mod, "errno");
	uint64_t number;

	if (portal_option_u64(mod, "errno", &number) == 0 && number > 0 && number < NR_ERRORS)
		return (int)number;
	for (int i = 1; i < NR_ERRORS; i++) {
		const char *name = strerrorname_np(i);

		if (name && strcmp(name, text) == 0)
			return i;
	}
	portal_mod_log(mod, PORTAL_ERROR, "errno=%s: write a name such as EACCES, or a number",
		       text);
	return -EINVAL;
}

static int parse_options(struct portal_module *mod, struct deny *deny)
{
	deny->prefix = portal_option(mod, "prefix");
	if (!deny->prefix || deny->prefix[0] != '/') {
		portal_mod_log(
			mod, PORTAL_ERROR,
			"prefix: the absolute path to deny is missing; write prefix=/some/path");
		return -EINVAL;
	}
	deny->err = parse_errno(mod);
	return deny->err < 0 ? deny->err : 0;
}

static int load(struct portal_module *mod)
{
	static const struct {
		const char *name;
		portal_syscall_fn *fn;
	} calls[] = {
		{ "open", on_open },
		{ "creat", on_open },
		{ "openat", on_openat },
		{ "openat2", on_openat },
	};
	struct deny options, *deny;
	int ret = parse_options(mod, &options);

	if (ret < 0)
		return ret;
	deny = malloc(sizeof(*deny));
	if (!deny)
		return -ENOMEM;
	*deny = options;
	portal_set_data(mod, deny);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && ret == 0; i++) {
		const struct portal_syscall_hook hook = {
			PORTAL_SYSCALL_HOOK_INIT,
			.when = PORTAL_ON_ENTER,
			.name = calls[i].name,
			.fn = calls[i].fn,
			.data = deny,
		};

		ret = portal_hook_syscall(mod, &hook, NULL);
	}
	/* unload() is not called when load() fails */
	if (ret < 0)
		free(deny);
	return ret;
}

static void unload(struct portal_module *mod)
{
	free(portal_data(mod));
}

static const struct portal_option options[] = {
	{ .key = "prefix",
	  .help = "prefix of the absolute paths to deny (required); end it with / for a "
		  "directory" },
	{ .key = "errno", .fallback = "EACCES", .help = "error to return, a name or a number" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "deny_open",
	.version = "1",	    .help = "makes opening files below a prefix fail",
	.options = options, .load = load,
	.unload = unload,
};
