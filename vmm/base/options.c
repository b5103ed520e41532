/* SPDX-License-Identifier: MIT */
#include "base/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* terminate the item at *cursor in place and replace ",," by ","; advance *cursor to the next item,
 * or set it to NULL after the last one */
static char *cut_item(char **cursor)
{
	char *item = *cursor, *from = item, *to = item;

	while (*from && (*from != ',' || from[1] == ',')) {
		from += *from == ',';
		*to++ = *from++;
	}
	*cursor = *from ? from + 1 : NULL;
	*to = '\0';
	return item;
}

static bool has_key(const struct options *options, const char *key)
{
	for (size_t i = 0; i < options->nr_pairs; i++)
		if (strcmp(options->pairs[i].key, key) == 0)
			return true;
	return false;
}

static int add_pair(struct options *options, char *item)
{
	char *equals = strchr(item, '=');

	if (equals)
		*equals = '\0';
	if (*item == '\0')
		return -EINVAL;
	if (has_key(options, item))
		return -EEXIST;
	if (options->nr_pairs == OPTIONS_MAX)
		return -E2BIG;
	options->pairs[options->nr_pairs++] =
		(struct option_pair){ .key = item, .value = equals ? equals + 1 : NULL };
	return 0;
}

int options_parse(const char *spec, struct options *ret_options)
{
	auto_free char *text = strdup(spec);
	struct options options = { 0 };
	char *cursor = text;
	int ret;

	if (!text)
		return -ENOMEM;
	options.head = cut_item(&cursor);
	if (*options.head == '\0')
		return -EINVAL;
	while (cursor) {
		ret = add_pair(&options, cut_item(&cursor));
		if (ret < 0)
			return ret;
	}
	options.text = take_ptr(text);
	*ret_options = options;
	return 0;
}

void options_done(struct options *options)
{
	free(options->text);
	*options = (struct options){ 0 };
}

int options_u64(const char *text, uint64_t *ret_value)
{
	unsigned long long value;
	char *end;

	/* strtoull() would accept leading blanks and a sign */
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, 0);
	if (*end != '\0')
		return -EINVAL;
	if (errno == ERANGE)
		return -ERANGE;
	*ret_value = value;
	return 0;
}
