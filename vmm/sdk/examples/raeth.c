/* SPDX-License-Identifier: MIT */
/*
 * Answers reads of the switch registers of RALink's Ethernet driver, which the program
 * mtk7530_switch of some routers polls at boot: ioctl(fd, RAETH_ESW_REG_READ, &ifreq). ifr_data
 * points to the number of a register, which is followed by its value.
 *
 *	portal-vmm ... --hook raeth.so[,rule=1]
 *
 * With rule=1 the guest module gives the answers by itself.
 */
#include <portal/hook.h>
#include <string.h>

#define RAETH_ESW_REG_READ    0x89F1
#define REG_ESW_WT_MAC_AD0    0x34
#define REG_ESW_WT_MAC_ATC    0x80
#define REG_ESW_TABLE_STATUS0 0x90

#define IFR_DATA 16 /* offset in struct ifreq, after the name */

#define OTHER_REGISTER 0x10173 /* value of all other registers */

static const struct {
	uint32_t code, value;
	const char *name;
} registers[] = {
	{ REG_ESW_WT_MAC_AD0, 0x2, "REG_ESW_WT_MAC_AD0" }, /* w_mac_done */
	{ REG_ESW_WT_MAC_ATC, 0x8234, "REG_ESW_WT_MAC_ATC" },
	{ REG_ESW_TABLE_STATUS0, 0x73, "REG_ESW_TABLE_STATUS0" },
};

/* Return: the value of the register @code. */
static uint32_t answer(struct portal_ctx *ctx, uint32_t code)
{
	for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++) {
		if (registers[i].code != code)
			continue;
		portal_log(ctx, PORTAL_INFO, "RAEth ioctl: reg=%s, returning val=0x%x",
			   registers[i].name, registers[i].value);
		return registers[i].value;
	}
	portal_log(ctx, PORTAL_INFO, "RAEth ioctl: reg=0x%x, returning val=0x%x", code,
		   OTHER_REGISTER);
	return OTHER_REGISTER;
}

static int on_ioctl(struct portal_ctx *ctx, void *data)
{
	uint64_t ifreq = portal_arg(ctx, 2), reg;
	char interface[17];
	uint32_t code;

	if (portal_read_str(ctx, ifreq, interface, sizeof(interface)) < 0)
		return 0;
	if (strcmp(interface, data) != 0)
		return 0;
	if (portal_read_ptr(ctx, ifreq + IFR_DATA, &reg) < 0)
		return 0;
	if (portal_read_int(ctx, reg, &code) < 0)
		return 0;

	if (portal_write_int(ctx, reg + 4, answer(ctx, code)) < 0)
		return 0;
	portal_set_ret(ctx, 0);
	return 1;
}

/* the memory that on_ioctl() reads: with this and deferred writes, an answer costs one exit */
static const struct portal_fetch fetch[] = {
	{ .what = PORTAL_FETCH_STR, .arg = 2, .max = 16 },
	{ .what = PORTAL_FETCH_PTR_MEM, .arg = 2, .offset = IFR_DATA, .max = 4 },
};

/* on_ioctl() as rules: the first one that matches answers; the last is for all other registers */
static int add_rules(struct portal_hook *hook, const char *interface)
{
	const size_t nr = sizeof(registers) / sizeof(registers[0]);
	struct portal_rule_cond conds[] = {
		{ .place = { .what = PORTAL_RULE_MEM, .arg = 2 },
		  .match = { .cmp = PORTAL_MATCH_STR_EQ, .str = interface } },
		{ .place = { .what = PORTAL_RULE_PTR_MEM, .arg = 2, .offset = IFR_DATA },
		  .match = { .width = 4 } },
	};
	struct portal_rule_store store = {
		.place = { .what = PORTAL_RULE_PTR_MEM,
			   .arg = 2,
			   .offset = IFR_DATA,
			   .inner_offset = 4 },
		.len = 4,
	};
	const struct portal_rule rule = {
		PORTAL_RULE_INIT, .when = PORTAL_ON_RETURN, .flags = PORTAL_RULE_SET_RET,
		.ret = 0,	  .conds = conds,	    .nr_conds = 2,
		.stores = &store, .nr_stores = 1,
	};
	uint64_t id;
	int ret = 0;

	for (size_t i = 0; i <= nr && ret == 0; i++) {
		/* BITS_SET with the value 0 matches any number */
		conds[1].match.cmp = i < nr ? PORTAL_MATCH_EQ : PORTAL_MATCH_BITS_SET;
		conds[1].match.value = i < nr ? registers[i].code : 0;
		store.value = i < nr ? registers[i].value : OTHER_REGISTER;
		ret = portal_rule_add(hook, &rule, &id);
	}
	return ret;
}

static int load(struct portal_module *mod)
{
	struct portal_hook *handle;
	uint64_t by_rule;
	int ret = portal_option_u64(mod, "rule", &by_rule);
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_RETURN,
		.name = "ioctl",
		.flags = PORTAL_HOOK_DEFER_WRITES,
		.arg[1] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = RAETH_ESW_REG_READ },
		.fetch = fetch,
		.nr_fetch = sizeof(fetch) / sizeof(fetch[0]),
		.fn = on_ioctl,
		.data = (void *)(uintptr_t)portal_option(mod, "interface"),
	};

	if (ret == 0)
		ret = portal_hook_syscall(mod, &hook, &handle);
	if (ret == 0 && by_rule)
		ret = add_rules(handle, portal_option(mod, "interface"));
	return ret;
}

static const struct portal_option options[] = {
	{ .key = "interface", .fallback = "eth0", .help = "network interface to answer for" },
	{ .key = "rule",
	  .fallback = "0",
	  .help = "1: the guest module answers by itself, and nothing is logged" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "raeth",
	.version = "1",	    .help = "answers RALink Ethernet switch register reads",
	.options = options, .load = load,
};
