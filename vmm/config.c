/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <errno.h>
#include <getopt.h>

#include "config_options.h"

#define FIRST_ID 256 /* option ids of getopt_long(), above all characters */

static int check_complete(const struct vmm_config *config)
{
	if (config->action != CONFIG_RUN)
		return 0;
	if (!config->kernel) {
		log_error("no kernel given; use --kernel FILE (see portal-vmm --help)");
		return -EINVAL;
	}
	if (!config->rootfs && !config->initrd) {
		log_error("no root file system given; use --rootfs FILE or --rootfs DIR (see "
			  "portal-vmm --help)");
		return -EINVAL;
	}
	if (config->initrd && config->rootfs) {
		log_error(
			"--initrd and --rootfs exclude each other: for --rootfs, portal-vmm makes "
			"the initial RAM file system itself");
		return -EINVAL;
	}
	return 0;
}

static void fill_options(struct option *options)
{
	const struct config_option *rows;
	size_t nr = config_options(&rows);

	for (size_t i = 0; i < nr; i++)
		options[i] =
			(struct option){ rows[i].name, rows[i].has_arg, NULL, FIRST_ID + (int)i };
	options[nr] = (struct option){ 0 };
}

/* getopt_long() has already reported an unknown option */
static int parse_option(struct vmm_config *config, int id, const char *value)
{
	const struct config_option *rows;

	(void)config_options(&rows);
	if (id >= FIRST_ID)
		return rows[id - FIRST_ID].parse(&rows[id - FIRST_ID], value, config);
	log_error("see portal-vmm --help");
	return -EINVAL;
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
	struct option options[CONFIG_MAX_OPTIONS + 1];
	int id, err;

	fill_options(options);
	optind = 0; /* resets getopt_long(), which may have parsed before */
	while ((id = getopt_long(argc, argv, "", options, NULL)) != -1) {
		err = parse_option(&config, id, optarg);
		if (err < 0)
			return err;
		if (config.action == CONFIG_HELP)
			break;
	}
	if (config.action != CONFIG_HELP && optind < argc) {
		log_error("%s: unexpected argument; see portal-vmm --help", argv[optind]);
		return -EINVAL;
	}
	err = check_complete(&config);
	if (err < 0)
		return err;
	*ret_config = config;
	return 0;
}
