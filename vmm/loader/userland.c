/* SPDX-License-Identifier: MIT */
#include "loader/userland.h"

#include <elf.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "base/log.h"
#include "loader/initramfs/guest_module.h"
#include "loader/initramfs/initramfs.h"
#include "loader/initramfs/modules.h"
#include "version.h"

#define INITRD_MAX  GIB(4)
#define ROOT_DEVICE "/dev/vda"

/* environment variable that lets a source tree be used without installation */
#define GUEST_DIR_VARIABLE "PORTAL_GUEST_DIR"

static int report(const char *what, int err, const struct load_error *why)
{
	log_error("%s: %s", what, why->text[0] ? why->text : strerror(-err));
	return err == -ENOMEM ? -ENOMEM : -EINVAL;
}

static char *dir_of(const char *path)
{
	auto_free char *copy = strdup(path);

	return copy ? strdup(dirname(copy)) : NULL;
}

/* --modules, else a directory beside the kernel, else the host's own modules */
static int find_modules(const struct vmm_config *config, const char *release, char **ret_dir)
{
	auto_free char *beside = dir_of(config->kernel);
	auto_free char *root = NULL;
	struct load_error why = { 0 };
	int err;

	if (config->modules) {
		err = modules_find_dir(config->modules, release, ret_dir, &why);
		return err < 0 ? report(config->modules, err, &why) : 0;
	}
	if (!beside || asprintf(&root, "%s/root", beside) < 0)
		return -ENOMEM;
	if (modules_find_dir(beside, release, ret_dir, NULL) == 0 ||
	    modules_find_dir(root, release, ret_dir, NULL) == 0 ||
	    modules_find_dir("/", release, ret_dir, NULL) == 0)
		return 0;
	log_error("no kernel modules found for %s, neither beside it nor in /lib/modules; name the "
		  "directory with --modules DIR (scripts/fetch-kernel gets a kernel with its "
		  "modules)",
		  release);
	return -EINVAL;
}

static int load_modules(const struct userland *userland, const struct vmm_config *config,
			const char *release, struct module_list *ret_list)
{
	struct module_request requests[ROOTFS_MODULES_MAX + 4] = {
		{ .name = "virtio_mmio" },
		{ .name = "virtio_blk" },
		{ .name = "virtio_rng", .optional = true },
		/* a root directory is unpacked into memory and needs no overlay */
		{ .name = "overlay",
		  .optional =
			  userland->rootfs->write || userland->rootfs->kind == ROOTFS_DIRECTORY },
	};
	auto_free char *dir = NULL;
	struct load_error why = { 0 };
	size_t nr = 4;
	int err = find_modules(config, release, &dir);

	if (err < 0)
		return err;
	for (size_t i = 0; i < userland->rootfs->nr_modules; i++)
		requests[nr++] = userland->rootfs->modules[i];
	err = modules_load(dir, requests, nr, ret_list, &why);
	return err < 0 ? report(dir, err, &why) : 0;
}

static int load_guest_module(const struct vmm_config *config, const struct kernel *kernel,
			     struct module *ret_module)
{
	const char *release = kernel->release;
	auto_free char *beside = dir_of(config->kernel);
	const char *named = getenv(GUEST_DIR_VARIABLE);
	const char *dirs[3] = { PORTAL_VMM_LIBDIR "/guest", beside, named };
	const struct guest_module_places places = {
		.path = config->guest_module,
		.dirs = dirs,
		.nr_dirs = named ? 3 : 2,
	};
	auto_free char *path = NULL;
	struct load_error why = { 0 };
	int err;

	if (!beside)
		return -ENOMEM;
	err = guest_module_find(&places, release, &path, &why);
	if (err == 0)
		err = module_read(path, GUEST_MODULE_FILE, ret_module, &why);
	if (err == 0) {
		err = guest_module_check(ret_module, release, kernel->machine, &why);
		if (err == 0)
			return 0;
		module_done(ret_module);
	}
	log_error("guest module for kernel %s: %s; build it with scripts/build-guest "
		  "--kernel-headers DIR, "
		  "where DIR holds that kernel's headers, and name it with --guest-module FILE",
		  release, why.text[0] ? why.text : strerror(-err));
	return -EINVAL;
}

static int build_initramfs(struct userland *userland, const struct vmm_config *config,
			   const struct kernel *kernel)
{
	const struct rootfs *rootfs = userland->rootfs;
	struct module_list modules = { 0 };
	struct module guest = { 0 };
	struct load_error why = { 0 };
	struct initramfs_options options = {
		.machine = kernel->machine,
		.modules = &modules,
		.guest_module = &guest,
		.root_device = ROOT_DEVICE,
		.root_type = rootfs->type,
		.root_options = rootfs->options,
		.root_write = rootfs->write,
		.init = config->init,
		.marks = config->boot_timer_path ? arch_platform()->marks_base : 0,
		.debug = config->log_level == LOG_DEBUG,
		.ram_bytes = config->memory_bytes,
	};
	int err = load_modules(userland, config, kernel->release, &modules);

	if (rootfs->kind == ROOTFS_DIRECTORY)
		options.tree = rootfs->path;
	if (err == 0)
		err = load_guest_module(config, kernel, &guest);
	if (err == 0) {
		err = initramfs_build(&options, &userland->initrd, &why);
		if (err == -ENOMEM && why.need_bytes) {
			log_error("%s: %s; use --memory %lluM or more, or make an image of it",
				  rootfs->path, why.text,
				  (unsigned long long)((why.need_bytes + MIB(1) - 1) >> 20));
			err = -EINVAL;
		} else if (err < 0) {
			err = report(rootfs->path, err, &why);
		}
	}
	module_done(&guest);
	module_list_done(&modules);
	return err;
}

static int read_initrd(struct userland *userland, const struct vmm_config *config)
{
	int err = blob_read_file(config->initrd, INITRD_MAX, &userland->initrd);

	if (err == 0)
		return 0;
	log_error("%s: %s", config->initrd, strerror(-err));
	return -EINVAL;
}

/* kernel formats in which the release can be found */
static const char *formats_with_release(unsigned int machine)
{
	switch (machine) {
	case EM_ARM:
		return "a zImage of Linux 5.9 or newer that is compressed with gzip, lz4 or xz";
	case EM_AARCH64:
		return "a complete Image";
	default:
		return "a bzImage, or an ELF vmlinux that is not stripped";
	}
}

int userland_open(struct userland *userland, const struct vmm_config *config,
		  const struct kernel *kernel)
{
	struct load_error why = { 0 };
	int err;

	if (config->initrd)
		return read_initrd(userland, config);
	err = rootfs_open(config->rootfs, &userland->rootfs, &why);
	if (err < 0)
		return report(config->rootfs, err, &why);
	if (!kernel->release[0]) {
		log_error("%s does not contain its release, so no modules can be found for it; use "
			  "%s",
			  config->kernel, formats_with_release(kernel->machine));
		return -EINVAL;
	}
	userland->has_guest_module = true;
	return build_initramfs(userland, config, kernel);
}

void userland_close(struct userland *userland)
{
	rootfs_close(userland->rootfs);
	blob_done(&userland->initrd);
	*userland = USERLAND_NONE;
}
