/* SPDX-License-Identifier: MIT */
#include "config_options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"

#define HELP_COLUMN 25 /* column of the description */

static bool is_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
	}
	return len > 0;
}

int config_parse_size(const char *text, uint64_t *ret_bytes)
{
	size_t len = strlen(text);
	unsigned int shift = 20;
	uint64_t value;

	if (len > 0 && !isdigit((unsigned char)text[len - 1])) {
		static const char units[] = "KMGT";
		const char *unit = strchr(units, toupper((unsigned char)text[len - 1]));

		if (!unit)
			return -EINVAL;
		shift = 10 * (unsigned int)(unit - units + 1);
		len--;
	}
	if (!is_digits(text, len))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, NULL, 10);
	if (errno || value > UINT64_MAX >> shift)
		return -ERANGE;
	*ret_bytes = value << shift;
	return 0;
}

static int parse_number(const char *name, const char *text, unsigned int min, unsigned int max,
			unsigned int *ret_value)
{
	unsigned long value;

	errno = 0;
	value = is_digits(text, strlen(text)) ? strtoul(text, NULL, 10) : 0;
	if (errno || value < min || value > max) {
		log_error("--%s %s: give a number from %u to %u", name, text, min, max);
		return -EINVAL;
	}
	*ret_value = (unsigned int)value;
	return 0;
}

static void *field_of(const struct config_option *option, struct vmm_config *config)
{
	return (char *)config + option->field;
}

static int parse_string(const struct config_option *option, const char *value,
			struct vmm_config *config)
{
	*(const char **)field_of(option, config) = value;
	return 0;
}

/* for options with an optional file; without it the output goes to the log */
static int parse_output(const struct config_option *option, const char *value,
			struct vmm_config *config)
{
	return parse_string(option, value ? value : "", config);
}

static int parse_flag(const struct config_option *option, const char *value,
		      struct vmm_config *config)
{
	(void)value;
	*(bool *)field_of(option, config) = true;
	return 0;
}

static int parse_switch(const struct config_option *option, const char *value,
			struct vmm_config *config)
{
	bool is_on = strcmp(value, "on") == 0;

	if (!is_on && strcmp(value, "off") != 0) {
		log_error("--%s %s: give on or off", option->name, value);
		return -EINVAL;
	}
	*(bool *)field_of(option, config) = is_on;
	return 0;
}

static int parse_action(const struct config_option *option, const char *value,
			struct vmm_config *config)
{
	(void)value;
	config->action = option->action;
	return 0;
}

static int parse_describe(const struct config_option *option, const char *value,
			  struct vmm_config *config)
{
	config->describe = value;
	return parse_action(option, value, config);
}

static int append_item(const char *name, const char *item, const char **items, size_t max,
		       size_t *nr)
{
	if (*nr == max) {
		log_error("--%s: can be given at most %zu times", name, max);
		return -EINVAL;
	}
	items[(*nr)++] = item;
	return 0;
}

static int parse_hook(const struct config_option *option, const char *value,
		      struct vmm_config *config)
{
	return append_item(option->name, value, config->hooks, CONFIG_MAX_HOOKS, &config->nr_hooks);
}

static int parse_disk(const struct config_option *option, const char *value,
		      struct vmm_config *config)
{
	return append_item(option->name, value, config->disks, CONFIG_MAX_DISKS, &config->nr_disks);
}

static int parse_memory(const struct config_option *option, const char *value,
			struct vmm_config *config)
{
	uint64_t bytes;

	if (config_parse_size(value, &bytes) < 0) {
		log_error("--%s %s: not a size; give a size such as 256M or 1G", option->name,
			  value);
		return -EINVAL;
	}
	if (bytes < CONFIG_MEMORY_MIN || bytes > CONFIG_MEMORY_MAX) {
		log_error("--%s %s: give a size from %llu MiB to %llu GiB", option->name, value,
			  CONFIG_MEMORY_MIN >> 20, CONFIG_MEMORY_MAX >> 30);
		return -EINVAL;
	}
	config->memory_bytes = align_up(bytes, MIB(2));
	return 0;
}

