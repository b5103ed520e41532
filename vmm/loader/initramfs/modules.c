/* SPDX-License-Identifier: MIT */
#include "loader/initramfs/modules.h"

#include <elf.h>
#include <errno.h>
#include <libkmod.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/io.h"
#include "loader/kernel/unpack.h"

#define FILE_MAX     MIB(64)
#define UNPACKED_MAX MIB(256)
#define INDEX_FILE   "modules.dep.bin"
#define TRAILER_MAX  0

void module_done(struct module *module)
{
	free(module->name);
	free(module->data);
	*module = (struct module){ 0 };
}

void module_list_done(struct module_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		module_done(&list->items[i]);
	free(list->items);
	*list = (struct module_list){ 0 };
}

static int unpack_module(struct module *module, const char *path, struct load_error *why)
{
	enum unpack_format format = unpack_probe(module->data, module->len);
	void *plain;
	size_t len;
	int err;

	if (format == UNPACK_NONE)
		return 0;
	err = unpack(module->data, module->len, TRAILER_MAX, UNPACKED_MAX, &plain, &len);
	if (err < 0)
		return load_error_fail(why, err, "%s: its %s data cannot be unpacked: %s", path,
				       unpack_format_name(format), strerror(-err));
	free(module->data);
	module->data = plain;
	module->len = len;
	return 0;
}

static int fill_module(struct module *module, const char *path, struct load_error *why)
{
	int err = io_read_file(path, FILE_MAX, &module->data, &module->len);

	if (err < 0)
		return load_error_fail(why, err, "%s: %s", path, strerror(-err));
	err = unpack_module(module, path, why);
	if (err < 0)
		return err;
	if (module->len < SELFMAG || memcmp(module->data, ELFMAG, SELFMAG) != 0)
		return load_error_fail(why, -ENOEXEC, "%s is not a kernel module", path);
	return 0;
}

int module_read(const char *path, const char *name, struct module *ret_module,
		struct load_error *why)
{
	struct module module = { .name = strdup(name) };
	int err;

	if (!module.name)
		return load_error_fail(why, -ENOMEM, "not enough host memory to read modules");
	err = fill_module(&module, path, why);
	if (err < 0) {
		module_done(&module);
		return err;
	}
	*ret_module = module;
	return 0;
}

/*
 * Return: "dir/middle/release", malloc'ed, if that is a directory of modules, else NULL.
 * *@ret_indexed: depmod has been run.
 */
static char *try_dir(const char *dir, const char *middle, const char *release, bool *ret_indexed)
{
	auto_free char *path = NULL, *order = NULL, *index = NULL;

	if (asprintf(&path, "%s%s%s", dir, middle, release) < 0 ||
	    asprintf(&order, "%s/modules.order", path) < 0 ||
	    asprintf(&index, "%s/" INDEX_FILE, path) < 0)
		return NULL;
	*ret_indexed = access(index, R_OK) == 0;
	if (!*ret_indexed && access(order, F_OK) < 0)
		return NULL;
	return take_ptr(path);
}

int modules_find_dir(const char *dir, const char *release, char **ret_dir, struct load_error *why)
{
	static const char *const middles[] = { "/lib/modules/", "/" };
	auto_free char *path = NULL;
	bool indexed = false;

	for (size_t i = 0; i < ARRAY_SIZE(middles) && !path && release[0] != '\0'; i++)
		path = try_dir(dir, middles[i], release, &indexed);
	if (!path)
		path = try_dir(dir, "", "", &indexed);
	if (!path)
		return load_error_fail(why, -ENOENT, "no modules for kernel %s in %s%s", release,
				       dir, access(dir, F_OK) < 0 ? ", which does not exist" : "");
	if (!indexed)
		return load_error_fail(why, -ENOENT,
				       "no " INDEX_FILE " in %s; run depmod -b for it", path);
	*ret_dir = take_ptr(path);
	return 0;
}

/* path from the root of the dependency tree; optional if any step was a soft dependency */
struct place {
	const struct place *up;
	const char *name;
	bool optional;
};

static struct module *find_module(const struct module_list *list, const char *name)
{
	for (size_t i = 0; i < list->nr; i++) {
		if (strcmp(list->items[i].name, name) == 0)
			return &list->items[i];
	}
	return NULL;
}

static int append(struct module_list *list, const char *path, const char *name,
		  struct load_error *why)
{
	struct module *items = realloc(list->items, (list->nr + 1) * sizeof(*items));
	int err;

	if (!items)
		return load_error_fail(why, -ENOMEM, "not enough host memory to read modules");
	list->items = items;
	err = module_read(path, name, &items[list->nr], why);
	if (err < 0)
		return err;
	list->nr++;
	return 0;
}

static int add_file(struct module_list *list, struct kmod_module *mod, bool optional,
		    struct load_error *why)
{
	const char *path = kmod_module_get_path(mod);
	auto_free char *file = NULL;
	struct module *module;
	int err;

