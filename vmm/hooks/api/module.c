/* SPDX-License-Identifier: MIT */
/* SDK functions for the module: hooks, options, data, log. Documented in portal/hook.h. */
#include <errno.h>
#include <portal/hook.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/options.h"
#include "hooks/event.h"
#include "hooks/guest_sync.h"
#include "hooks/module.h"
#include "hooks/registry.h"

#define TEXT_SIZE 1536

/* Install now, in a callback of @mod that may suspend; otherwise in the next session. */
static int announce(struct portal_module *mod, struct portal_hook *hook)
{
	struct session *session = event_session(mod);

	if (session)
		return guest_sync_hook(mod->registry, hook, session);
	if (!event_has_session())
		registry_wake(mod->registry);
	return 0;
}

int portal_hook_syscall(struct portal_module *mod, const struct portal_syscall_hook *desc,
			struct portal_hook **ret_hook)
{
	struct portal_hook *hook;
	int ret = hook_create(mod, desc, &hook);

	if (ret < 0)
		return ret;
	ret = registry_add(mod->registry, hook);
	if (ret < 0) {
		hook_free(hook);
		return ret;
	}
	ret = announce(mod, hook);
	if (ret == 0 && ret_hook)
		*ret_hook = hook;
	return ret;
}

int portal_unhook(struct portal_hook *hook)
{
	struct registry *registry = hook->module->registry;

	registry_remove(registry, hook);
	if (!event_has_session())
		registry_wake(registry);
	return 0;
}

int portal_hook_enable(struct portal_hook *hook, bool on)
{
	struct registry *registry = hook->module->registry;

	if (on)
		atomic_store(&hook->failures, 0);
	registry_enable(registry, hook, on);
	if (!event_has_session())
		registry_wake(registry);
	return 0;
}

int portal_trace_ring_size(struct portal_module *mod, uint32_t bytes)
{
	if (bytes < PORTAL_TRACE_RING_MIN || bytes > PORTAL_TRACE_RING_MAX ||
	    (bytes & (bytes - 1)) != 0)
		return -EINVAL;
	return registry_request_trace(mod->registry, bytes);
}

int portal_option_u64(struct portal_module *mod, const char *key, uint64_t *ret_value)
{
	const char *text = portal_option(mod, key);

	return text ? options_u64(text, ret_value) : -ENOENT;
}

void portal_set_data(struct portal_module *mod, void *data)
{
	mod->data = data;
}

void *portal_data(struct portal_module *mod)
{
	return mod->data;
}

static enum log_level to_level(int level)
{
	if (level < LOG_ERROR)
		return LOG_ERROR;
	return level > LOG_DEBUG ? LOG_DEBUG : (enum log_level)level;
}

/* Format one line without the newline that a hook module may have put at its end. */
static __attribute__((format(printf, 2, 0))) void format_line(char text[static TEXT_SIZE],
							      const char *fmt, va_list ap)
{
	int n = vsnprintf(text, TEXT_SIZE, fmt, ap);
	size_t len;

	if (n < 0)
		text[0] = '\0';
	if (n >= TEXT_SIZE)
		strcpy(text + TEXT_SIZE - sizeof("..."), "...");
	for (len = strlen(text); len > 0 && strchr("\r\n", text[len - 1]); len--)
		text[len - 1] = '\0';
}

void portal_log(struct portal_ctx *ctx, int level, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list ap;

	if (!log_wants(to_level(level)))
		return;
	va_start(ap, fmt);
	format_line(text, fmt, ap);
	va_end(ap);
	log_line(to_level(level), "%s: %s [%s %u]", ctx->hook->module->desc->name, text,
		 ctx->event->comm, ctx->event->tid);
}

void portal_mod_log(struct portal_module *mod, int level, const char *fmt, ...)
{
	char text[TEXT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	format_line(text, fmt, ap);
	va_end(ap);
	log_line(to_level(level), "%s: %s", mod->desc->name, text);
}
