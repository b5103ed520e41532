/* SPDX-License-Identifier: MIT */
/* a module with an undefined function that is not of the SDK */
#include <portal/hook.h>

int helper_that_is_not_there(void);

static int load(struct portal_module *mod)
{
	(void)mod;
	return helper_that_is_not_there();
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "unlinked",
	.load = load,
};
