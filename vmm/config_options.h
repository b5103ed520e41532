/* SPDX-License-Identifier: MIT */
/*
 * The options of the command line as one table, from which the parser, --help, shell completion and
 * the check of the man page are derived. To add an option, add a row in config_options.c and a
 * field in struct vmm_config.
 */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stddef.h>
#include <stdio.h>

#include "config.h"

#define CONFIG_MAX_OPTIONS 64

/**
 * struct config_option - one option
 * @name: without the dashes
 * @has_arg: as in struct option of getopt_long(3)
 * @arg: description of the argument for --help; NULL: no argument. Words separated by "|" are the
 *	accepted values; the shell completes FILE and DIR to file names
 * @help: description, one or more lines
 * @parse: stores the value in the configuration, or reports an error; returns 0 or -EINVAL
 * @field: offset of a field of struct vmm_config, for @parse
 * @action: CONFIG_*, for @parse
 */
struct config_option {
	const char *name;
	int has_arg;
	const char *arg;
	const char *help;
	int (*parse)(const struct config_option *option, const char *value,
		     struct vmm_config *config);
	size_t field;
	enum config_action action;
};

/**
 * config_options() - get the table, in the order of --help
 * @ret_options: the first row
 *
 * Return: number of rows, at most CONFIG_MAX_OPTIONS.
 */
size_t config_options(const struct config_option **ret_options);

#endif
