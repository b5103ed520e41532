/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "text.h"

static bool is_on(const char *value)
{
	return text_equal(value, "1");
}

/* Return: the number; 0: @value is not a number */
static unsigned long number(const char *value)
{
	unsigned long n = 0;

	for (; *value >= '0' && *value <= '9'; value++)
		n = n * 10 + (unsigned long)(*value - '0');
	return *value == '\0' ? n : 0;
}

static bool add_module(struct config *config, const char *value, bool optional)
{
	if (config->nr_modules == GUEST_INIT_MODULES_MAX)
		return false;
	config->modules[config->nr_modules++] =
		(struct config_module){ .name = value, .optional = optional };
	return true;
}

static bool set(struct config *config, const char *key, const char *value)
{
	if (text_equal(key, GUEST_INIT_KEY_MODULE))
		return add_module(config, value, false);
	if (text_equal(key, GUEST_INIT_KEY_OPTIONAL_MODULE))
		return add_module(config, value, true);
	if (text_equal(key, GUEST_INIT_KEY_PORTAL))
		config->portal = value;
	else if (text_equal(key, GUEST_INIT_KEY_PORTAL_PARAMS))
		config->portal_params = value;
	else if (text_equal(key, GUEST_INIT_KEY_ROOT_DEVICE))
		config->root_device = value;
	else if (text_equal(key, GUEST_INIT_KEY_ROOT_TYPE))
		config->root_type = value;
	else if (text_equal(key, GUEST_INIT_KEY_ROOT_OPTIONS))
		config->root_options = value;
	else if (text_equal(key, GUEST_INIT_KEY_ROOT_WRITE))
		config->root_write = is_on(value);
	else if (text_equal(key, GUEST_INIT_KEY_INIT))
		config->init = value;
	else if (text_equal(key, GUEST_INIT_KEY_MARKS))
		config->marks = number(value);
	else if (text_equal(key, GUEST_INIT_KEY_DEBUG))
		config->debug = is_on(value);
	else
		return false;
	return true;
}

/* end the text at the first @mark. Return: the text after it; NULL: there is no @mark */
static char *cut(char *text, char mark)
{
	while (*text != '\0' && *text != mark)
		text++;
	if (*text == '\0')
		return NULL;
	*text = '\0';
	return text + 1;
}

const char *config_parse(char *text, struct config *ret_config)
{
	*ret_config = (struct config){ .portal_params = "" };
	while (text && *text != '\0') {
		char *line = text, *value;

		text = cut(line, '\n');
		value = cut(line, '=');
		if (!value || !set(ret_config, line, value))
			return line;
	}
	return NULL;
}
