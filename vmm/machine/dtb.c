/* SPDX-License-Identifier: MIT */
#include "machine/dtb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "arch/arch.h"
#include "base/io.h"
#include "base/log.h"

#define DUMP_MODE 0666

static int refuse(const char *path, int err)
{
	log_error("%s: %s", path, strerror(-err));
	return -EINVAL;
}

static int no_devtree(const char *option)
{
	log_error("%s: guests on %s get no device tree", option, arch_platform()->name);
	return -EINVAL;
}

int dtb_read(const struct vmm_config *config, void **ret_data, size_t *ret_len)
{
	size_t max = arch_platform()->devtree_max;
	int err;

	if (!config->dtb)
		return 0;
	if (max == 0)
		return no_devtree("--dtb");
	err = io_read_file(config->dtb, max, ret_data, ret_len);
	return err < 0 ? refuse(config->dtb, err) : 0;
}

static int write_file(const char *path, const void *data, size_t len)
{
	auto_close int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, DUMP_MODE);

	return fd < 0 ? -errno : io_write_full(fd, data, len);
}

int dtb_dump(const struct vmm_config *config, const struct guest_mem *mem, gpa_t tables)
{
	const void *tree;
	size_t len;
	int err;

	if (!config->dump_dtb)
		return 0;
	tree = arch_devtree(mem, tables, &len);
	if (!tree)
		return no_devtree("--dump-dtb");
	err = write_file(config->dump_dtb, tree, len);
	return err < 0 ? refuse(config->dump_dtb, err) : 0;
}
