/* SPDX-License-Identifier: MIT */
#include "hooks/module.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/log.h"

static const struct portal_option *find_option(const struct portal_module_desc *desc,
					       const char *key)
{
	for (const struct portal_option *option = desc->options; option && option->key; option++)
		if (strcmp(option->key, key) == 0)
			return option;
	return NULL;
}

/* ---- the file ---- */

static bool is_elf(int fd)
{
	char magic[SELFMAG];

	return io_pread_full(fd, magic, sizeof(magic), 0) == SELFMAG &&
	       memcmp(magic, ELFMAG, SELFMAG) == 0;
}

/* dlopen() maps the segments as the headers state, and gets SIGBUS if the file is shorter. */
static bool is_whole(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	Elf64_Ehdr file;

	if (size < 0 || io_pread_full(fd, &file, sizeof(file), 0) != sizeof(file))
		return false;
	/* dlopen() refuses files of other machines */
	if (file.e_ident[EI_CLASS] != ELFCLASS64)
		return true;
	for (unsigned int i = 0; i < file.e_phnum; i++) {
		off_t offset = (off_t)(file.e_phoff + i * sizeof(Elf64_Phdr));
		Elf64_Phdr segment;

		if (io_pread_full(fd, &segment, sizeof(segment), offset) != sizeof(segment))
			return false;
		if (segment.p_offset > (uint64_t)size ||
		    segment.p_filesz > (uint64_t)size - segment.p_offset)
			return false;
	}
	return true;
}

static int check_file(const char *path)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		int err = errno == ENOENT || errno == ENOTDIR ? -ENOENT : -EACCES;

		log_error("hook module %s: %s; give the path of a .so file", path, strerror(errno));
		return err;
	}
	if (!is_elf(fd)) {
		log_error("hook module %s: not a shared object; a hook module is built with "
			  "'cc -shared -fPIC' from a C file that includes <portal/hook.h>",
			  path);
		return -ENOEXEC;
	}
	if (!is_whole(fd)) {
		log_error("hook module %s: truncated; build it again", path);
		return -ENOEXEC;
	}
	return 0;
}

static int open_object(const char *path, void **ret_object)
{
	auto_free char *local = NULL;
	const char *reason;

	/* without a slash dlopen() would search the library directories of the system */
	if (!strchr(path, '/')) {
		if (asprintf(&local, "./%s", path) < 0)
			return -ENOMEM;
		path = local;
	}
	*ret_object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (*ret_object)
		return 0;
	reason = dlerror();
	if (strstr(reason, "undefined symbol: portal_"))
		log_error("hook module %s: %s; it was built for a newer portal-vmm: rebuild it "
			  "with this one's <portal/hook.h>",
			  path, reason);
	else if (strstr(reason, "undefined symbol"))
		log_error("hook module %s: %s; link the code that defines it into the module", path,
			  reason);
	else
		log_error("hook module %s: cannot be loaded: %s", path, reason);
	return -ENOEXEC;
}

static int find_desc(struct portal_module *module, const char *path)
{
	int ret = check_file(path);

	if (ret == 0)
		ret = open_object(path, &module->object);
	if (ret < 0)
		return ret;
	module->desc = dlsym(module->object, "portal_module");
	if (module->desc)
		return 0;
	log_error("hook module %s: no symbol portal_module; define "
		  "'const struct portal_module_desc portal_module' in it",
		  path);
	return -ENOEXEC;
}

/* ---- the descriptor ---- */

/* modules made for an older API are refused; docs/abi.md says when to raise it */
#define OLDEST_API 2u

static int check_api(uint32_t api, const char *path)
{
	if (api > PORTAL_API_VERSION)
		log_error(
			"hook module %s: built for hook API %u, but this portal-vmm has %u; use "
			"a newer portal-vmm or rebuild the module with this one's <portal/hook.h>",
			path, api, PORTAL_API_VERSION);
	else if (api < OLDEST_API)
		log_error(
			"hook module %s: built for hook API %u, but this portal-vmm has %u and "
			"accepts %u at least; rebuild the module with this one's <portal/hook.h>, "
			"and start its descriptor with PORTAL_MODULE_INIT",
			path, api, PORTAL_API_VERSION, OLDEST_API);
	else
		return 0;
	return -EPROTONOSUPPORT;
}

