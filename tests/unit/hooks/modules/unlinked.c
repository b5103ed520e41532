/* SPDX-License-Identifier: MIT */
/* a module that forgot to link something of its own */
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
