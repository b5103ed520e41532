/* SPDX-License-Identifier: MIT */
/* The module's reference count; the test defines the functions. */
#ifndef FAKE_LINUX_MODULE_H
#define FAKE_LINUX_MODULE_H

#define THIS_MODULE NULL

bool try_module_get(void *module);

#endif
