/* SPDX-License-Identifier: MIT */
/* The configuration that the VMM packed beside the init; format.h says what the keys mean. */
#ifndef GUEST_INIT_CONFIG_H
#define GUEST_INIT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "format.h"

struct config_module {
	const char *name;
	bool optional;
};

/* strings point into the text that was parsed; absent ones are NULL, portal_params "" */
struct config {
	struct config_module modules[GUEST_INIT_MODULES_MAX];
	size_t nr_modules;
	const char *portal;
	const char *portal_params;
	const char *root_device;
	const char *root_type;
	const char *root_options;
	const char *init;
	unsigned long marks; /* 0: nobody wants them */
	bool root_write;
	bool debug;
};

/**
 * config_parse() - lines to struct
 * @text: NUL terminated; line ends and '=' are overwritten, and the result points into it
 * @ret_config: set, also when a line is wrong
 *
 * Return: NULL; else the first line that is not understood.
 */
const char *config_parse(char *text, struct config *ret_config);

#endif
