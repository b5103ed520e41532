/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "arch/arch.h"
#include "base/bytes.h"

enum option_id {
	OPT_KERNEL = 256,
	OPT_ROOTFS,
	OPT_HOOK,
	OPT_MEMORY,
	OPT_HUGE_PAGES,
	OPT_PREFAULT,
	OPT_CPUS,
	OPT_DIRECT,
	OPT_APPEND,
	OPT_INIT,
	OPT_MODULES,
	OPT_GUEST_MODULE,
	OPT_INITRD,
	OPT_DISK,
	OPT_KASLR,
	OPT_DOORBELL,
	OPT_DTB,
	OPT_DUMP_DTB,
	OPT_TIMEOUT,
	OPT_CONSOLE,
	OPT_LOG_LEVEL,
	OPT_STATS,
	OPT_BOOT_TIMER,
	OPT_DESCRIBE,
	OPT_CHECK,
	OPT_VERSION,
	OPT_HELP,
};

static const struct option options[] = {
	{ "kernel", required_argument, NULL, OPT_KERNEL },
	{ "rootfs", required_argument, NULL, OPT_ROOTFS },
	{ "hook", required_argument, NULL, OPT_HOOK },
	{ "memory", required_argument, NULL, OPT_MEMORY },
	{ "huge-pages", no_argument, NULL, OPT_HUGE_PAGES },
	{ "prefault", no_argument, NULL, OPT_PREFAULT },
	{ "cpus", required_argument, NULL, OPT_CPUS },
	{ "direct", required_argument, NULL, OPT_DIRECT },
	{ "append", required_argument, NULL, OPT_APPEND },
	{ "init", required_argument, NULL, OPT_INIT },
	{ "modules", required_argument, NULL, OPT_MODULES },
	{ "guest-module", required_argument, NULL, OPT_GUEST_MODULE },
	{ "initrd", required_argument, NULL, OPT_INITRD },
	{ "disk", required_argument, NULL, OPT_DISK },
	{ "kaslr", no_argument, NULL, OPT_KASLR },
	{ "doorbell", required_argument, NULL, OPT_DOORBELL },
	{ "dtb", required_argument, NULL, OPT_DTB },
	{ "dump-dtb", required_argument, NULL, OPT_DUMP_DTB },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "console", required_argument, NULL, OPT_CONSOLE },
	{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
	{ "stats", optional_argument, NULL, OPT_STATS },
	{ "boot-timer", optional_argument, NULL, OPT_BOOT_TIMER },
	{ "describe-module", required_argument, NULL, OPT_DESCRIBE },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

const char *config_help(void)
{
	return "Usage: portal-vmm --kernel FILE --rootfs FILE|DIR [--hook "
	       "FILE.so[,key=value...]]... [OPTION]...\n"
	       "       portal-vmm --check | --describe-module FILE.so | --version | --help\n"
	       "\n"
	       "Boot a firmware's kernel and root file system under KVM, and let hook modules "
	       "answer its\n"
	       "system calls.\n"
	       "\n"
	       "  --kernel FILE          bzImage or ELF vmlinux; on aarch64 Image, vmlinux, "
	       "zImage\n"
	       "  --rootfs FILE|DIR[,rw] root file system: an image (ext2/3/4, squashfs, erofs, "
	       "...) or a\n"
	       "                         directory; writes go to guest memory unless ,rw is given\n"
	       "  --hook FILE.so[,k=v]   hook module with its options; may be repeated, order "
	       "counts\n"
	       "  --memory SIZE          guest RAM: 64M, 1G; a plain number is MiB (default 256M)\n"
	       "  --huge-pages           ask the host for huge pages behind guest RAM\n"
	       "  --prefault             have all of guest RAM provided before the guest starts\n"
	       "  --cpus N               virtual CPUs (default 1)\n"
	       "  --direct on|off        let hooks access memory that is plainly there past the "
	       "guest\n"
	       "                         (default: on on x86_64, off on aarch64)\n"
	       "  --append STRING        added to the kernel's command line\n"
	       "  --init PATH            the firmware's init (default: /sbin/init, /etc/init, "
	       "/bin/init,\n"
	       "                         /init, /linuxrc, /bin/sh)\n"
	       "  --modules DIR          where the kernel's modules are: DIR/lib/modules/RELEASE "
	       "or\n"
	       "                         DIR/RELEASE (default: beside the kernel, then "
	       "/lib/modules)\n"
	       "  --guest-module FILE    portal.ko for this kernel (default: searched by release)\n"
	       "  --initrd FILE          initial RAM file system; without --rootfs the guest boots "
	       "from it\n"
	       "  --disk FILE[,ro]       further virtio disk; may be repeated\n"
	       "  --kaslr                let the kernel choose its address\n"
	       "  --dtb FILE             device tree of one's own (aarch64)\n"
	       "  --dump-dtb FILE        put the guest's device tree into FILE (aarch64)\n"
	       "  --timeout SECONDS      end the VM after that time, exit status 124\n"
	       "  --console KIND         stdio, null, file:PATH or pty (default stdio)\n"
	       "  --log-level LEVEL      error, warn, info or debug (default info)\n"
	       "  --stats[=FILE]         print counters at the end\n"
	       "  --boot-timer[=FILE]    print where the time of the boot goes; JSON to FILE\n"
	       "  --describe-module F    print what a hook module is and which options it takes\n"
	       "  --check                say what this host can do\n"
	       "  --version, --help\n"
	       "\n"
	       "On a terminal Ctrl-C goes to the guest; Ctrl-A X quits, Ctrl-A Ctrl-A sends "
	       "Ctrl-A.\n"
	       "\n"
	       "Exit status: 0 the guest powered off; 1 internal error; 2 usage or bad input; 3 "
	       "this host\n"
	       "cannot; 10 reboot; 11 halt; 12 kernel panic; 13 triple fault; 14 the kernel died "
	       "before the\n"
	       "guest module said hello; 124 timeout; 130, 143 ended by SIGINT, SIGTERM.\n";
}

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

static int parse_memory(const char *text, uint64_t *ret_bytes)
{
	uint64_t bytes;

	if (config_parse_size(text, &bytes) < 0) {
		log_error("--memory %s: not a size; give for instance 256M or 1G", text);
		return -EINVAL;
	}
	if (bytes < CONFIG_MEMORY_MIN || bytes > CONFIG_MEMORY_MAX) {
		log_error("--memory %s: give from %llu MiB to %llu GiB", text,
			  CONFIG_MEMORY_MIN >> 20, CONFIG_MEMORY_MAX >> 30);
		return -EINVAL;
	}
	*ret_bytes = align_up(bytes, MIB(2));
	return 0;
}

static int parse_doorbell(const char *text, enum arch_doorbell *ret_doorbell)
{
	if (strcmp(text, "hypercall") == 0)
		*ret_doorbell = ARCH_DOORBELL_HYPERCALL;
	else if (strcmp(text, "mmio") == 0)
		*ret_doorbell = ARCH_DOORBELL_MMIO;
	else
		return -EINVAL;
	return 0;
}

static int append_item(const char *name, const char *item, const char **items, size_t max,
		       size_t *nr)
{
	if (*nr == max) {
		log_error("--%s: at most %zu of them", name, max);
		return -EINVAL;
	}
	items[(*nr)++] = item;
	return 0;
}

static int parse_switch(const char *name, const char *text, bool *ret_on)
{
	*ret_on = strcmp(text, "on") == 0;
	if (*ret_on || strcmp(text, "off") == 0)
		return 0;
	log_error("--%s %s: give on or off", name, text);
	return -EINVAL;
}

static int parse_option(struct vmm_config *config, int id, const char *value)
{
	switch (id) {
	case OPT_KERNEL:
		config->kernel = value;
		return 0;
	case OPT_ROOTFS:
		config->rootfs = value;
		return 0;
	case OPT_HOOK:
		return append_item("hook", value, config->hooks, CONFIG_MAX_HOOKS,
				   &config->nr_hooks);
	case OPT_MEMORY:
		return parse_memory(value, &config->memory_bytes);
	case OPT_HUGE_PAGES:
		config->huge_pages = true;
		return 0;
	case OPT_PREFAULT:
		config->prefault = true;
		return 0;
	case OPT_CPUS:
		return parse_number("cpus", value, 1, arch_platform()->max_cpus, &config->cpus);
	case OPT_DIRECT:
		return parse_switch("direct", value, &config->direct);
	case OPT_APPEND:
		config->append = value;
		return 0;
	case OPT_INIT:
		config->init = value;
		return 0;
	case OPT_MODULES:
		config->modules = value;
		return 0;
	case OPT_GUEST_MODULE:
		config->guest_module = value;
		return 0;
	case OPT_INITRD:
		config->initrd = value;
		return 0;
	case OPT_DISK:
		return append_item("disk", value, config->disks, CONFIG_MAX_DISKS,
				   &config->nr_disks);
	case OPT_KASLR:
		config->kaslr = true;
		return 0;
	case OPT_DTB:
		config->dtb = value;
		return 0;
	case OPT_DUMP_DTB:
		config->dump_dtb = value;
		return 0;
	case OPT_DOORBELL:
		if (parse_doorbell(value, &config->doorbell) == 0)
			return 0;
		log_error("--doorbell %s: give hypercall or mmio", value);
		return -EINVAL;
	case OPT_TIMEOUT:
		return parse_number("timeout", value, 1, 1000000, &config->timeout_s);
	case OPT_CONSOLE:
		config->console = value;
		return 0;
	case OPT_LOG_LEVEL:
		if (log_level_parse(value, &config->log_level) == 0)
			return 0;
		log_error("--log-level %s: give error, warn, info or debug", value);
		return -EINVAL;
	case OPT_STATS:
		config->stats_path = value ? value : "";
		return 0;
	case OPT_BOOT_TIMER:
		config->boot_timer_path = value ? value : "";
		return 0;
	case OPT_DESCRIBE:
		config->action = CONFIG_DESCRIBE;
		config->describe = value;
		return 0;
	case OPT_CHECK:
		config->action = CONFIG_CHECK;
		return 0;
	case OPT_VERSION:
		config->action = CONFIG_VERSION;
		return 0;
	case OPT_HELP:
		config->action = CONFIG_HELP;
		return 0;
	default:
		log_error("see portal-vmm --help");
		return -EINVAL;
	}
}

static int check_complete(const struct vmm_config *config)
{
	if (config->action != CONFIG_RUN)
		return 0;
	if (!config->kernel) {
		log_error("no kernel given; use --kernel FILE (see portal-vmm --help)");
		return -EINVAL;
	}
	if (!config->rootfs && !config->initrd) {
		log_error("nothing to boot into; use --rootfs FILE or --rootfs DIR (see portal-vmm "
			  "--help)");
		return -EINVAL;
	}
	if (config->initrd && config->rootfs) {
		log_error(
			"--initrd and --rootfs exclude each other: the initial RAM file system for "
			"--rootfs is made by portal-vmm");
		return -EINVAL;
	}
	return 0;
}

int config_parse(int argc, char **argv, struct vmm_config *ret_config)
{
	struct vmm_config config = {
		.argv = argv,
		.memory_bytes = CONFIG_MEMORY_DEFAULT,
		.cpus = 1,
		.direct = arch_platform()->shootdown_waits,
		.console = "stdio",
		.append = "",
		.log_level = LOG_INFO,
	};
	int id, err;

	optind = 0; /* start anew, also in tests that parse twice */
	while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
		err = parse_option(&config, id, optarg);
		if (err < 0)
			return err;
		if (config.action == CONFIG_HELP)
			break;
	}
	if (config.action != CONFIG_HELP && optind < argc) {
		log_error("%s: what is this? see portal-vmm --help", argv[optind]);
		return -EINVAL;
	}
	err = check_complete(&config);
	if (err < 0)
		return err;
	*ret_config = config;
	return 0;
}
