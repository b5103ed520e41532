/* SPDX-License-Identifier: MIT */
/*
 * A hostile guest module: any pages and any calls, against the channel and a hook that uses the
 * whole API. The input is a script of commands: each has seven bytes, followed by the bytes that it
 * writes to a page.
 */
#include <endian.h>
#include <errno.h>
#include <portal/hook.h>
#include <portal/ops.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hooks/module_host.h"
#include "portal/channel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NR_PAGES 8 /* for a pool and the slots of the rules */
#define NR_VCPUS 2
#define RAM_BASE 0x100000ull

/**
 * struct command - a step of the script
 * @vcpu: vCPU that makes the call, modulo NR_VCPUS + 1: the last one does not exist
 * @page: index of the page, modulo NR_PAGES + 1: the last one is outside RAM
 * @kind: kind of the call
 * @honest: bit 0: keep the generation that is in the page, so that answers are accepted
 * @keep: bit 0: write only the first 4 bytes of the page, the code
 * @len: bytes that follow and are written to the start of the page; low byte first
 */
struct command {
	uint8_t vcpu, page, kind, honest, keep, len[2];
};

static _Alignas(PORTAL_PAGE_SIZE) uint8_t ram[NR_PAGES * PORTAL_PAGE_SIZE];

static void *slice(void *ctx, gpa_t gpa, uint64_t len)
{
	uint64_t offset = gpa.value - RAM_BASE;

	(void)ctx;
	return offset < sizeof(ram) && len <= sizeof(ram) - offset ? ram + offset : NULL;
}

static struct portal_hook *first_hook;
static uint64_t rule_id;

static int add_rule(void)
{
	const struct portal_rule_cond cond = {
		.place = { .what = PORTAL_RULE_PTR_MEM, .arg = 1 },
		.match = { .cmp = PORTAL_MATCH_STR_EQ, .str = "word" },
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT, .when = PORTAL_ON_ENTER, .flags = PORTAL_RULE_SKIP,
		.conds = &cond,	  .nr_conds = 1,
	};

	return portal_rule_add(first_hook, &rule, &rule_id);
}

/* Each event revokes the rule and adds another. */
static void use_rules(void)
{
	uint64_t hits;

	if (portal_rule_hits(first_hook, rule_id, &hits) == 0 &&
	    portal_rule_revoke(first_hook, rule_id, &hits) < 0)
		abort();
	(void)add_rule();
}

static int use_all(struct portal_ctx *ctx, void *data)
{
	struct portal_step steps[3];
	char text[5000];
	uint64_t value;

	(void)data;
	use_rules();
	if (portal_read_str(ctx, portal_arg(ctx, 0), text, sizeof(text)) == -ECANCELED)
		return 0;
	if (portal_write_bytes(ctx, portal_arg(ctx, 1), text, 100) < 0)
		portal_skip(ctx, 1);
	if (portal_read_ptr(ctx, portal_arg(ctx, 1) + 8, &value) == 0)
		portal_set_arg(ctx, 0, value);
	if (portal_fd_name(ctx, (int)portal_arg(ctx, 2), text, 20) < 0)
		portal_set_ret(ctx, 2);
	if (portal_proc_args(ctx, text, sizeof(text)) == 0)
		return -1;
	for (uint32_t i = 0; i < 3; i++)
		steps[i] = (struct portal_step){ .len = 16,
						 .flags = i ? PORTAL_STEP_F_BASED : 0,
						 .base = i ? i - 1 : 0,
						 .buf = text + 16 * i };
	steps[0].addr = portal_arg(ctx, 1) + 200;
	if (portal_read_vec(ctx, steps, 3) > 3)
		abort();
	return portal_set_reg(ctx, "sp", (uint64_t)portal_ret(ctx));
}

static int load(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER | PORTAL_ON_RETURN,
		.fn = use_all,
	};
	int ret = portal_hook_syscall(mod, &hook, &first_hook);

	if (ret == 0)
		ret = add_rule();
	hook.flags = PORTAL_HOOK_DEFER_WRITES;
	return ret < 0 ? ret : portal_hook_syscall(mod, &hook, NULL);
}

static const struct portal_module_desc desc = { PORTAL_MODULE_INIT, .name = "fuzz", .load = load };

static uint64_t gpa_of(const struct command *command)
{
	return RAM_BASE + command->page % (NR_PAGES + 1) * PORTAL_PAGE_SIZE;
}

static void put(const struct command *command, const uint8_t *bytes, size_t len)
{
	uint8_t *page = slice(NULL, GPA(gpa_of(command)), PORTAL_PAGE_SIZE);
	uint8_t generation[4];
	size_t from = command->keep & 1 ? 4 : 0;

	if (!page)
		return;
	memcpy(generation, page + 4, 4);
	if (len > PORTAL_PAGE_SIZE)
		len = PORTAL_PAGE_SIZE;
	memcpy(page, bytes, from && len > from ? from : len);
	if (command->honest & 1)
		memcpy(page + 4, generation, 4);
}

/* After a served call the page must have an operation that a guest can carry out. */
static void check(const struct command *command)
{
	const struct portal_region *region = slice(NULL, GPA(gpa_of(command)), PORTAL_PAGE_SIZE);
	uint32_t op = (uint32_t)le64toh(region->op);

	if (command->kind == PORTAL_CALL_BYE || command->kind == PORTAL_CALL_CANCEL)
		return;
	if (op >= PORTAL_NR_OPS)
		abort();
	if (op == PORTAL_OP_VERDICT && le64toh(region->size) > PORTAL_DATA_SIZE)
		abort();
}

static void run(struct channel *channel, const uint8_t *data, size_t size)
{
	struct command command;

	while (size >= sizeof(command)) {
		size_t len;

		memcpy(&command, data, sizeof(command));
		data += sizeof(command);
		size -= sizeof(command);
		len = command.len[0] | (size_t)command.len[1] << 8;
		len = len < size ? len : size;
		put(&command, data, len);
		data += len;
		size -= len;
		if (channel_call(channel, command.vcpu % (NR_VCPUS + 1), GPA(gpa_of(&command)),
				 command.kind) == 0)
			check(&command);
	}
}

static void check_end(struct channel *channel)
{
	struct channel_stats stats;

	for (unsigned int i = 0; i < NR_VCPUS; i++)
		channel_cancel_vcpu(channel, i);
	channel_get_stats(channel, &stats);
	if (stats.sessions_now != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct module_host_ops ops = { 0 };
	struct channel_config config = { .ram = { .slice = slice },
					 .nr_vcpus = NR_VCPUS,
					 .direct = DIRECT_READ_WRITE };
	struct module_host *host;
	struct channel *channel;

	log_set_level(LOG_ERROR);
	memset(ram, 0, sizeof(ram));
	if (module_host_create(&ops, &host) < 0 || module_host_add(host, &desc, "fuzz") < 0)
		abort();
	module_host_sink(host, &config.sink);
	if (channel_create(&config, &channel) < 0)
		abort();
	run(channel, data, size);
	check_end(channel);
	channel_destroy(channel);
	module_host_destroy(host);
	return 0;
}
