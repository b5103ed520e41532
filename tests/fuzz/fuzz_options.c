/* SPDX-License-Identifier: MIT */
/* Any option list of the command line: keys are not empty and not repeated. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct options *options)
{
	if (*options->head == '\0' || options->nr_pairs > OPTIONS_MAX)
		abort();
	for (size_t i = 0; i < options->nr_pairs; i++) {
		if (*options->pairs[i].key == '\0' || strchr(options->pairs[i].key, '='))
			abort();
		for (size_t j = 0; j < i; j++)
			if (strcmp(options->pairs[i].key, options->pairs[j].key) == 0)
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct options options;
	uint64_t number;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (options_parse(text, &options) == 0) {
		check(&options);
		options_done(&options);
	}
	(void)!options_u64(text, &number);
	free(text);
	return 0;
}
