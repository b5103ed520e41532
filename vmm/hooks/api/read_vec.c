/* SPDX-License-Identifier: MIT */
/*
 * SDK function that follows pointers. Each step gives what portal_read_bytes() would have read:
 * first the steps that need no operation, then all the others in one operation. Documented in
 * portal/hook.h.
 */
#include <errno.h>
#include <portal/hook.h>
#include <portal/wire.h>

#include "hooks/event.h"
#include "hooks/regs.h"
#include "portal/ops/operation.h"
#include "portal/ops/read_vec.h"
#include "portal/task_mem/direct.h"

/**
 * struct vec_walk - the state of a portal_read_vec()
 * @ctx: the event
 * @vector: the reads
 * @steps: steps of @vector
 * @done: number of steps that have been read completely
 * @is_over: no further step can be read
 */
struct vec_walk {
	struct portal_ctx *ctx;
	struct read_vec vector;
	struct read_vec_step steps[PORTAL_MAX_STEPS];
	size_t done;
	bool is_over;
};

static bool is_staged(const struct portal_ctx *ctx, uint64_t addr, size_t len)
{
	return ctx->hook->flags & PORTAL_HOOK_DEFER_WRITES &&
	       staging_covers(&ctx->staging, ctx->hook->id, addr, len);
}

static void overlay(const struct portal_ctx *ctx, uint64_t addr, const struct read_vec_step *step)
{
	if (ctx->hook->flags & PORTAL_HOOK_DEFER_WRITES && step->n > 0)
		staging_overlay(&ctx->staging, ctx->hook->id, addr, step->buf, (size_t)step->n);
}

/* Account for the next step, which has been read at @addr. */
static void advance(struct vec_walk *walk, uint64_t addr)
{
	const struct read_vec_step *step = &walk->steps[walk->done];

	overlay(walk->ctx, addr, step);
	if (step->n == (ssize_t)step->len)
		walk->done++;
	else
		walk->is_over = true;
}

/*
 * Read the next step at @addr from staged writes, the items or present memory.
 * Return: false: an operation is needed.
 */
static bool read_locally(struct vec_walk *walk, uint64_t addr)
{
	struct portal_ctx *ctx = walk->ctx;
	struct read_vec_step *step = &walk->steps[walk->done];

	step->n = (ssize_t)step->len;
	if (is_staged(ctx, addr, step->len))
		return true;
	step->n = fetched_read(&ctx->event->items, addr, step->buf, step->len);
	if (step->n != -ENOENT)
		return true;
	if (event_is_trace(ctx))
		return false;
	step->n = (ssize_t)direct_read(ctx->session, addr, step->buf, step->len);
	return step->n == (ssize_t)step->len;
}

/*
 * Accept @nr steps that the guest has read. The guest does not see the writes that this hook has
 * staged. Stop at the first step whose pointer or memory was staged; the rest is read again.
 */
static void accept_steps(struct vec_walk *walk, size_t nr)
{
	const size_t first = walk->done;
	uint64_t followed[PORTAL_MAX_STEPS], addr;

	for (size_t i = 0; i < nr; i++)
		read_vec_start(&walk->vector, first + i, &followed[i]);
	for (size_t i = 0; i < nr; i++) {
		const struct read_vec_step *step = &walk->steps[first + i];

		if (!read_vec_start(&walk->vector, first + i, &addr) || addr != followed[i] ||
		    is_staged(walk->ctx, addr, step->len))
			return;
		advance(walk, addr);
	}
}

/* Read one step, for a guest module that does not know READ_VEC. */
static ssize_t read_one(struct vec_walk *walk, uint64_t addr)
{
	struct read_vec_step *step = &walk->steps[walk->done];

	step->n = op_read(walk->ctx->session, addr, step->buf, step->len);
	return step->n < 0 && step->n != -EFAULT ? step->n : 1;
}

/* Read the next steps by an operation. Return: 0: a step is done, or the walk is over. */
static int read_from_guest(struct vec_walk *walk, uint64_t addr)
{
	ssize_t nr;

	if (event_is_trace(walk->ctx))
		return -EOPNOTSUPP;
	nr = op_read_vec(walk->ctx->session, &walk->vector, walk->done);
	if (nr == -EOPNOTSUPP)
		nr = read_one(walk, addr);
	if (nr < 0)
		return (int)nr;
	accept_steps(walk, (size_t)nr);
	return 0;
}

static int walk_next(struct vec_walk *walk)
{
	uint64_t addr;

	if (!read_vec_start(&walk->vector, walk->done, &addr)) {
		walk->steps[walk->done].n = -ENODATA;
		walk->is_over = true;
		return 0;
	}
	if (!read_locally(walk, addr))
		return read_from_guest(walk, addr);
	advance(walk, addr);
	return 0;
}

static int walk_init(struct vec_walk *walk, struct portal_ctx *ctx, const struct portal_step *steps,
		     size_t nr)
{
	if (nr > PORTAL_MAX_STEPS)
		return -EINVAL;
	walk->ctx = ctx;
	walk->vector = (struct read_vec){
		.steps = walk->steps,
		.nr = nr,
		.pointer_bytes = ctx->call->pointer_size,
		.big_endian = ctx->call->byte_order == PORTAL_BIG_ENDIAN,
	};
	walk->done = 0;
	walk->is_over = false;
	for (size_t i = 0; i < nr; i++) {
		bool is_based = steps[i].flags & PORTAL_STEP_F_BASED;

		if (steps[i].flags & ~PORTAL_STEP_F_BASED || (!is_based && steps[i].base != 0) ||
		    steps[i].base >= PORTAL_MAX_STEPS)
			return -EINVAL;
		walk->steps[i] = (struct read_vec_step){
			.addr = steps[i].addr,
			.len = steps[i].len,
			.at = steps[i].at,
			.base_plus1 = is_based ? steps[i].base + 1 : 0,
			.buf = steps[i].buf,
			.n = -ENODATA,
		};
	}
	return read_vec_check(&walk->vector);
}

int portal_read_vec(struct portal_ctx *ctx, struct portal_step *steps, size_t nr)
{
	struct vec_walk walk;
	int ret = ctx->is_error ? -EINVAL : walk_init(&walk, ctx, steps, nr);

	if (ret < 0)
		return ret;
	if (event_is_over(ctx))
		return -ECANCELED;
	while (walk.done < nr && !walk.is_over) {
		ret = walk_next(&walk);
		if (ret < 0)
			return ret;
	}
	for (size_t i = 0; i < nr; i++)
		steps[i].n = i <= walk.done ? walk.steps[i].n : -ENODATA;
	return (int)walk.done;
}
