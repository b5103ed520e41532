/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "config.h"
#include "machine/host_check.h"
#include "machine/machine.h"
#include "version.h"

static enum exit_status run(int argc, char **argv)
{
	struct vmm_config config;

	if (config_parse(argc, argv, &config) < 0)
		return EXIT_STATUS_USAGE;
	log_set_level(config.log_level);
	switch (config.action) {
	case CONFIG_HELP:
		config_print_help(stdout);
		return EXIT_STATUS_POWEROFF;
	case CONFIG_LIST_OPTIONS:
		config_print_options(stdout);
		return EXIT_STATUS_POWEROFF;
	case CONFIG_VERSION:
		puts("portal-vmm " PORTAL_VMM_VERSION);
		return EXIT_STATUS_POWEROFF;
	case CONFIG_CHECK:
		return host_check(stdout) ? EXIT_STATUS_POWEROFF : EXIT_STATUS_HOST;
	case CONFIG_DESCRIBE:
		return machine_describe_module(config.describe);
	case CONFIG_RUN:
		break;
	}
	return machine_run(&config);
}

int main(int argc, char **argv)
{
	enum exit_status status = run(argc, argv);

	if (fflush(stdout) != 0 || ferror(stdout))
		return EXIT_STATUS_INTERNAL;
	return (int)status;
}
