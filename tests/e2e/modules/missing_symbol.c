// SPDX-License-Identifier: MIT
/* Calls a function that this portal-vmm does not have. */
#include <portal/hook.h>

#pragma GCC visibility push(default)
int portal_from_the_future(struct portal_module *mod);
#pragma GCC visibility pop

static int load(struct portal_module *mod)
{
	return portal_from_the_future(mod);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "missing_symbol",
	.load = load,
};
