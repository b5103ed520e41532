/* SPDX-License-Identifier: MIT */
/* a module of before the first release */
#include <portal/hook.h>

static int load(struct portal_module *mod)
{
	(void)mod;
	return 0;
}

const struct portal_module_desc portal_module = {
	.size = sizeof(struct portal_module_desc),
	.api = 1,
	.name = "older_api",
	.load = load,
};