	if (!path || kmod_module_get_initstate(mod) == KMOD_MODULE_BUILTIN)
		return 0;
	if (asprintf(&file, "%s.ko", kmod_module_get_name(mod)) < 0) {
		file = NULL;
		return load_error_fail(why, -ENOMEM, "not enough host memory to read modules");
	}
	module = find_module(list, file);
	if (module) {
		module->optional &= optional;
		return 0;
	}
	err = append(list, path, file, why);
	if (err == 0)
		list->items[list->nr - 1].optional = optional;
	return err;
}

static int add_tree(struct module_list *list, struct kmod_module *mod, const struct place *up,
		    bool optional, struct load_error *why);

static int add_each(struct module_list *list, struct kmod_list *mods, const struct place *up,
		    bool optional, struct load_error *why)
{
	struct kmod_list *next;
	int err = 0;

	kmod_list_foreach(next, mods)
	{
		struct kmod_module *mod = kmod_module_get_module(next);

		err = add_tree(list, mod, up, optional, why);
		kmod_module_unref(mod);
		if (err < 0)
			break;
	}
	return err;
}

static int add_dependencies(struct module_list *list, struct kmod_module *mod,
			    const struct place *at, struct load_error *why)
{
	struct kmod_list *deps = kmod_module_get_dependencies(mod);
	int err = add_each(list, deps, at, at->optional, why);

	kmod_module_unref_list(deps);
	return err;
}

static int add_with_neighbours(struct module_list *list, struct kmod_module *mod,
			       const struct place *at, struct load_error *why)
{
	struct kmod_list *pre = NULL, *post = NULL;
	int err;

	if (kmod_module_get_softdeps(mod, &pre, &post) < 0)
		pre = post = NULL;
	err = add_each(list, pre, at, true, why);
	if (err == 0)
		err = add_dependencies(list, mod, at, why);
	if (err == 0)
		err = add_file(list, mod, at->optional, why);
	if (err == 0)
		err = add_each(list, post, at, true, why);
	kmod_module_unref_list(pre);
	kmod_module_unref_list(post);
	return err;
}

/* soft dependencies may form a cycle: stop at a module that is already on the path */
static int add_tree(struct module_list *list, struct kmod_module *mod, const struct place *up,
		    bool optional, struct load_error *why)
{
	struct place at = { .up = up, .name = kmod_module_get_name(mod), .optional = optional };

	for (; up; up = up->up) {
		if (strcmp(up->name, at.name) == 0)
			return 0;
	}
	return add_with_neighbours(list, mod, &at, why);
}

static int add_wish(struct module_list *list, struct kmod_ctx *kmod, const char *dir,
		    const struct module_request *request, struct load_error *why)
{
	struct kmod_list *mods = NULL;
	int err = kmod_module_new_from_lookup(kmod, request->name, &mods);

	if (err < 0)
		return load_error_fail(why, err, "%s: cannot look up module %s: %s", dir,
				       request->name, strerror(-err));
	if (!mods)
		return request->optional
			       ? 0
			       : load_error_fail(why, -ENOENT, "%s: the kernel has no module %s",
						 dir, request->name);
	err = add_each(list, mods, NULL, false, why);
	kmod_module_unref_list(mods);
	return err;
}

static void silence(void *data, int priority, const char *file, int line, const char *fn,
		    const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line, (void)fn, (void)format, (void)args;
}

/* the host's own /etc/modprobe.d is not used: it is for another kernel */
static int open_kmod(const char *dir, struct kmod_ctx **ret_kmod, struct load_error *why)
{
	auto_free char *softdep = NULL;
	const char *config[2] = { 0 };
	struct kmod_ctx *kmod;

	if (asprintf(&softdep, "%s/modules.softdep", dir) < 0) {
		softdep = NULL;
		return load_error_fail(why, -ENOMEM, "not enough host memory to read modules");
	}
	config[0] = softdep;
	kmod = kmod_new(dir, config);
	if (!kmod)
		return load_error_fail(why, -ENOMEM, "not enough host memory to read modules");
	kmod_set_log_fn(kmod, silence, NULL);
	*ret_kmod = kmod;
	return 0;
}

int modules_load(const char *dir, const struct module_request *requests, size_t nr,
		 struct module_list *ret_list, struct load_error *why)
{
	struct module_list list = { 0 };
	struct kmod_ctx *kmod;
	int err = open_kmod(dir, &kmod, why);

	if (err < 0)
		return err;
	for (size_t i = 0; i < nr && err == 0; i++)
		err = add_wish(&list, kmod, dir, &requests[i], why);
	kmod_unref(kmod);
	if (err < 0) {
		module_list_done(&list);
		return err;
	}
	*ret_list = list;
	return 0;
}
