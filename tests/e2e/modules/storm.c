// SPDX-License-Identifier: MIT
/* Compares and writes memory as page_storm requests, by accesses without declarations. */
#include <errno.h>

#include <portal/hook.h>

#include "storm_request.h"

static bool is_right(const struct storm_request *request, const uint8_t *buf, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++) {
		if (request->kind == STORM_READ &&
		    buf[i] != storm_byte(request->seed, request->addr + (uint64_t)i))
			return false;
		if (request->kind == STORM_RACE && buf[i] != STORM_RACE_BYTE && buf[i] != 0)
			return false;
	}
	return request->kind == STORM_RACE || n == (ssize_t)request->len;
}

static bool compare(struct portal_ctx *ctx, const struct storm_request *request)
{
	uint8_t buf[STORM_PAGE];

	return is_right(request, buf, portal_read_bytes(ctx, request->addr, buf, request->len));
}

static bool write_bytes(struct portal_ctx *ctx, const struct storm_request *request)
{
	uint8_t buf[STORM_PAGE];
	ssize_t n;

	for (size_t i = 0; i < request->len; i++)
		buf[i] = storm_byte(request->seed, request->addr + i);
	n = portal_write_bytes(ctx, request->addr, buf, request->len);
	if (n != (ssize_t)request->len)
		portal_log(ctx, PORTAL_ERROR, "the write of %llu bytes returned %zd",
			   (unsigned long long)request->len, n);
	return n == (ssize_t)request->len;
}

static int on_ioctl(struct portal_ctx *ctx, void *data)
{
	struct storm_request request;
	bool right;

	(void)data;
	if (portal_read_bytes(ctx, portal_arg(ctx, 2), &request, sizeof(request)) !=
		    sizeof(request) ||
	    request.len > STORM_PAGE)
		return -EINVAL;
	right = request.kind == STORM_WRITE ? write_bytes(ctx, &request) : compare(ctx, &request);
	if (!right)
		portal_log(ctx, PORTAL_ERROR, "WRONG bytes at 0x%llx, kind %u",
			   (unsigned long long)request.addr, request.kind);
	return portal_skip(ctx, right ? 0 : -EILSEQ);
}

static int load(struct portal_module *mod)
{
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "ioctl",
		.fn = on_ioctl,
	};

	hook.arg[1] = (struct portal_match){ .cmp = PORTAL_MATCH_EQ, .value = STORM_COMMAND };
	return portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "storm",
	.load = load,
};
