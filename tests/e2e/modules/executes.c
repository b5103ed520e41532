// SPDX-License-Identifier: MIT
/*
 * Logs the path of each execve of the program "executes", as declared by an observing hook, a trace
 * hook and an ordinary one. The last one also sets the result, and a register, where the path is
 * that of "entered".
 */
#include <inttypes.h>
#include <string.h>

#include <portal/hook.h>

#define RESULT 77

static const struct portal_fetch fetch = { .what = PORTAL_FETCH_STR, .arg = 0, .max = 64 };

static int look(struct portal_ctx *ctx, void *data)
{
	char path[64] = "";
	ssize_t len = portal_read_str(ctx, portal_arg(ctx, 0), path, sizeof(path));

	portal_log(ctx, PORTAL_INFO, "%s %s %zd %s", (const char *)data,
		   portal_is_return(ctx) ? "return" : "enter", len, path);
	return 0;
}

/* The register is one that the ABI of the call has; the new program may have others. */
static int replace(struct portal_ctx *ctx, void *data)
{
	static const char *const names[] = { "si", "x20", "r5" };
	char path[64] = "";
	int err = -1;

	look(ctx, data);
	if (portal_read_str(ctx, portal_arg(ctx, 0), path, sizeof(path)) < 0 ||
	    !strstr(path, "/entered") || portal_end(ctx) != PORTAL_END_NO_RETURN)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && err < 0; i++)
		err = portal_set_reg(ctx, names[i], 0x123);
	return err < 0 ? err : portal_set_ret(ctx, RESULT);
}

static int add(struct portal_module *mod, uint32_t when, uint32_t flags, portal_syscall_fn *fn,
	       char *name)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.name = "execve",
		.comm = "executes",
		.when = when,
		.flags = flags,
		.fetch = &fetch,
		.nr_fetch = 1,
		.fn = fn,
		.data = name,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

static int load(struct portal_module *mod)
{
	static char observe[] = "observe", trace[] = "trace", plain[] = "plain";
	int err = add(mod, PORTAL_ON_ENTER | PORTAL_ON_RETURN, PORTAL_HOOK_OBSERVE, look, observe);

	if (err >= 0)
		err = add(mod, PORTAL_ON_RETURN, PORTAL_HOOK_TRACE, look, trace);
	if (err >= 0)
		err = add(mod, PORTAL_ON_RETURN, 0, replace, plain);
	return err;
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "executes",
	.load = load,
};
