/* SPDX-License-Identifier: MIT */
/*
 * Serves a number of events in a way that callgrind can count: usage: events SCENARIO NUMBER.
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

#include "base/bytes.h"
#include "base/log.h"
#include "rig.h"

#define MEMORY	 0x10000ull
#define REGISTER 0x10100ull

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

/* the example module raeth.so, which answers at the return */
static void load_raeth(void)
{
	rig_add(&rig, &portal_module, "");
}

static const struct {
	const char *name;
	void (*load)(void);
} scenarios[] = { { "empty", load_empty }, { "skip", load_skip }, { "raeth", load_raeth } };

static void boot(const char *scenario)
{
	rig_init(&rig, 2, 1);
	for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (strcmp(scenarios[i].name, scenario) == 0)
			scenarios[i].load();
	rig_boot(&rig);
	memory = fake_map(&rig.task, MEMORY, 4096, FAKE_READ | FAKE_WRITE);
	strcpy((char *)memory, "eth0");
	put_le64(memory + 16, REGISTER);
	put_le32(memory + 0x100, 0x34);
}

int main(int argc, char **argv)
{
	unsigned long nr = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	struct channel_stats stats;

	log_set_level(LOG_ERROR);
	boot(argc == 3 ? argv[1] : "");
	for (unsigned long i = 0; i < nr; i++)
		rig_call(&rig, "ioctl", 3, 0x89f1, MEMORY);
	stats = rig_channel_stats(&rig);
	if (nr == 0 || stats.doorbells[PORTAL_CALL_EVENT] != nr || rig_host_stats(&rig).failures) {
		fprintf(stderr, "usage: events SCENARIO NUMBER; each call must be one event\n");
		return 2;
	}
	rig_done(&rig);
	return 0;
}
