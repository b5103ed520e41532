// SPDX-License-Identifier: MIT
/* A hook module with two options; with refuse=1, its load() fails. */
#include <errno.h>

#include <portal/hook.h>

static int load(struct portal_module *mod)
{
	uint64_t refuse;

	if (portal_option_u64(mod, "refuse", &refuse) < 0 || refuse)
		return -ENODEV;
	return 0;
}

static const struct portal_option options[] = {
	{ .key = "refuse", .fallback = "0", .help = "1: load() fails" },
	{ .key = "colour", .help = "any text" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "options",
	.options = options,
	.load = load,
};
