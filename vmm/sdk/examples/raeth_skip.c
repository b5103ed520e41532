/* SPDX-License-Identifier: MIT */
/*
 * As raeth, but at entry and for one place in one program: when mtk7530_switch polls the register
 * REG_ESW_WT_MAC_AD0, the ioctl is skipped and the value is written directly to the caller's
 * variable. The top word of the stack points to the caller's frame, and the word at +8 in that
 * frame points to the variable.
 *
 *	portal-vmm ... --hook raeth_skip.so
 */
#include <errno.h>
#include <portal/hook.h>
#include <string.h>

#define RAETH_ESW_REG_READ 0x89F1
#define REG_ESW_WT_MAC_AD0 0x34
#define W_MAC_DONE	   0x2

#define IFR_DATA 16 /* offset in struct ifreq, after the name */

/* Return: 0: written; negative errno: the stack has another layout. */
static int write_to_caller(struct portal_ctx *ctx)
{
	uint64_t sp, caller_frame, value;

	if (portal_reg(ctx, "sp", &sp) < 0)
		return -EINVAL;
	if (portal_read_ptr(ctx, sp, &caller_frame) < 0)
		return -EFAULT;
	if (portal_read_ptr(ctx, caller_frame + 8, &value) < 0)
		return -EFAULT;
	return portal_write_int(ctx, value, W_MAC_DONE);
}

static int on_ioctl(struct portal_ctx *ctx, void *data)
{
	uint64_t ifreq = portal_arg(ctx, 2), reg;
	char interface[17];
	uint32_t code;

	(void)data;
	if (portal_read_str(ctx, ifreq, interface, sizeof(interface)) < 0)
		return 0;
	if (strcmp(interface, "eth0") != 0)
		return 0;
	if (portal_read_ptr(ctx, ifreq + IFR_DATA, &reg) < 0)
		return 0;
	if (portal_read_int(ctx, reg, &code) < 0 || code != REG_ESW_WT_MAC_AD0)
		return 0;

	portal_log(ctx, PORTAL_INFO, "Detected table_del function polling for w_mac_done bit");
	if (write_to_caller(ctx) < 0)
		return 0;
	portal_skip(ctx, 0);
	portal_log(ctx, PORTAL_INFO, "Bypassed ioctl call and directly set w_mac_done bit");
	return 1;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.comm = "mtk7530_switch",
		.arg[1] = { .cmp = PORTAL_MATCH_EQ, .width = 4, .value = RAETH_ESW_REG_READ },
		.fn = on_ioctl,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "raeth_skip",
	.version = "1",	    .help = "makes table_del of mtk7530_switch succeed without its ioctl",
	.load = load,
};
