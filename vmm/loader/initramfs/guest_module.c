/* SPDX-License-Identifier: MIT */
#include "loader/initramfs/guest_module.h"

#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>

#define MODINFO	 ".modinfo"
#define VERMAGIC "vermagic="

static int check_explicit(const char *path, char **ret_path, struct load_error *why)
{
	char *copy;

	if (access(path, R_OK) < 0)
		return load_error_fail(why, -errno, "%s: %s", path, strerror(errno));
	copy = strdup(path);
	if (!copy)
		return load_error_fail(why, -ENOMEM,
				       "not enough host memory to find the guest module");
	*ret_path = copy;
	return 0;
}

static int not_found(const struct guest_module_places *places, const char *release,
		     struct load_error *why)
{
	char searched[160] = "";
	size_t len = 0;

	for (size_t i = 0; i < places->nr_dirs && len < sizeof(searched); i++)
		len += (size_t)snprintf(searched + len, sizeof(searched) - len, "%s%s",
					i == 0 ? "" : ", ", places->dirs[i]);
	return load_error_fail(why, -ENOENT, "no " GUEST_MODULE_FILE " for kernel %s in %s",
			       release, searched);
}

int guest_module_find(const struct guest_module_places *places, const char *release,
		      char **ret_path, struct load_error *why)
{
	if (places->path)
		return check_explicit(places->path, ret_path, why);
	for (size_t i = 0; i < places->nr_dirs; i++) {
		auto_free char *path = NULL;

		if (asprintf(&path, "%s/%s/" GUEST_MODULE_FILE, places->dirs[i], release) < 0) {
			path = NULL;
			return load_error_fail(why, -ENOMEM,
					       "not enough host memory to find the guest module");
		}
		if (access(path, R_OK) == 0) {
			*ret_path = take_ptr(path);
			return 0;
		}
	}
	return not_found(places, release, why);
}

static Elf_Data *find_modinfo(Elf *elf)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr header;
		const char *name;

		if (!gelf_getshdr(section, &header))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		if (name && strcmp(name, MODINFO) == 0)
			return elf_rawdata(section, NULL);
	}
	return NULL;
}

/*
 * .modinfo contains NUL-terminated strings "key=value". Return: the first word of vermagic,
 * malloc'ed, or NULL
 */
static char *read_vermagic(Elf *elf)
{
	const Elf_Data *info = find_modinfo(elf);
	const char *at, *end;

	if (!info || !info->d_buf)
		return NULL;
	at = info->d_buf;
	end = at + info->d_size;
	while (at < end) {
		size_t len = strnlen(at, (size_t)(end - at));

		if (len > strlen(VERMAGIC) && memcmp(at, VERMAGIC, strlen(VERMAGIC)) == 0) {
			const char *value = at + strlen(VERMAGIC);
			const char *space = memchr(value, ' ', len - strlen(VERMAGIC));

			return strndup(value,
				       space ? (size_t)(space - value) : len - strlen(VERMAGIC));
		}
		at += len + 1;
	}
	return NULL;
}

int guest_module_check(const struct module *module, const char *release, unsigned int machine,
		       struct load_error *why)
{
	auto_free char *made_for = NULL;
	bool fits = false;
	GElf_Ehdr header;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory(module->data, module->len);
	if (elf) {
		made_for = read_vermagic(elf);
		fits = gelf_getehdr(elf, &header) && header.e_machine == machine;
		elf_end(elf);
	}
	if (!made_for)
		return load_error_fail(why, -ENOEXEC, "not a kernel module (it has no vermagic)");
	if (strcmp(made_for, release) != 0)
		return load_error_fail(why, -ESTALE, "made for kernel %s, but the kernel is %s",
				       made_for, release);
	if (!fits)
		return load_error_fail(why, -ESTALE,
				       "made for this release, but for another machine");
	return 0;
}
