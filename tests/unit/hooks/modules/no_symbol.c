/* SPDX-License-Identifier: MIT */
/* a shared object that is not a hook module */
int not_a_module(void);

int not_a_module(void)
{
	return 1;
}
