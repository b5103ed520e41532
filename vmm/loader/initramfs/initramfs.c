/* SPDX-License-Identifier: MIT */
#include "loader/initramfs/initramfs.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/bytes.h"
#include "guest/init/format.h"
#include "guest/init/image.h"
#include "loader/initramfs/cpio.h"
#include "loader/initramfs/tree.h"

#define KERNEL_BYTES MIB(72) /* the kernel itself, and what it needs to boot */

/* the configuration as text, written with open_memstream(3) */
struct text {
	char *data;
	size_t len;
	FILE *out;
	bool bad;
};

static void put(struct text *text, const char *key, const char *value)
{
	if (!value)
		return;
	if (strchr(value, '\n'))
		text->bad = true;
	(void)fprintf(text->out, "%s=%s\n", key, value);
}

static void put_all(struct text *text, const struct initramfs_options *options)
{
	if (options->debug)
		put(text, GUEST_INIT_KEY_DEBUG, "1");
	for (size_t i = 0; i < options->modules->nr; i++) {
		const struct module *module = &options->modules->items[i];

		put(text, module->optional ? GUEST_INIT_KEY_OPTIONAL_MODULE : GUEST_INIT_KEY_MODULE,
		    module->name);
	}
	if (!options->tree) {
		put(text, GUEST_INIT_KEY_ROOT_DEVICE, options->root_device);
		put(text, GUEST_INIT_KEY_ROOT_TYPE, options->root_type);
		put(text, GUEST_INIT_KEY_ROOT_OPTIONS, options->root_options);
		put(text, GUEST_INIT_KEY_ROOT_WRITE, options->root_write ? "1" : NULL);
	}
	if (options->guest_module) {
		put(text, GUEST_INIT_KEY_PORTAL, options->guest_module->name);
		put(text, GUEST_INIT_KEY_PORTAL_PARAMS, options->guest_module_params);
	}
	put(text, GUEST_INIT_KEY_INIT, options->init);
	if (options->marks)
		(void)fprintf(text->out, GUEST_INIT_KEY_MARKS "=%" PRIu64 "\n", options->marks);
}

static int write_config(const struct initramfs_options *options, char **ret_text,
			struct load_error *why)
{
	struct text text = { 0 };
	auto_free char *data = NULL;
	bool failed;

	text.out = open_memstream(&text.data, &text.len);
	if (!text.out)
		return load_error_fail(why, -ENOMEM, "not enough host memory for the initramfs");
	put_all(&text, options);
	failed = ferror(text.out);
	failed |= fclose(text.out) != 0;
	data = text.data;
	if (failed)
		return load_error_fail(why, -ENOMEM, "not enough host memory for the initramfs");
	if (text.bad)
		return load_error_fail(why, -EINVAL, "a newline in an option for the guest's init");
	if (text.len > GUEST_INIT_CONFIG_MAX || options->modules->nr > GUEST_INIT_MODULES_MAX)
		return load_error_fail(why, -EINVAL,
				       "too many modules or options for the guest's init");
	*ret_text = take_ptr(data);
	return 0;
}

/*
 * The initramfs is a tmpfs. Its maximum size is half of the memory that is free when the kernel
 * starts; the archive still occupies memory then. So the archive counts once and the unpacked tree
 * twice. The quarter is for page structs.
 */
static uint64_t memory_for(uint64_t size)
{
	if (size > UINT64_MAX / 8)
		return UINT64_MAX;
	return 3 * size + size / 4 + KERNEL_BYTES;
}

static int check_memory(const struct initramfs_options *options, struct load_error *why)
{
	uint64_t size, need;
	int err = tree_size(options->tree, &size, why);

	if (err < 0)
		return err;
	need = memory_for(size);
	if (need <= options->ram_bytes)
		return 0;
	load_error_note(why, "the directory is copied into guest memory and needs %llu MiB of it",
			(unsigned long long)(need >> 20) + 1);
	if (why)
		why->need_bytes = need;
	return -ENOMEM;
}

