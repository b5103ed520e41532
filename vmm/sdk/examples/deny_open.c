/* SPDX-License-Identifier: MIT */
/*
 * Makes opening files below a prefix fail: open, creat, openat and openat2, absolute and relative
 * paths, 64-bit and 32-bit programs. The system call is skipped and returns the error.
 *
 *	portal-vmm ... --hook deny_open.so,prefix=/etc/shadow,errno=EACCES
 *
 * A relative path is made absolute with the name of the current directory or of the descriptor;
 * then ".", ".." and "//" are removed from the text.
 *
 * Paths and names are those in the root of the program, which chroot and pivot_root change. Making
 * a directory below the prefix the root fails with the same error. After a program has made a
 * directory above it the root, the rest of the prefix is denied too: with prefix=/etc/shadow and
 * after chroot("/etc"), also /shadow. The event does not say in which root a program is, so this
 * holds for all programs, and it stays so when the chroot itself has failed.
 *
 * io_uring opens files without a system call, so io_uring_setup returns ENOSYS, as a kernel without
 * it does.
 *
 * Not covered, so that a program can bypass this hook: symbolic and hard links, the links in
 * /proc/PID/fd, cwd and root, mounts (a directory that is bound to or moved to another place, also
 * by pivot_root's second argument), open_by_handle_at, descriptors that another program passes, and
 * a path that another thread changes while the file is being opened. The hook is for experiments
 * with a firmware and not a trust boundary.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* strerrorname_np() */
#endif
#include <errno.h>
#include <fcntl.h>
#include <portal/hook.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PATH_SIZE 4096
#define NR_ERRORS 134

/* struct open_how of openat2 */
#define OPEN_HOW_SIZE	 24
#define OPEN_HOW_RESOLVE 16
#define RESOLVE_IN_ROOT	 0x10u /* the descriptor is the root, also of absolute paths */

/**
 * struct deny - the options and the state of a module, because the file may be loaded twice
 * @prefix: paths that begin with it are denied
 * @err: error number
 * @is_root: is_root[n]: programs may see @prefix without its first n bytes, which are their root
 */
struct deny {
	const char *prefix;
	int err;
	bool is_root[];
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
 * Read the path at @addr. If it is relative, or @dirfd is the root, put the name of directory
 * @dirfd and a "/" before it.
 * Return: 0; -1: no usable path, let the kernel handle the system call.
 */
static int make_absolute(struct portal_ctx *ctx, int dirfd, uint64_t addr, bool is_in_root,
			 char *buf, size_t size)
{
	char path[PATH_SIZE];
	ssize_t n = portal_read_str(ctx, addr, path, sizeof(path));
	size_t len = 0;

	/* not readable, empty, or too long: the kernel returns the error */
	if (n <= 0 || (size_t)n >= sizeof(path))
		return -1;
	if (path[0] != '/' || is_in_root) {
		ssize_t dir = portal_fd_name(ctx, dirfd, buf, PATH_SIZE);

		if (dir <= 0 || dir >= PATH_SIZE || buf[0] != '/')
			return -1;
		len = (size_t)dir;
		buf[len++] = '/';
	}
	if ((size_t)n >= size - len)
		return -1;
	memcpy(buf + len, path, (size_t)n + 1);
	/* ".." does not leave the root */
	if (is_in_root)
		normalise(buf + len - 1);
	normalise(buf);
	return 0;
}

static bool is_denied(const struct deny *deny, const char *path)
{
	for (size_t i = 0; deny->prefix[i]; i++)
		if (deny->is_root[i] &&
		    strncmp(path, deny->prefix + i, strlen(deny->prefix + i)) == 0)
			return true;
	return false;
}

static int refuse(struct portal_ctx *ctx, const char *path, int err)
{
	portal_log(ctx, PORTAL_INFO, "%s %s denied", portal_syscall_name(ctx), path);
	portal_skip(ctx, -err);
	return 1;
}

/* ---- opening ---- */

static int check(struct portal_ctx *ctx, const struct deny *deny, int dirfd, uint64_t addr,
		 bool is_in_root)
{
	char path[2 * PATH_SIZE];

	if (make_absolute(ctx, dirfd, addr, is_in_root, path, sizeof(path)) < 0)
		return 0;
	return is_denied(deny, path) ? refuse(ctx, path, deny->err) : 0;
}

static int on_open(struct portal_ctx *ctx, void *data)
{
	return check(ctx, data, AT_FDCWD, portal_arg(ctx, 0), false);
}

static int on_openat(struct portal_ctx *ctx, void *data)
{
	return check(ctx, data, (int)portal_arg(ctx, 0), portal_arg(ctx, 1), false);
}

static int on_openat2(struct portal_ctx *ctx, void *data)
{
	uint64_t resolve = 0;

	/* not readable: the kernel returns the error */
	if (portal_arg(ctx, 3) >= OPEN_HOW_SIZE)
		portal_read_u64(ctx, portal_arg(ctx, 2) + OPEN_HOW_RESOLVE, &resolve);
	return check(ctx, data, (int)portal_arg(ctx, 0), portal_arg(ctx, 1),
		     resolve & RESOLVE_IN_ROOT);
}

static int on_io_uring_setup(struct portal_ctx *ctx, void *data)
{
	(void)data;
	return refuse(ctx, "is", ENOSYS);
}

/* ---- another root ---- */

/* A root may be in another one. The last first, so that a new one is not looked at as well. */
static void add_root(struct portal_ctx *ctx, struct deny *deny, const char *dir)
{
	size_t len = strlen(dir) - 1;

	for (size_t i = strlen(deny->prefix); i-- > 0;) {
		if (!deny->is_root[i] || strncmp(deny->prefix + i, dir, len + 1) != 0 ||
		    deny->is_root[i + len])
			continue;
		deny->is_root[i + len] = true;
		portal_log(ctx, PORTAL_INFO, "%s %s: %s is denied from now on",
			   portal_syscall_name(ctx), dir, deny->prefix + i + len);
	}
}

static int on_chroot(struct portal_ctx *ctx, void *data)
{
	char dir[2 * PATH_SIZE + 1];

	if (make_absolute(ctx, AT_FDCWD, portal_arg(ctx, 0), false, dir, sizeof(dir) - 1) < 0)
		return 0;
	if (strcmp(dir, "/") != 0)
		strcat(dir, "/");
	if (is_denied(data, dir))
		return refuse(ctx, dir, ((const struct deny *)data)->err);
	add_root(ctx, data, dir);
	return 0;
}

/* ---- options ---- */

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
		{ "openat2", on_openat2 },
		{ "io_uring_setup", on_io_uring_setup },
		{ "chroot", on_chroot },
		{ "pivot_root", on_chroot },
	};
	struct deny options, *deny;
	int ret = parse_options(mod, &options);

	if (ret < 0)
		return ret;
	deny = calloc(1, sizeof(*deny) + strlen(options.prefix) * sizeof(deny->is_root[0]));
	if (!deny)
		return -ENOMEM;
	deny->prefix = options.prefix;
	deny->err = options.err;
	deny->is_root[0] = true;
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
