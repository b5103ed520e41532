/* SPDX-License-Identifier: MIT */
/*
 * One hook module: its descriptor, the options it was given, its shared object, and the lock that
 * keeps its callbacks from running in parallel. Says what is wrong with a module, once. Knows no
 * guest.
 */
#ifndef HOOKS_MODULE_H
#define HOOKS_MODULE_H

#include <portal/hook.h>
#include <pthread.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/options.h"

struct registry;

/**
 * struct portal_module - a module
 * @desc: its own descriptor
 * @index: place on the command line
 * @registry: where its hooks are
 * @options: as given
 * @object: dlopen()'s handle; NULL for one that is linked in
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
	pthread_mutex_t lock;
	bool is_loaded;
};

/**
 * module_open() - take a module in; its load() is not called yet
 * @desc: its descriptor; NULL: open the file that @spec names and take its symbol portal_module
 * @spec: FILE.so[,key=value...]; with @desc the text before the comma is only its name in messages
 * @index: place on the command line
 * @registry: for its hooks
 * @ret_module: the module
 *
 * Return: 0. What is wrong has been said in the log for: -ENOENT no such file; -EACCES it cannot be
 * read;
 * -ENOEXEC it is no shared object for this machine, needs a function that does not exist here, or
 * has no portal_module; -EPROTONOSUPPORT it was made for an API that is newer, or too old; -EINVAL
 * an option is malformed or unknown, or its descriptor is incomplete; -ENOMEM.
 */
must_check int module_open(const struct portal_module_desc *desc, const char *spec,
			   unsigned int index, struct registry *registry,
			   struct portal_module **ret_module);

/** module_load() - call its load(). Return: 0; the negative errno of load(), said in the log. */
must_check int module_load(struct portal_module *module);

/**
 * module_unload() - call its unload(), if load() has succeeded and it has one. No callback runs any
 * more.
 */
void module_unload(struct portal_module *module);

/** module_close() - close the file, whose code nothing may call any more. NULL is fine. */
void module_close(struct portal_module *module);

/**
 * module_enter() - a callback is about to run or to go on; module_leave() - it waits or has
 * returned.
 */
void module_enter(struct portal_module *module);
void module_leave(struct portal_module *module);

/** module_describe() - name, version, API, help and options. */
void module_describe(const struct portal_module *module, FILE *out);

#endif
