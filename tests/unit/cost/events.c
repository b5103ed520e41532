/* SPDX-License-Identifier: MIT */
/*
 * Serves a number of events in a way that callgrind can count: usage: events SCENARIO NUMBER, a
 * multiple of 250.
 * tests/unit/cost/check-instructions runs it with two numbers and divides the difference.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <portal/hook.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/log.h"
#include "rig.h"

#define MEMORY	 0x10000ull
#define REGISTER 0x10100ull
#define PATH	 0x10200ull
#define PATH_LEN 64

static struct rig rig;
static uint8_t *memory;

static int do_nothing(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	return 0;
}

static int read_and_skip(struct portal_ctx *ctx, void *data)
{
	uint8_t bytes[64];

	(void)data;
	if (portal_read_bytes(ctx, portal_arg(ctx, 2), bytes, sizeof(bytes)) != sizeof(bytes))
		return -1;
	return portal_skip(ctx, bytes[0]);
}

/* an entry hook whose callback does nothing */
static void load_empty(void)
{
	static const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = do_nothing,
	};

	rig_hooks(&rig, "empty", 0, &hook, 1);
}

/* an entry hook that reads 64 declared bytes and skips the call */
static void load_skip(void)
{
	static const struct portal_fetch fetch = { .what = PORTAL_FETCH_MEM, .arg = 2, .max = 64 };
	static const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "ioctl",
		.fetch = &fetch,	  .nr_fetch = 1,	   .fn = read_and_skip,
	};

	rig_hooks(&rig, "skip", 0, &hook, 1);
}

static int read_path(struct portal_ctx *ctx, void *data)
{
	char path[256];

	(void)data;
	return portal_read_str(ctx, portal_arg(ctx, 1), path, sizeof(path)) == PATH_LEN ? 0 : -1;
}

/* a trace hook that reads a path */
static void load_trace(void)
{
	static const struct portal_fetch fetch = { .what = PORTAL_FETCH_STR, .arg = 1, .max = 256 };
	static const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER,
		.name = "openat",	  .flags = PORTAL_HOOK_TRACE,
		.fetch = &fetch,	  .nr_fetch = 1,
		.fn = read_path,
	};

	rig_hooks(&rig, "trace", 0, &hook, 1);
}

/* the example module raeth.so, which answers at the return */
static void load_raeth(void)
{
	rig_add(&rig, &portal_module, "");
}

static void call_ioctl(unsigned long n)
{
	(void)n;
	rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY);
}

/* Wait for the trace thread now and then, so that the records fit into the ring. */
static void call_openat(unsigned long n)
{
	rig_call(&rig, "openat", 3, PATH, 0);
	if (n % 250 == 0)
		while (rig_channel_stats(&rig).trace_consumed < n)
			usleep(1000);
}

static uint64_t nr_events(void)
{
	return rig_channel_stats(&rig).doorbells[PORTAL_CALL_EVENT];
}

static uint64_t nr_records(void)
{
	return rig_channel_stats(&rig).trace_consumed;
}

/* @call: makes the call with a number from 1 on; @count: the events so far */
static const struct scenario {
	const char *name;
	void (*load)(void);
	void (*call)(unsigned long n);
	uint64_t (*count)(void);
} scenarios[] = {
	{ "empty", load_empty, call_ioctl, nr_events },
	{ "skip", load_skip, call_ioctl, nr_events },
	{ "raeth", load_raeth, call_ioctl, nr_events },
	{ "trace", load_trace, call_openat, nr_records },
};

static const struct scenario *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	return NULL;
}

static void boot(const struct scenario *scenario)
{
	rig_init(&rig, 2, 1);
	scenario->load();
	rig_boot(&rig);
	memory = fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	strcpy((char *)memory, "eth0");
	put_le64(memory + 16, REGISTER);
	put_le32(memory + 0x100, 0x34);
	memset(memory + 0x200, 'p', PATH_LEN);
}

int main(int argc, char **argv)
{
	const struct scenario *scenario = argc == 3 ? find(argv[1]) : NULL;
	unsigned long nr = scenario ? strtoul(argv[2], NULL, 10) : 0;

	if (nr == 0) {
		fprintf(stderr, "usage: events SCENARIO NUMBER\n");
		return 2;
	}
	log_set_level(LOG_ERROR);
	boot(scenario);
	for (unsigned long n = 1; n <= nr; n++)
		scenario->call(n);
	if (scenario->count() != nr || rig_host_stats(&rig).failures) {
		fprintf(stderr, "events: each call must be one event\n");
		return 1;
	}
	rig_done(&rig);
	return 0;
}
