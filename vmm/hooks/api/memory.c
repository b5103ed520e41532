/* SPDX-License-Identifier: MIT */
/*
 * SDK functions for guest memory and the process; they may suspend. Immediate writes are
 * operations; deferred writes are staged, and later reads of the same hook see them. Documented in
 * portal/hook.h.
 */
#include <errno.h>
#include <portal/hook.h>
#include <string.h>

#include "base/bytes.h"
#include "hooks/event.h"
#include "hooks/regs.h"
#include "portal/ops/operation.h"

#define GUEST_PAGE 4096u

/* Read from the items of the event, or by an operation. */
static ssize_t read_guest(struct portal_ctx *ctx, uint64_t addr, void *buf, size_t len)
{
	ssize_t n;

	if (len == 0)
		return 0;
	n = fetched_read(&ctx->event->items, addr, buf, len);
	if (n == -ENOENT && event_is_trace(ctx))
		return -EOPNOTSUPP;
	return n != -ENOENT ? n : op_read(ctx->session, addr, buf, len);
}

/* Not inlined: its frame would be that of a deferred write, too. */
__attribute__((noinline)) static ssize_t write_guest(struct portal_ctx *ctx, uint64_t addr,
						     const void *buf, size_t len)
{
	struct fetched items = ctx->event->items;
	ssize_t n = op_write(ctx->session, addr, buf, len);

	if (n > 0)
		fetched_write(&items, addr, buf, (size_t)n);
	return n;
}

static bool defers(const struct portal_ctx *ctx)
{
	return ctx->hook->flags & PORTAL_HOOK_DEFER_WRITES;
}

/* A hook that defers its writes reads what it has staged. */
static bool may_read_staged(const struct portal_ctx *ctx)
{
	return staging_has_writes(&ctx->staging) && defers(ctx);
}

/* Not inlined: few reads are of bytes that the hook has staged. */
__attribute__((noinline)) static ssize_t read_staged(struct portal_ctx *ctx, uint64_t addr,
						     void *buf, size_t len)
{
	const struct staging *staging = &ctx->staging;
	uint32_t id = ctx->hook->id;
	ssize_t n;

	if (len > 0 && staging_covers(staging, id, addr, len))
		n = (ssize_t)len;
	else
		n = read_guest(ctx, addr, buf, len);
	if (n > 0)
		staging_overlay(staging, id, addr, buf, (size_t)n);
	return n;
}

ssize_t portal_read_bytes(struct portal_ctx *ctx, uint64_t addr, void *buf, size_t len)
{
	if (ctx->is_error)
		return -EINVAL;
	return may_read_staged(ctx) ? read_staged(ctx, addr, buf, len)
				    : read_guest(ctx, addr, buf, len);
}

ssize_t portal_write_bytes(struct portal_ctx *ctx, uint64_t addr, const void *buf, size_t len)
{
	int ret;

	if (!event_may_change(ctx))
		return -EINVAL;
	if (!defers(ctx))
		return write_guest(ctx, addr, buf, len);
	if (len == 0)
		return 0;
	if (event_is_over(ctx))
		return -ECANCELED;
	ret = staging_write(&ctx->staging, ctx->hook->id, addr, buf, len);
	return ret < 0 ? ret : (ssize_t)len;
}

/*
 * Read a string of which this hook has staged a part. Its end is found by reading bytes, a page at
 * a time, so that the memory after the string need not be readable.
 */
__attribute__((noinline)) static ssize_t read_str_staged(struct portal_ctx *ctx, uint64_t addr,
							 char *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		size_t want = GUEST_PAGE - (addr + done) % GUEST_PAGE;
		ssize_t n;
		char *end;

		if (want > len - done)
			want = len - done;
		n = portal_read_bytes(ctx, addr + done, buf + done, want);
		if (n < 0)
			return n;
		end = memchr(buf + done, '\0', (size_t)n);
		if (end)
			return end - buf;
		if ((size_t)n < want)
			return -EFAULT;
		done += want;
	}
	buf[len - 1] = '\0';
	return (ssize_t)len;
}

/* A trace hook cannot request operations: return the error from the items, if there is one. */
static ssize_t read_str_traced(struct portal_ctx *ctx, uint64_t addr)
{
	int err = fetched_str_error(&ctx->event->items, addr);

	return err < 0 ? err : -EOPNOTSUPP;
}

ssize_t portal_read_str(struct portal_ctx *ctx, uint64_t addr, char *buf, size_t len)
{
	ssize_t n;

	if (ctx->is_error || len == 0)
		return -EINVAL;
	if (may_read_staged(ctx) && staging_touches(&ctx->staging, ctx->hook->id, addr, len))
		return read_str_staged(ctx, addr, buf, len);
	n = fetched_read_str(&ctx->event->items, addr, buf, len);
	if (n == -ENOENT && event_is_trace(ctx))
		return read_str_traced(ctx, addr);
	return n != -ENOENT ? n : op_read_str(ctx->session, addr, buf, len);
}

ssize_t portal_write_str(struct portal_ctx *ctx, uint64_t addr, const char *str)
{
	return portal_write_bytes(ctx, addr, str, strlen(str) + 1);
}

/* Read all @len bytes. Return: 0; negative errno. */
static int read_whole(struct portal_ctx *ctx, uint64_t addr, void *buf, size_t len)
{
	ssize_t n = portal_read_bytes(ctx, addr, buf, len);

	if (n < 0)
		return (int)n;
	return (size_t)n == len ? 0 : -EFAULT;
}

