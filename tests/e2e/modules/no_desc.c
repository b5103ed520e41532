// SPDX-License-Identifier: MIT
/* A shared object that is not a hook module: it has no portal_module. */

int no_desc_function(void);

__attribute__((visibility("default"))) int no_desc_function(void)
{
	return 0;
}
