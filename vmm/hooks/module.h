/* SPDX-License-Identifier: MIT */
/*
 * A hook module: its descriptor, its options, its shared object, and the lock that keeps its
 * callbacks from running in parallel. Errors in a module are logged here, once. Knows no guest.
 */
#ifndef HOOKS_MODULE_H
#define HOOKS_MODULE_H

#include <portal/hook.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/lock.h"
#include "base/options.h"

struct registry;

/**
 * struct portal_module - a hook module
 * @desc: its descriptor
 * @index: position on the command line
 * @registry: registry of its hooks
 * @options: its options from the command line
 * @object: handle from dlopen(); NULL when the module is linked in
 * @data: portal_set_data()
 * @lock: held while one of its callbacks runs, unless it is thread safe
 * @is_loaded: load() has succeeded
 */
struct portal_module {
	const struct portal_module_desc *desc;
	unsigned int index;
	struct registry *registry;
	struct options options;
	void *object;
	_Atomic(void *) data;
	struct lock lock;
	bool is_loaded;
};

/**
 * module_open() - open a hook module without calling its load()
 * @desc: its descriptor; NULL: open the file named in @spec and use its symbol portal_module
 * @spec: FILE.so[,key=value...]; with @desc, FILE.so is only a name for messages
 * @index: position on the command line
 * @registry: registry for its hooks
 * @ret_module: the module
 *
 * Return: 0; -ENOMEM. Logged errors: -ENOENT: no such file; -EACCES: the file is not readable;
 * -ENOEXEC: not a shared object for this machine, an undefined function, or no portal_module;
 * -EPROTONOSUPPORT: built for a newer API, or for one that is too old; -EINVAL: an option is
 * malformed or unknown, or the descriptor is incomplete.
 */
must_check int module_open(const struct portal_module_desc *desc, const char *spec,
			   unsigned int index, struct registry *registry,
			   struct portal_module **ret_module);

/** module_load() - call its load(). Return: 0; the negative errno of load(), which is logged. */
must_check int module_load(struct portal_module *module);

/**
 * module_unload() - call its unload(), if it has one and load() has succeeded
 *
 * Context: no callback runs any more.
 */
void module_unload(struct portal_module *module);

/** module_close() - close the shared object and free @module, which may be NULL. */
void module_close(struct portal_module *module);

/** module_enter() - take the module's lock before a callback starts or continues. */
static inline void module_enter(struct portal_module *module)
{
	if (!(module->desc->flags & PORTAL_MODULE_THREAD_SAFE))
		lock_take(&module->lock);
}

/** module_leave() - release the module's lock when a callback waits or has returned. */
static inline void module_leave(struct portal_module *module)
{
	if (!(module->desc->flags & PORTAL_MODULE_THREAD_SAFE))
		lock_release(&module->lock);
}

/** module_describe() - print name, version, API, help and options. */
void module_describe(const struct portal_module *module, FILE *out);

#endif
