/* SPDX-License-Identifier: MIT */
/* The configuration that the loader puts into the initramfs; format.h describes the keys. */
#ifndef GUEST_INIT_CONFIG_H
#define GUEST_INIT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "format.h"

struct config_module {
	const char *name;
	bool optional;
};

/* the strings point into the parsed text; absent ones are NULL, except portal_params, which is
 * "" */
struct config {
	struct config_module modules[GUEST_INIT_MODULES_MAX];
	size_t nr_modules;
	const char *portal;
	const char *portal_params;
	const char *root_device;
	const char *root_type;
	const char *root_options;
	const char *init;
	unsigned long marks; /* 0: do not write marks */
	bool root_write;
	bool debug;
};

/**
 * config_parse() - parse the lines of the configuration
 * @text: NUL terminated; line ends and '=' are overwritten, and the result points into it
 * @ret_config: set, also if a line is not valid
 *
 * Return: NULL; otherwise the first line that is not valid.
 */
const char *config_parse(char *text, struct config *ret_config);

#endif