static int parse_cpus(const struct config_option *option, const char *value,
		      struct vmm_config *config)
{
	return parse_number(option->name, value, 1, arch_platform()->max_cpus, &config->cpus);
}

static int parse_timeout(const struct config_option *option, const char *value,
			 struct vmm_config *config)
{
	return parse_number(option->name, value, 1, 1000000, &config->timeout_s);
}

static int parse_doorbell(const struct config_option *option, const char *value,
			  struct vmm_config *config)
{
	if (strcmp(value, "hypercall") == 0) {
		config->doorbell = ARCH_DOORBELL_HYPERCALL;
	} else if (strcmp(value, "mmio") == 0) {
		config->doorbell = ARCH_DOORBELL_MMIO;
	} else {
		log_error("--%s %s: give hypercall or mmio", option->name, value);
		return -EINVAL;
	}
	return 0;
}

static int parse_log_level(const struct config_option *option, const char *value,
			   struct vmm_config *config)
{
	if (log_level_parse(value, &config->log_level) == 0)
		return 0;
	log_error("--%s %s: give error, warn, info or debug", option->name, value);
	return -EINVAL;
}

/* clang-format off: a table */
#define STRING(name, field, arg, help)                            \
	{                                                         \
		name, required_argument, arg, help, parse_string, \
			offsetof(struct vmm_config, field), 0     \
	}
#define OUTPUT(name, field, arg, help)                            \
	{                                                         \
		name, optional_argument, arg, help, parse_output, \
			offsetof(struct vmm_config, field), 0     \
	}
#define FLAG(name, field, help)                                                                  \
	{                                                                                        \
		name, no_argument, NULL, help, parse_flag, offsetof(struct vmm_config, field), 0 \
	}
#define SWITCH(name, field, help)                                      \
	{                                                              \
		name, required_argument, "on|off", help, parse_switch, \
			offsetof(struct vmm_config, field), 0          \
	}
#define VALUE(name, parse, arg, help)                           \
	{                                                       \
		name, required_argument, arg, help, parse, 0, 0 \
	}
#define ACTION(name, action, help)                                     \
	{                                                              \
		name, no_argument, NULL, help, parse_action, 0, action \
	}

static const struct config_option options[] = {
	STRING("kernel", kernel, "FILE",
	       "bzImage or ELF vmlinux; on aarch64 Image, vmlinux or zImage"),
	STRING("rootfs", rootfs, "FILE|DIR[,rw]",
	       "root file system: an image (ext2/3/4, squashfs, erofs, ...) or a\n"
	       "directory; writes go to guest memory unless ,rw is given"),
	VALUE("hook", parse_hook, "FILE.so[,k=v]",
	      "hook module with its options; may be repeated; hooks run in the order\n"
	      "of the modules"),
	VALUE("memory", parse_memory, "SIZE",
	      "guest RAM: 64M, 1G; a plain number is MiB (default 256M)"),
	FLAG("huge-pages", huge_pages, "request huge pages for guest RAM from the host"),
	FLAG("prefault", prefault, "allocate all of guest RAM before the guest starts"),
	VALUE("cpus", parse_cpus, "N", "virtual CPUs (default 1)"),
	SWITCH("direct", direct,
	       "let hooks access present memory through the task's page tables,\n"
	       "without an exit (default: on on x86_64, off on aarch64)"),
	STRING("append", append, "STRING", "add STRING to the kernel's command line"),
	STRING("init", init, "PATH",
	       "the firmware's init (default: the first of /sbin/init, /etc/init,\n"
	       "/bin/init, /init, /linuxrc, /bin/sh)"),
	STRING("modules", modules, "DIR",
	       "directory of the kernel modules: DIR/lib/modules/RELEASE or\n"
	       "DIR/RELEASE (default: next to the kernel, then /lib/modules)"),
	STRING("guest-module", guest_module, "FILE",
	       "portal.ko for this kernel (default: found by the kernel's release)"),
	STRING("initrd", initrd, "FILE",
	       "initial RAM file system to boot from, instead of --rootfs"),
	VALUE("disk", parse_disk, "FILE[,ro]", "additional virtio disk; may be repeated"),
	FLAG("kaslr", kaslr, "let the kernel randomize its address"),
	VALUE("doorbell", parse_doorbell, "hypercall|mmio",
	      "how the guest module calls portal-vmm (aarch64; default: the best\n"
	      "that this host supports)"),
	STRING("dtb", dtb, "FILE", "device tree to use instead of portal-vmm's own (aarch64)"),
	STRING("dump-dtb", dump_dtb, "FILE", "write the guest's device tree to FILE (aarch64)"),
	VALUE("timeout", parse_timeout, "SECONDS",
	      "end the VM after SECONDS, with exit status 124"),
	STRING("console", console, "KIND", "stdio, null, file:PATH or pty (default stdio)"),
	VALUE("log-level", parse_log_level, "error|warn|info|debug",
	      "messages to print (default info)"),
	OUTPUT("stats", stats_path, "FILE", "print counters at the end"),
	OUTPUT("boot-timer", boot_timer_path, "FILE",
	       "print the time of each phase of the boot; write JSON to FILE"),
	{ "describe-module", required_argument, "FILE.so",
	  "print the hooks and options of a hook module", parse_describe, 0, CONFIG_DESCRIBE },
	ACTION("check", CONFIG_CHECK, "report whether this host can run guests"),
	ACTION("list-options", CONFIG_LIST_OPTIONS, "print the options for scripts, one per line"),
	ACTION("version", CONFIG_VERSION, "print the version"),
	ACTION("help", CONFIG_HELP, "print this text"),
};
/* clang-format on */