/* Write all @len bytes. Return: 0; negative errno. */
static int write_whole(struct portal_ctx *ctx, uint64_t addr, const void *buf, size_t len)
{
	ssize_t n = portal_write_bytes(ctx, addr, buf, len);

	if (n < 0)
		return (int)n;
	return (size_t)n == len ? 0 : -EFAULT;
}

/* Read a number of @size bytes in the program's byte order. */
static int read_number(struct portal_ctx *ctx, uint64_t addr, size_t size, uint64_t *ret_value)
{
	uint8_t raw[8];
	int ret = read_whole(ctx, addr, raw, size);

	if (ret == 0)
		*ret_value = get_number(raw, size, ctx->call->byte_order == PORTAL_BIG_ENDIAN);
	return ret;
}

/* Write the low @size bytes of @value in the program's byte order. */
static int write_number(struct portal_ctx *ctx, uint64_t addr, size_t size, uint64_t value)
{
	uint8_t raw[8];

	put_number(raw, size, ctx->call->byte_order == PORTAL_BIG_ENDIAN, value);
	return write_whole(ctx, addr, raw, size);
}

int portal_read_u16(struct portal_ctx *ctx, uint64_t addr, uint16_t *ret_value)
{
	uint64_t value;
	int ret = read_number(ctx, addr, sizeof(*ret_value), &value);

	if (ret == 0)
		*ret_value = (uint16_t)value;
	return ret;
}

int portal_read_u32(struct portal_ctx *ctx, uint64_t addr, uint32_t *ret_value)
{
	uint64_t value;
	int ret = read_number(ctx, addr, sizeof(*ret_value), &value);

	if (ret == 0)
		*ret_value = (uint32_t)value;
	return ret;
}

int portal_read_u64(struct portal_ctx *ctx, uint64_t addr, uint64_t *ret_value)
{
	return read_number(ctx, addr, sizeof(*ret_value), ret_value);
}

int portal_read_int(struct portal_ctx *ctx, uint64_t addr, uint32_t *ret_value)
{
	return portal_read_u32(ctx, addr, ret_value);
}

int portal_read_long(struct portal_ctx *ctx, uint64_t addr, uint64_t *ret_value)
{
	return portal_read_u64(ctx, addr, ret_value);
}

int portal_read_ptr(struct portal_ctx *ctx, uint64_t addr, uint64_t *ret_value)
{
	return read_number(ctx, addr, ctx->call->pointer_size, ret_value);
}

int portal_write_u16(struct portal_ctx *ctx, uint64_t addr, uint16_t value)
{
	return write_number(ctx, addr, sizeof(value), value);
}

int portal_write_u32(struct portal_ctx *ctx, uint64_t addr, uint32_t value)
{
	return write_number(ctx, addr, sizeof(value), value);
}

int portal_write_u64(struct portal_ctx *ctx, uint64_t addr, uint64_t value)
{
	return write_number(ctx, addr, sizeof(value), value);
}

int portal_write_int(struct portal_ctx *ctx, uint64_t addr, uint32_t value)
{
	return portal_write_u32(ctx, addr, value);
}

int portal_write_long(struct portal_ctx *ctx, uint64_t addr, uint64_t value)
{
	return portal_write_u64(ctx, addr, value);
}

int portal_write_ptr(struct portal_ctx *ctx, uint64_t addr, uint64_t value)
{
	return write_number(ctx, addr, ctx->call->pointer_size, value);
}

ssize_t portal_fd_name(struct portal_ctx *ctx, int fd, char *buf, size_t len)
{
	ssize_t n;

	if (ctx->is_error || len == 0)
		return -EINVAL;
	n = fetched_fd_name(&ctx->event->items, fd, buf, len);
	if (n == -ENOENT && event_is_trace(ctx))
		return -EOPNOTSUPP;
	return n != -ENOENT ? n : op_fd_name(ctx->session, fd, buf, len);
}

ssize_t portal_proc_args(struct portal_ctx *ctx, char *buf, size_t len)
{
	ssize_t n;

	if (ctx->is_error || len == 0)
		return -EINVAL;
	n = fetched_args(&ctx->event->items, buf, len);
	if (n == -ENOENT && event_is_trace(ctx))
		return -EOPNOTSUPP;
	return n != -ENOENT ? n : op_proc_args(ctx->session, buf, len);
}

/* Check that the callback may request an operation, for data that is never in the items. */
static int check_may_request(const struct portal_ctx *ctx)
{
	if (ctx->is_error)
		return -EINVAL;
	return event_is_trace(ctx) ? -EOPNOTSUPP : 0;
}

int portal_proc_pid(struct portal_ctx *ctx)
{
	int ret = check_may_request(ctx);

	return ret < 0 ? ret : op_proc_pid(ctx->session);
}

int portal_user_reg(struct portal_ctx *ctx, const char *name, uint64_t *ret_value)
{
	uint64_t regs[PORTAL_NR_REGS];
	unsigned int index;
	int ret = check_may_request(ctx);

	if (ret == 0)
		ret = regs_find(ctx->call->abi, name, &index);
	if (ret == 0)
		ret = op_user_regs(ctx->session, ctx->call->abi, regs);
	if (ret == 0)
		*ret_value = regs[index];
	return ret;
}

ssize_t portal_proc_env(struct portal_ctx *ctx, char *buf, size_t len)
{
	int ret = len == 0 ? -EINVAL : check_may_request(ctx);

	return ret < 0 ? ret : op_proc_env(ctx->session, buf, len);
}