/* the kernel opens /dev/console before our init could create it */
static int add_console(struct cpio *cpio)
{
	struct cpio_entry node = {
		.name = "dev/console",
		.mode = S_IFCHR | 0600,
		.rdev = makedev(5, 1),
	};
	int err = cpio_add_dir(cpio, "dev");

	return err < 0 ? err : cpio_add(cpio, &node);
}

/* Return: size in bytes; 0: no init was built for @machine */
static size_t find_init(unsigned int machine, const uint8_t **ret_init)
{
	bool is_arm = machine == EM_ARM;
	const uint8_t *end = is_arm ? guest_init_arm_image_end : guest_init_image_end;

	*ret_init = is_arm ? guest_init_arm_image : guest_init_image;
	return (size_t)(end - *ret_init);
}

static int add_base(struct cpio *cpio, unsigned int machine, const char *config)
{
	const uint8_t *init;
	size_t init_len = find_init(machine, &init);
	int err = add_console(cpio);

	if (err == 0)
		err = cpio_add_dir(cpio, GUEST_INIT_PATH_DIR);
	if (err == 0)
		err = cpio_add_dir(cpio, GUEST_INIT_PATH_MODULES);
	if (err == 0)
		err = cpio_add_file(cpio, GUEST_INIT_PATH_INIT, 0755, init, init_len);
	if (err == 0)
		err = cpio_add_file(cpio, GUEST_INIT_PATH_CONFIG, 0644, config, strlen(config));
	return err;
}

static int add_module(struct cpio *cpio, const struct module *module)
{
	auto_free char *name = NULL;

	if (asprintf(&name, GUEST_INIT_PATH_MODULES "/%s", module->name) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	return cpio_add_file(cpio, name, 0644, module->data, module->len);
}

static int add_modules(struct cpio *cpio, const struct initramfs_options *options)
{
	int err = 0;

	for (size_t i = 0; i < options->modules->nr && err == 0; i++)
		err = add_module(cpio, &options->modules->items[i]);
	if (err == 0 && options->guest_module)
		err = add_module(cpio, options->guest_module);
	return err;
}

static int fill(struct cpio *cpio, const struct initramfs_options *options, const char *config,
		struct load_error *why)
{
	int err = add_base(cpio, options->machine, config);

	if (err == 0)
		err = add_modules(cpio, options);
	if (err < 0)
		return load_error_fail(why, err, "cannot make the initramfs: %s", strerror(-err));
	if (options->tree)
		return tree_pack(cpio, options->tree, GUEST_INIT_PATH_TREE, why);
	return 0;
}

int initramfs_build(const struct initramfs_options *options, struct blob *ret_archive,
		    struct load_error *why)
{
	auto_free char *config = NULL;
	const uint8_t *init;
	struct cpio *cpio;
	int err = write_config(options, &config, why);

	if (err < 0)
		return err;
	if (find_init(options->machine, &init) == 0)
		return load_error_fail(why, -ENOTSUP,
				       "a 32-bit kernel cannot be used: this portal-vmm was built "
				       "without arm-linux-gnueabihf-gcc");
	if (options->tree) {
		err = check_memory(options, why);
		if (err < 0)
			return err;
	}
	if (cpio_create(&cpio) < 0)
		return load_error_fail(why, -ENOMEM, "not enough host memory for the initramfs");
	err = fill(cpio, options, config, why);
	if (err == 0 && cpio_finish(cpio, ret_archive) < 0)
		err = load_error_fail(why, -ENOMEM, "not enough host memory for the initramfs");
	cpio_destroy(cpio);
	return err;
}

int initramfs_join(const void *user, size_t user_len, const void *own, size_t own_len,
		   void **ret_data, size_t *ret_len)
{
	size_t start = align_up(user_len, 4);
	uint8_t *data = calloc(1, start + own_len);

	if (!data)
		return -ENOMEM;
	memcpy(data, user, user_len);
	memcpy(data + start, own, own_len);
	*ret_data = data;
	*ret_len = start + own_len;
	return 0;
}