_Static_assert(ARRAY_SIZE(options) <= CONFIG_MAX_OPTIONS,
	       "the options fit into getopt_long()'s table");

size_t config_options(const struct config_option **ret_options)
{
	*ret_options = options;
	return ARRAY_SIZE(options);
}

/* print the option as the user writes it. Return: the number of characters */
static int print_synopsis(const struct config_option *option, FILE *out)
{
	switch (option->has_arg) {
	case required_argument:
		return fprintf(out, "  --%s %s", option->name, option->arg);
	case optional_argument:
		return fprintf(out, "  --%s[=%s]", option->name, option->arg);
	default:
		return fprintf(out, "  --%s", option->name);
	}
}

static void print_option(const struct config_option *option, FILE *out)
{
	int width = print_synopsis(option, out);
	const char *line = option->help;

	if (width >= HELP_COLUMN) {
		fputc('\n', out);
		width = 0;
	}
	while (line) {
		const char *end = strchr(line, '\n');

		fprintf(out, "%*s%.*s\n", HELP_COLUMN - width, "",
			(int)(end ? end - line : (ptrdiff_t)strlen(line)), line);
		width = 0;
		line = end ? end + 1 : NULL;
	}
}

void config_print_help(FILE *out)
{
	fputs("Usage: portal-vmm --kernel FILE --rootfs FILE|DIR [--hook FILE.so[,k=v]]... "
	      "[OPTION]...\n"
	      "       portal-vmm --check | --describe-module FILE.so | --version | --help\n"
	      "\n"
	      "Boot a firmware's kernel and root file system under KVM, and let hook\n"
	      "modules answer its system calls.\n"
	      "\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		print_option(&options[i], out);
	fputs("\n"
	      "On a terminal, Ctrl-C goes to the guest; Ctrl-A X quits; Ctrl-A Ctrl-A sends\n"
	      "Ctrl-A.\n"
	      "\n"
	      "Exit status: 0 the guest powered off; 1 internal error; 2 usage or bad input;\n"
	      "3 this host cannot run guests; 10 reboot; 11 halt; 12 kernel panic;\n"
	      "13 triple fault; 14 the guest kernel died before the guest module said hello;\n"
	      "124 timeout; 130, 143 ended by SIGINT, SIGTERM.\n",
	      out);
}

void config_print_options(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		fprintf(out, "--%s\t%s\n", options[i].name, options[i].arg ? options[i].arg : "");
}