static int check_desc(const struct portal_module_desc *desc, const char *path)
{
	int ret = check_api(desc->api, path);

	if (ret < 0)
		return ret;
	if (desc->size != sizeof(*desc) || desc->reserved != 0 || !desc->name || !desc->load ||
	    (desc->flags & ~PORTAL_MODULE_THREAD_SAFE)) {
		log_error("hook module %s: the descriptor is incomplete; start it with "
			  "PORTAL_MODULE_INIT and set a name and a load function",
			  path);
		return -EINVAL;
	}
	return 0;
}

/* ---- the options ---- */

/* List the options: "errno, prefix". The caller frees it. Return: NULL: no memory. */
static char *list_options(const struct portal_module_desc *desc)
{
	char *list = NULL;
	size_t size;
	FILE *out;

	if (!desc->options || !desc->options->key)
		return strdup("none");
	out = open_memstream(&list, &size);
	if (!out)
		return NULL;
	for (const struct portal_option *option = desc->options; option->key; option++)
		fprintf(out, "%s%s", option == desc->options ? "" : ", ", option->key);
	fclose(out);
	return list;
}

static int check_options(const struct portal_module *module)
{
	for (size_t i = 0; i < module->options.nr_pairs; i++) {
		const struct option_pair *pair = &module->options.pairs[i];
		auto_free char *known = NULL;

		if (find_option(module->desc, pair->key) && pair->value)
			continue;
		known = list_options(module->desc);
		if (!find_option(module->desc, pair->key))
			log_error("hook module %s: unknown option '%s'; known options: %s",
				  module->options.head, pair->key, known ? known : "?");
		else
			log_error("hook module %s: option '%s' has no value; write %s=VALUE",
				  module->options.head, pair->key, pair->key);
		return -EINVAL;
	}
	return 0;
}

static int parse_spec(struct portal_module *module, const char *spec)
{
	int ret = options_parse(spec, &module->options);

	if (ret == 0 || ret == -ENOMEM)
		return ret;
	log_error("--hook %s: %s; write FILE.so[,key=value]..., with ',,' for a comma in a value",
		  spec,
		  ret == -EEXIST  ? "an option is given twice"
		  : ret == -E2BIG ? "too many options"
				  : "the name of the file or of an option is missing");
	return -EINVAL;
}

const char *portal_option(struct portal_module *mod, const char *key)
{
	const struct portal_option *option = find_option(mod->desc, key);

	for (size_t i = 0; option && i < mod->options.nr_pairs; i++)
		if (strcmp(mod->options.pairs[i].key, key) == 0)
			return mod->options.pairs[i].value;
	return option ? option->fallback : NULL;
}

/* ---- life ---- */

int module_open(const struct portal_module_desc *desc, const char *spec, unsigned int index,
		struct registry *registry, struct portal_module **ret_module)
{
	struct portal_module *module = calloc(1, sizeof(*module));
	int ret;

	if (!module)
		return -ENOMEM;
	module->desc = desc;
	module->index = index;
	module->registry = registry;
	ret = parse_spec(module, spec);
	if (ret == 0 && !desc)
		ret = find_desc(module, module->options.head);
	if (ret == 0)
		ret = check_desc(module->desc, module->options.head);
	if (ret == 0)
		ret = check_options(module);
	if (ret < 0) {
		module_close(module);
		return ret;
	}
	*ret_module = module;
	return 0;
}

int module_load(struct portal_module *module)
{
	int ret = module->desc->load(module);

	if (ret < 0) {
		log_error("hook module %s: its load() failed: %s", module->options.head,
			  strerror(-ret));
		return ret;
	}
	module->is_loaded = true;
	return 0;
}

void module_unload(struct portal_module *module)
{
	if (module->is_loaded && module->desc->unload)
		module->desc->unload(module);
	module->is_loaded = false;
}

void module_close(struct portal_module *module)
{
	if (!module)
		return;
	if (module->object)
		dlclose(module->object);
	options_done(&module->options);
	free(module);
}

void module_describe(const struct portal_module *module, FILE *out)
{
	const struct portal_module_desc *desc = module->desc;

	fprintf(out, "%s %s (hook API %u)\n", desc->name, desc->version ? desc->version : "",
		desc->api);
	if (desc->help)
		fprintf(out, "%s\n", desc->help);
	fprintf(out, "options:\n");
	if (!desc->options || !desc->options->key)
		fprintf(out, "  none\n");
	for (const struct portal_option *option = desc->options; option && option->key; option++) {
		fprintf(out, "  %s=%s", option->key, option->fallback ? option->fallback : "");
		fprintf(out, "%s%s\n", option->help ? "  " : "", option->help ? option->help : "");
	}
}
