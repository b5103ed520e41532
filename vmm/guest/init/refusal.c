/* SPDX-License-Identifier: MIT */
#include "refusal.h"

#include <linux/errno.h>

#include "text.h"

static bool begins_with(const char *s, const char *prefix)
{
	while (*prefix != '\0' && *s == *prefix) {
		s++;
		prefix++;
	}
	return *prefix == '\0';
}

static bool contains(const char *s, const char *part)
{
	for (; *s != '\0'; s++) {
		if (begins_with(s, part))
			return true;
	}
	return false;
}

/* NAME: in front of a message. The kernel writes the name of a module with '_' for '-'. */
static bool is_from(const char *text, const char *module)
{
	for (; *module != '\0'; module++, text++) {
		if (*text != *module && !(*module == '-' && *text == '_'))
			return false;
	}
	return *text == ':';
}

/* Printed for each module that is not the distribution's, also when it is loaded. */
static bool is_about_taint(const char *text)
{
	return contains(text, "taints kernel") || contains(text, "tainting kernel");
}

const char *refusal_find_message(char *record, const char *module)
{
	char *text = record, *end;

	while (*text != '\0' && *text != ';')
		text++;
	if (*text == '\0')
		return NULL;
	text++;
	for (end = text; *end != '\0' && *end != '\n'; end++)
		;
	*end = '\0';
	if (is_about_taint(text))
		return NULL;
	if (is_from(text, module) || begins_with(text, "Lockdown: ") || contains(text, "module"))
		return text;
	return NULL;
}

/* The functions of an option of the kernel have its noun in their names. */
static const char *missing_option(const char *message)
{
	if (!contains(message, "Unknown symbol"))
		return NULL;
	if (contains(message, "ftrace"))
		return "the guest's kernel has no function tracer: it was built without "
		       "CONFIG_FUNCTION_TRACER or CONFIG_DYNAMIC_FTRACE";
	if (contains(message, "kprobe"))
		return "the guest's kernel has no kprobes: it was built without CONFIG_KPROBES";
	return NULL;
}

const char *refusal_reason(const struct refusal *refusal)
{
	const char *option = missing_option(refusal->message);
	bool is_locked = contains(refusal->lockdown, "[integrity]") ||
			 contains(refusal->lockdown, "[confidentiality]");

	if (refusal->error == -EPERM && is_locked)
		return "the guest's kernel is locked down and loads only modules signed with a key "
		       "that it trusts; sign it, or boot without lockdown";
	if (refusal->error == -EKEYREJECTED || refusal->error == -ENOKEY ||
	    (refusal->error == -EPERM && begins_with(refusal->signatures, "Y")))
		return "the guest's kernel loads only modules signed with a key that it trusts; "
		       "sign it, or boot without module.sig_enforce";
	return option ? option : refusal->message;
}
