/* SPDX-License-Identifier: MIT */
/*
 * portal-vmm-loader SOCKET ARGUMENT...: reads, checks and unpacks what portal-vmm boots with the
 * same arguments, and sends it to the VMM over SOCKET. It is a separate process for two reasons.
 * The libraries that parse kernels, archives and file systems take more memory than the whole VMM,
 * and some stay mapped once they are loaded. And a hostile file that exploits a bug in one of them
 * does not gain control of a process that runs a guest.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "arch/arch.h"
#include "config.h"
#include "exit_status.h"
#include "handover/handover.h"
#include "loader/kernel/kernel.h"
#include "loader/userland.h"

/* below PORTAL_CACHE, else below the user's cache directory; NULL: neither is set */
static char *store_dir(void)
{
	const char *cache = getenv("PORTAL_CACHE"), *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");
	char *dir = NULL;
	int n = -1;

	if (cache && cache[0] == '/')
		n = asprintf(&dir, "%s/unpacked", cache);
	else if (xdg && xdg[0] == '/')
		n = asprintf(&dir, "%s/portal-vmm/unpacked", xdg);
	else if (home && home[0] == '/')
		n = asprintf(&dir, "%s/.cache/portal-vmm/unpacked", home);
	return n < 0 ? NULL : dir;
}

static int refuse(const char *path, int err, const struct load_error *why)
{
	log_error("%s: %s", path, why->text[0] ? why->text : strerror(-err));
	return -EINVAL;
}

static int open_kernel(const struct vmm_config *config, struct kernel **ret_kernel)
{
	auto_free char *store = store_dir();
	struct load_error why = { 0 };
	int err =
		kernel_open(config->kernel, arch_platform()->elf_machine, store, ret_kernel, &why);

	return err < 0 ? refuse(config->kernel, err, &why) : 0;
}

static int unpack_kernel(const struct vmm_config *config, const struct kernel *kernel,
			 struct kernel_image *ret_image)
{
	auto_free char *store = store_dir();
	struct kernel_options options = { .kaslr = config->kaslr, .store = store };
	struct load_error why = { 0 };
	int err = kernel_unpack(kernel, &options, ret_image, &why);

	return err < 0 ? refuse(config->kernel, err, &why) : 0;
}

/* The files in the result still belong to @userland and @kernel. */
static struct handover gather(const struct kernel_image *kernel, const struct userland *userland)
{
	struct handover files = HANDOVER_NONE;
	const struct rootfs *rootfs = userland->rootfs;

	files.kernel = *kernel;
	files.initrd = userland->initrd;
	files.has_guest_module = userland->has_guest_module;
	if (rootfs && rootfs->kind == ROOTFS_IMAGE) {
		files.root_fd = rootfs->fd;
		files.root_path = rootfs->path;
		files.root_write = rootfs->write;
	}
	return files;
}

static enum exit_status hand_over(int socket, const struct kernel_image *kernel,
				  const struct userland *userland)
{
	const struct handover files = gather(kernel, userland);
	int err = handover_send(socket, &files);

	if (err == 0)
		return EXIT_STATUS_POWEROFF;
	log_error("cannot send the kernel and the root file system to portal-vmm: %s",
		  strerror(-err));
	return EXIT_STATUS_INTERNAL;
}

static enum exit_status open_all(int socket, const struct vmm_config *config)
{
	struct kernel_image image = { .file = BLOB_NONE };
	struct userland userland = USERLAND_NONE;
	enum exit_status status = EXIT_STATUS_USAGE;
	struct kernel *kernel = NULL;
	int err = open_kernel(config, &kernel);

	if (err == 0)
		err = userland_open(&userland, config, kernel);
	if (err == 0)
		err = unpack_kernel(config, kernel, &image);
	if (err == 0)
		status = hand_over(socket, &image, &userland);
	kernel_image_done(&image);
	userland_close(&userland);
	kernel_close(kernel);
	return status;
}

int main(int argc, char **argv)
{
	struct vmm_config config;

	if (argc < 3) {
		log_error("this program is started by portal-vmm; see portal-vmm --help");
		return EXIT_STATUS_USAGE;
	}
	/* end with the VMM, which is the only reader of the files */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (config_parse(argc - 1, argv + 1, &config) < 0 || config.action != CONFIG_RUN)
		return EXIT_STATUS_USAGE;
	log_set_level(config.log_level);
	return (int)open_all((int)strtol(argv[1], NULL, 10), &config);
}
