/* SPDX-License-Identifier: MIT */
/* a module without a load function */
#include <portal/hook.h>

const struct portal_module_desc portal_module = { PORTAL_MODULE_INIT, .name = "incomplete" };
