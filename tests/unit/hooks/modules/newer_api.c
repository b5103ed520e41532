/* SPDX-License-Identifier: MIT */
/* a module built for a newer API */
#include <portal/hook.h>

static int load(struct portal_module *mod)
{
	(void)mod;
	return 0;
}

const struct portal_module_desc portal_module = {
	.size = sizeof(struct portal_module_desc) + 8,
	.api = PORTAL_API_VERSION + 1,
	.name = "newer_api",
	.load = load,
};
