/* SPDX-License-Identifier: MIT */
/* a module that uses a function of a newer API */
#include <portal/hook.h>

int portal_from_the_future(struct portal_module *mod);

static int load(struct portal_module *mod)
{
	return portal_from_the_future(mod);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "missing_function",
	.load = load,
};
