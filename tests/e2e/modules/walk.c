// SPDX-License-Identifier: MIT
/*
 * Follows eight nodes of the list that the fixture list_walk passes to msync(): with one read of
 * several steps, or (steps=no) node by node. Writes the results to a report that must be the same
 * in both cases: "COMPAT DONE", and a line for each step, "N VALUE NAME".
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <portal/hook.h>

#define NR_STEPS  8
#define NAME_SIZE 20

/* large enough for a node of a 32-bit or a 64-bit task */
struct node {
	uint8_t bytes[8 + 4 + NAME_SIZE];
};

static FILE *report;
static bool steps_wanted;

static int read_steps(struct portal_ctx *ctx, struct portal_step *steps)
{
	return portal_read_vec(ctx, steps, NR_STEPS);
}

/* does the same as portal_read_vec() with other functions */
static int read_singly(struct portal_ctx *ctx, struct portal_step *steps)
{
	uint64_t addr = steps[0].addr;

	for (int i = 0; i < NR_STEPS; i++)
		steps[i].n = -ENODATA;
	for (int i = 0; i < NR_STEPS; i++) {
		steps[i].n = portal_read_bytes(ctx, addr, steps[i].buf, steps[i].len);
		if (steps[i].n != (ssize_t)steps[i].len)
			return i;
		addr = 0;
		memcpy(&addr, steps[i].buf, portal_pointer_size(ctx));
		if (addr == 0)
			return i + 1;
	}
	return NR_STEPS;
}

static void say(struct portal_ctx *ctx, const struct portal_step *steps, int done)
{
	fprintf(report, "%d %d\n", portal_is_compat(ctx), done);
	for (int i = 0; i < NR_STEPS; i++) {
		const uint8_t *bytes = steps[i].buf;
		uint32_t value;

		memcpy(&value, bytes + portal_pointer_size(ctx), sizeof(value));
		if (i < done)
			fprintf(report, "%zd %" PRIx32 " %.*s\n", steps[i].n, value, NAME_SIZE,
				(const char *)bytes + portal_pointer_size(ctx) + 4);
		else
			fprintf(report, "%zd\n", steps[i].n);
	}
}

static int on_msync(struct portal_ctx *ctx, void *data)
{
	uint32_t len = portal_pointer_size(ctx) + 4 + NAME_SIZE;
	struct portal_step steps[NR_STEPS];
	struct node nodes[NR_STEPS];
	int done;

	(void)data;
	memset(nodes, 0, sizeof(nodes));
	for (uint32_t i = 0; i < NR_STEPS; i++)
		steps[i] = (struct portal_step){ .len = len,
						 .flags = i ? PORTAL_STEP_F_BASED : 0,
						 .base = i ? i - 1 : 0,
						 .buf = &nodes[i] };
	steps[0].addr = portal_arg(ctx, 0);
	done = steps_wanted ? read_steps(ctx, steps) : read_singly(ctx, steps);
	if (done < 0)
		return done;
	say(ctx, steps, done);
	return 0;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "msync",
		.comm = "list_walk",	  .fn = on_msync,
	};
	const char *path = portal_option(mod, "report");

	if (path)
		report = fopen(path, "we");
	if (!report)
		return -EINVAL;
	steps_wanted = strcmp(portal_option(mod, "steps"), "yes") == 0;
	return portal_hook_syscall(mod, &hook, NULL);
}

static void unload(struct portal_module *mod)
{
	(void)mod;
	fclose(report);
}

static const struct portal_option options[] = {
	{ .key = "steps", .fallback = "yes", .help = "no: node by node" },
	{ .key = "report", .help = "file for the results" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "walk", .options = options, .load = load, .unload = unload,
};
