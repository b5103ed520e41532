/* SPDX-License-Identifier: MIT */
#include "hooks/module_host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hooks/event.h"
#include "hooks/hello.h"
#include "hooks/module.h"
#include "hooks/registry.h"

/**
 * struct module_host - see module_host.h
 * @ops: functions of the machine
 * @registry: all hooks
 * @tally: counters of callbacks
 * @modules: the modules, in the order of the command line
 * @nr_modules: number of modules
 */
struct module_host {
	struct module_host_ops ops;
	struct registry registry;
	struct event_tally tally;
	struct portal_module **modules;
	unsigned int nr_modules;
};

int module_host_create(const struct module_host_ops *ops, struct module_host **ret_host)
{
	struct module_host *host = calloc(1, sizeof(*host));

	if (!host)
		return -ENOMEM;
	host->ops = *ops;
	registry_init(&host->registry, ops->raise_work, ops->ctx);
	*ret_host = host;
	return 0;
}

void module_host_destroy(struct module_host *host)
{
	if (!host)
		return;
	registry_disconnect(&host->registry);
	/* an unload() may still change hooks, so close the modules only after the last one */
	for (unsigned int i = host->nr_modules; i > 0; i--)
		module_unload(host->modules[i - 1]);
	registry_done(&host->registry);
	for (unsigned int i = host->nr_modules; i > 0; i--)
		module_close(host->modules[i - 1]);
	free(host->modules);
	free(host);
}

static int open_module(struct module_host *host, const struct portal_module_desc *desc,
		       const char *spec, struct portal_module **ret_module)
{
	struct portal_module **modules =
		realloc(host->modules, (host->nr_modules + 1) * sizeof(host->modules[0]));
	int ret;

	if (!modules)
		return -ENOMEM;
	host->modules = modules;
	ret = module_open(desc, spec, host->nr_modules, &host->registry, ret_module);
	if (ret == 0)
		host->modules[host->nr_modules++] = *ret_module;
	return ret;
}

int module_host_load(struct module_host *host, const char *spec)
{
	return module_host_add(host, NULL, spec);
}

int module_host_add(struct module_host *host, const struct portal_module_desc *desc,
		    const char *spec)
{
	struct portal_module *module;
	int ret = open_module(host, desc, spec, &module);

	return ret < 0 ? ret : module_load(module);
}

int module_host_describe(struct module_host *host, const char *spec, FILE *out)
{
	struct portal_module *module;
	int ret = open_module(host, NULL, spec, &module);

	if (ret < 0)
		return ret;
	ret = module_load(module);
	module_describe(module, out);
	if (ret < 0) {
		fprintf(out, "hooks: unknown, the module does not load with these options\n");
		return 0;
	}
	fprintf(out, "hooks:\n");
	if (registry_count(&host->registry, module) == 0)
		fprintf(out, "  none\n");
	registry_describe(&host->registry, module, out);
	return 0;
}

/* ---- the event sink ---- */

static void on_hello(void *ctx, struct session *session, const struct hello *hello)
{
	struct module_host *host = ctx;

	/* 0 also when the session was cancelled: another hello follows, or the VM ends */
	if (hello_serve(&host->registry, session, hello) < 0 && host->ops.failed)
		host->ops.failed(host->ops.ctx);
}

static void on_event(void *ctx, struct session *session, const struct guest_event *event)
{
	struct module_host *host = ctx;

	event_serve(&host->registry, &host->tally, session, event);
}

static void on_work(void *ctx, struct session *session)
{
	struct module_host *host = ctx;

	event_sync(&host->registry, session);
}

static void on_trace(void *ctx, const struct guest_event *event, const struct trace_stamp *stamp)
{
	struct module_host *host = ctx;

	event_serve_trace(&host->registry, &host->tally, event, stamp);
}

static void on_trace_broken(void *ctx, unsigned int ring)
{
	(void)ctx;
	log_guest(LOG_ERROR,
		  "trace ring %u is corrupt and has been disabled; its hooks get no more events "
		  "from it",
		  ring);
}

static void on_mismatch(void *ctx, uint32_t version)
{
	(void)ctx;
	log_guest(LOG_ERROR,
		  "the guest module uses protocol version %u, but this portal-vmm uses version %u: "
		  "no hooks are installed; build the guest module from the sources of this "
		  "portal-vmm",
		  version, PORTAL_WIRE_VERSION);
}

static void on_bye(void *ctx)
{
	struct module_host *host = ctx;

	registry_disconnect(&host->registry);
}

static void on_suspend(void *ctx, struct session *session)
{
	(void)ctx;
	event_suspend(session);
}

static void on_resume(void *ctx, struct session *session)
{
	(void)ctx;
	event_resume(session);
}

void module_host_sink(struct module_host *host, struct event_sink *ret_events)
{
	*ret_events = (struct event_sink){
		.on_hello = on_hello,
		.on_event = on_event,
		.on_work = on_work,
		.on_mismatch = on_mismatch,
		.on_bye = on_bye,
		.on_suspend = on_suspend,
		.on_resume = on_resume,
		.on_trace = on_trace,
		.on_trace_broken = on_trace_broken,
		.ctx = host,
	};
}

void module_host_get_stats(struct module_host *host, struct module_host_stats *ret_stats)
{
	const struct event_tally *tally = &host->tally;

	ret_stats->hooks = registry_count(&host->registry, NULL);
	ret_stats->callbacks = atomic_load_explicit(&tally->callbacks, memory_order_relaxed);
	ret_stats->failures = atomic_load_explicit(&tally->failures, memory_order_relaxed);
	ret_stats->switched_off = atomic_load_explicit(&tally->switched_off, memory_order_relaxed);
	registry_count_rules(&host->registry, &ret_stats->rules_added, &ret_stats->rules_revoked,
			     &ret_stats->rules_hits);
	ret_stats->rules_failed = atomic_load_explicit(&tally->rule_failures, memory_order_relaxed);
	ret_stats->longest_us =
		atomic_load_explicit(&tally->longest_ns, memory_order_relaxed) / 1000;
}
