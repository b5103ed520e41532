/* SPDX-License-Identifier: MIT */
/*
 * SDK functions for the event and its verdict; only portal_reg() may suspend. Documented in
 * portal/hook.h.
 */
#include <errno.h>
#include <portal/hook.h>
#include <portal/wire.h>

#include "base/bytes.h"
#include "hooks/event.h"
#include "hooks/module.h"
#include "hooks/regs.h"
#include "portal/ops/operation.h"

/* a 32-bit program's registers and arguments are zero-extended */
static uint64_t task_word(const struct portal_ctx *ctx, uint64_t value)
{
	return ctx->call->pointer_size == 4 ? (uint32_t)value : value;
}

uint64_t portal_arg(const struct portal_ctx *ctx, unsigned int n)
{
	const struct staging_state *staged = &ctx->staging.state;

	if (n >= PORTAL_NR_ARGS)
		return 0;
	return staged->arg_mask & 1u << n ? staged->args[n] : ctx->call->args[n];
}

int64_t portal_ret(const struct portal_ctx *ctx)
{
	const struct staging_state *staged = &ctx->staging.state;

	if (!ctx->is_return)
		return 0;
	return staged->flags & PORTAL_VERDICT_RET ? staged->ret : ctx->call->ret;
}

int portal_pid(const struct portal_ctx *ctx)
{
	return (int)ctx->event->pid;
}

int portal_tid(const struct portal_ctx *ctx)
{
	return (int)ctx->event->tid;
}

bool portal_is_return(const struct portal_ctx *ctx)
{
	return ctx->is_return;
}

/* The entry of an observing hook comes with the event of the return. */
int portal_end(const struct portal_ctx *ctx)
{
	return ctx->is_return || !ctx->call->is_return ? ctx->call->end : PORTAL_END_RETURNS;
}

static bool has_result(const struct portal_ctx *ctx)
{
	return ctx->is_return && ctx->call->end != PORTAL_CALL_END_KILLED &&
	       ctx->call->end != PORTAL_CALL_END_RESTARTS;
}

const char *portal_comm(const struct portal_ctx *ctx)
{
	return ctx->event->comm;
}

const char *portal_syscall_name(const struct portal_ctx *ctx)
{
	const char *name = NULL;

	if (ctx->names)
		name = syscall_names_of(ctx->names, ctx->call->is_compat, ctx->call->nr);
	return name ? name : "?";
}

unsigned int portal_syscall_nr(const struct portal_ctx *ctx)
{
	return ctx->call->nr;
}

uint64_t portal_pc(const struct portal_ctx *ctx)
{
	return ctx->call->pc;
}

uint64_t portal_time(const struct portal_ctx *ctx)
{
	return ctx->stamp ? ctx->stamp->time : 0;
}

uint32_t portal_lost(const struct portal_ctx *ctx)
{
	return ctx->stamp ? ctx->stamp->lost : 0;
}

int portal_is_compat(const struct portal_ctx *ctx)
{
	return ctx->call->is_compat;
}

unsigned int portal_pointer_size(const struct portal_ctx *ctx)
{
	return ctx->call->pointer_size;
}

/* Read a register of the event, or by an operation if the event has no registers. */
static int read_reg(const struct portal_ctx *ctx, unsigned int index, uint64_t *ret_value)
{
	uint64_t regs[PORTAL_NR_REGS];
	int ret;

	if (ctx->call->regs) {
		*ret_value = get_le64(ctx->call->regs + index * sizeof(*ret_value));
		return 0;
	}
	if (ctx->is_error || event_is_trace(ctx))
		return -EOPNOTSUPP;
	ret = op_user_regs(ctx->session, ctx->call->abi, regs);
	if (ret == 0)
		*ret_value = regs[index];
	return ret;
}

int portal_reg(const struct portal_ctx *ctx, const char *name, uint64_t *ret_value)
{
	const struct staging_state *staged = &ctx->staging.state;
	unsigned int index;
	int ret = regs_find(ctx->call->abi, name, &index);

	if (ret < 0)
		return ret;
	if (!(staged->reg_mask & 1ull << index))
		return read_reg(ctx, index, ret_value);
	*ret_value = staged->regs[index];
	return 0;
}

int portal_set_reg(struct portal_ctx *ctx, const char *name, uint64_t value)
{
	unsigned int index;
	int ret = regs_find(ctx->call->abi, name, &index);

	if (ret < 0)
		return ret;
	if (!event_may_change(ctx) || !regs_is_settable(ctx->call->abi, index))
		return -EINVAL;
	return staging_set_reg(&ctx->staging, index, task_word(ctx, value));
}

int portal_skip(struct portal_ctx *ctx, int64_t ret)
{
	if (!event_may_change(ctx) || ctx->is_return)
		return -EINVAL;
	staging_set_ret(&ctx->staging, PORTAL_VERDICT_SKIP, ret);
	return 0;
}

int portal_set_ret(struct portal_ctx *ctx, int64_t ret)
{
	if (!event_may_change(ctx) || !has_result(ctx))
		return -EINVAL;
	staging_set_ret(&ctx->staging, PORTAL_VERDICT_RET, ret);
	return 0;
}

int portal_set_arg(struct portal_ctx *ctx, unsigned int n, uint64_t value)
{
	if (!event_may_change(ctx) || ctx->is_return || n >= ctx->call->nr_args)
		return -EINVAL;
	staging_set_arg(&ctx->staging, n, task_word(ctx, value));
	return 0;
}

struct portal_module *portal_ctx_module(struct portal_ctx *ctx)
{
	return ctx->hook->module;
}
