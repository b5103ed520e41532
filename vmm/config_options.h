/* SPDX-License-Identifier: MIT */
/*
 * The options of the command line as one table. The parser, --help, shell completion and the check
 * of the man page all come from it. An option is added by a row in config_options.c and a field in
 * struct vmm_config.
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
 * @arg: what the argument is, for --help; NULL without one. Words with "|" between them are all
 *	that is accepted; FILE and DIR are completed by the shell
 * @help: description, one line or more
 * @parse: stores the value in the configuration; reports what is wrong; returns 0 or -EINVAL
 * @field: for @parse: offset of a field of struct vmm_config
 * @action: for @parse: CONFIG_*
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
 * config_options() - the table, in the order of --help
 * @ret_options: its first row
 *
 * Return: number of rows, at most CONFIG_MAX_OPTIONS.
 */
size_t config_options(const struct config_option **ret_options);

#endif
