// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "ops/dispatch.h"

/* parameters that an operation uses, and whether it uses memory or files of the task */
#define USES_ADDR 1u
#define USES_ARG  2u
#define USES_TASK 4u

/* operations without a handler end the session; numbers that are not in the table are unknown */
struct op_entry {
	bool known;
	op_fn *run;
	u32 least;
	u32 most;
};

#define FINAL_ENTRY(NAME, name, number, least_, most_) \
	[number] = { .known = true, .least = (least_), .most = (most_) },
#define ENTRY(NAME, name, number, least_, most_) \
	[number] = { .known = true, .run = op_##name, .least = (least_), .most = (most_) },

static const struct op_entry entries[PORTAL_NR_OPS] = { PORTAL_FINAL_OPS(FINAL_ENTRY)
								PORTAL_ANSWERED_OPS(ENTRY) };

/* Operations that are not listed use nothing of this. */
static const u8 uses[PORTAL_NR_OPS] = {
	[PORTAL_OP_READ] = USES_ADDR | USES_ARG | USES_TASK,
	[PORTAL_OP_WRITE] = USES_ADDR | USES_TASK,
	[PORTAL_OP_READ_STR] = USES_ADDR | USES_ARG | USES_TASK,
	[PORTAL_OP_FD_NAME] = USES_ADDR | USES_ARG | USES_TASK,
	[PORTAL_OP_PROC_ARGS] = USES_ADDR | USES_TASK,
	[PORTAL_OP_PROC_ENV] = USES_ADDR | USES_TASK,
	[PORTAL_OP_USER_REGS] = USES_ARG,
	[PORTAL_OP_SYSCALL_NAMES] = USES_ADDR | USES_ARG,
	[PORTAL_OP_HOOK_DEL] = USES_ADDR,
	[PORTAL_OP_HOOK_ENABLE] = USES_ADDR | USES_ARG,
	[PORTAL_OP_RULE_DEL] = USES_ADDR,
	[PORTAL_OP_TRACE_OPEN] = USES_ARG,
	[PORTAL_OP_READ_VEC] = USES_ARG | USES_TASK,
};

int dispatch_check(u32 code, u64 size)
{
	u64 request = 0;

	if (code >= ARRAY_SIZE(entries) || !entries[code].known)
		return -EOPNOTSUPP;
	if (entries[code].run)
		request = sizeof(struct portal_wire_request);
	if (size < request + entries[code].least || size > request + entries[code].most)
		return -EINVAL;
	return 0;
}

s64 op_invalid(struct op *op)
{
	op->resp = PORTAL_RESP_INVALID;
	return -EINVAL;
}

static s64 op_unknown(struct op *op)
{
	op->resp = PORTAL_RESP_UNKNOWN;
	return -EOPNOTSUPP;
}

/* There are no flags yet, and no operations on other processes. */
static bool is_supported(const struct portal_wire_request *request)
{
	return !request->flags && !request->pid;
}

static bool is_valid(u32 code, const struct portal_wire_request *request)
{
	if (request->start_time || (request->addr && !(uses[code] & USES_ADDR)))
		return false;
	return !request->arg || uses[code] & USES_ARG;
}

static void request_read(struct op *op, u64 size, struct portal_wire_request *request)
{
	memcpy(request, op->data, sizeof(*request));
	op->addr = le64_to_cpu(request->addr);
	op->arg = le64_to_cpu(request->arg);
	op->payload = op->data + sizeof(*request);
	op->payload_size = size - sizeof(*request);
}

static s64 run_checked(u32 code, u64 size, struct op *op)
{
	struct portal_wire_request request;
	int err = dispatch_check(code, size);

	if (err == -EOPNOTSUPP)
		return op_unknown(op);
	if (err < 0 || !entries[code].run)
		return op_invalid(op);
	request_read(op, size, &request);
	if (!is_supported(&request))
		return op_unknown(op);
	if (!is_valid(code, &request))
		return op_invalid(op);
	return op->dead && uses[code] & USES_TASK ? -ESRCH : entries[code].run(op);
}

void dispatch_run(u32 code, u64 size, struct op *op)
{
	op->resp = PORTAL_RESP_DONE;
	op->cursor = 0;
	op->result = run_checked(code, size, op);
}

void dispatch_list(__le64 *words)
{
	u64 bits[PORTAL_OPS_WORDS] = { 0 };
	u32 code;

	for (code = 0; code < ARRAY_SIZE(entries); code++)
		if (entries[code].known)
			bits[code / 64] |= BIT_ULL(code % 64);
	for (code = 0; code < PORTAL_OPS_WORDS; code++)
		words[code] = cpu_to_le64(bits[code]);
}
