/* SPDX-License-Identifier: MIT */
#include "fake/serve.h"

#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "fake/rule.h"

/* an operation and its answer */
struct work {
	struct fake_guest *guest;
	struct fake_task *task;
	uint64_t addr, arg;
	uint32_t flags;
	const uint8_t *payload;
	size_t payload_size;
	uint8_t *data;
	uint64_t cursor;
	uint32_t answer; /* PORTAL_RESP_* */
};

static int64_t refuse(struct work *work, uint32_t answer, int err)
{
	work->answer = answer;
	return err;
}

static int64_t invalid(struct work *work)
{
	return refuse(work, PORTAL_RESP_INVALID, -EINVAL);
}

static int64_t unknown(struct work *work)
{
	return refuse(work, PORTAL_RESP_UNKNOWN, -EOPNOTSUPP);
}

/* ---- memory of the program ---- */

static int64_t transfer_result(size_t n, size_t wanted)
{
	return n == 0 && wanted > 0 ? -EFAULT : (int64_t)n;
}

/*
 * Get the part of a window that the payload names and that @arg bytes fit. Return: 0; -EINVAL;
 * -ENOENT.
 */
static int64_t find_part(struct work *work, uint8_t **ret_bytes)
{
	struct portal_wire_window_part part;
	const struct fake_bulk *window;
	uint64_t number, offset, len;

	if (work->payload_size != sizeof(part))
		return invalid(work);
	memcpy(&part, work->payload, sizeof(part));
	number = le32toh(part.window);
	offset = le64toh(part.offset);
	len = le64toh(part.len);
	if (part.reserved != 0)
		return invalid(work);
	if (number == 0 || number > FAKE_MAX_WINDOWS || !work->guest->windows[number - 1].bytes)
		return -ENOENT;
	window = &work->guest->windows[number - 1];
	if (offset > window->size || len > window->size - offset || work->arg > len)
		return invalid(work);
	*ret_bytes = window->bytes + offset;
	return 0;
}

static int64_t serve_read(struct work *work)
{
	uint8_t *to = work->data;
	int64_t ret;

	if (work->flags & PORTAL_REQUEST_F_WINDOW) {
		ret = find_part(work, &to);
		if (ret < 0)
			return ret;
	} else if (work->payload_size != 0 || work->arg > PORTAL_DATA_SIZE) {
		return invalid(work);
	}
	return transfer_result(fake_program_from(work->task, to, work->addr, work->arg), work->arg);
}

static int64_t serve_write(struct work *work)
{
	const uint8_t *from = work->payload;
	size_t len = work->payload_size;
	uint8_t *bytes;
	int64_t ret;

	if (work->flags & PORTAL_REQUEST_F_WINDOW) {
		ret = find_part(work, &bytes);
		if (ret < 0)
			return ret;
		from = bytes;
		len = work->arg;
	} else if (work->arg != 0) {
		return invalid(work);
	}
	return transfer_result(fake_program_to(work->task, work->addr, from, len), len);
}

static int64_t serve_read_str(struct work *work)
{
	const uint8_t *end;
	size_t n;

	if (work->arg > PORTAL_DATA_SIZE)
		return invalid(work);
	n = fake_program_from(work->task, work->data, work->addr, work->arg);
	end = memchr(work->data, '\0', n);
	if (end)
		return end - work->data;
	if (n < work->arg)
		return -EFAULT;
	work->cursor = work->addr + n;
	return (int64_t)n;
}

/* ---- READ_VEC ---- */

static size_t padded(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

static bool is_step_valid(const struct portal_wire_step *steps, size_t i, uint64_t pointer_size)
{
	uint64_t at = le32toh(steps[i].at), len = le32toh(steps[i].len);
	uint32_t base = le32toh(steps[i].base), flags = le32toh(steps[i].flags);

	if (len == 0 || len > PORTAL_DATA_SIZE || flags & ~PORTAL_STEP_F_POINTER)
		return false;
	if (!(flags & PORTAL_STEP_F_POINTER))
		return base == 0 && at == 0;
	return base < i && at + pointer_size <= le32toh(steps[base].len);
}

/* docs/protocol.md lists the requests that are invalid. */
static bool are_steps_valid(const struct portal_wire_step *steps, size_t nr, uint64_t pointer_size)
{
	size_t total = 0;

	if (pointer_size != 4 && pointer_size != 8)
		return false;
	for (size_t i = 0; i < nr; i++) {
		if (!is_step_valid(steps, i, pointer_size))
			return false;
		total += sizeof(struct portal_wire_result) + padded(le32toh(steps[i].len));
	}
	return total <= PORTAL_DATA_SIZE;
}

/* a vector that is being read */
struct vector {
	struct portal_wire_step steps[PORTAL_MAX_STEPS];
	const uint8_t *bytes[PORTAL_MAX_STEPS];
	size_t used;
};

/* Return: the vector goes on. */
static bool do_step(struct work *work, struct vector *vec, size_t i)
{
	const struct portal_wire_step *step = &vec->steps[i];
	uint32_t len = le32toh(step->len);
	struct portal_wire_result result;
	uint64_t pointer = 0;
	size_t n;

	if (le32toh(step->flags) & PORTAL_STEP_F_POINTER) {
		pointer = fake_number(
			work->task, vec->bytes[le32toh(step->base)] + le32toh(step->at), work->arg);
		if (pointer == 0)
			return false;
	}
	vec->bytes[i] = work->data + vec->used + sizeof(result);
	n = fake_program_from(work->task, work->data + vec->used + sizeof(result),
			      le64toh(step->addr) + pointer, len);
	result.status = htole32(n == len ? 0 : (uint32_t)-EFAULT);
	result.len = htole32((uint32_t)n);
	memcpy(work->data + vec->used, &result, sizeof(result));
	vec->used += sizeof(result) + padded(n);
	return n == len;
}

static int64_t serve_read_vec(struct work *work)
{
	struct vector vec = { 0 };
	size_t nr = work->payload_size / sizeof(vec.steps[0]), i = 0;

	if (work->payload_size != nr * sizeof(vec.steps[0]))
		return invalid(work);
	memcpy(vec.steps, work->payload, work->payload_size);
	if (!are_steps_valid(vec.steps, nr, work->arg))
		return invalid(work);
	memset(work->data, 0, PORTAL_DATA_SIZE);
	while (i < nr && do_step(work, &vec, i))
		i++;
	return (int64_t)vec.used;
}

/* ---- the process ---- */

/* Answers with the part of a text that starts at byte @addr. */
static int64_t serve_text(struct work *work, const char *text, size_t len)
{
	size_t n;

	if (work->addr >= len)
		return 0;
	n = len - work->addr;
	if (n > PORTAL_DATA_SIZE) {
		n = PORTAL_DATA_SIZE;
		work->cursor = work->addr + n;
	}
	memcpy(work->data, text + work->addr, n);
	return (int64_t)n;
}

static int64_t serve_fd_name(struct work *work)
{
	const char *name = fake_fd_name(work->task, (int)(uint32_t)work->arg);

	return name ? serve_text(work, name, strlen(name)) : -EBADF;
}

static int64_t serve_proc_args(struct work *work)
{
	return serve_text(work, work->task->args, work->task->args_len);
}

static int64_t serve_proc_env(struct work *work)
{
	return serve_text(work, work->task->env, work->task->env_len);
}

static int64_t serve_proc_pid(struct work *work)
{
	return work->task->pid;
}

/* The registers of a task have one layout on x86, whatever the ABI of its calls. */
static uint64_t layout_of(uint64_t abi)
{
	return abi == PORTAL_ABI_I386 ? PORTAL_ABI_X86_64 : abi;
}

static int64_t serve_regs(struct work *work)
{
	uint64_t abi = work->guest->is_arm ? PORTAL_ABI_ARM : PORTAL_ABI_X86_64;

	if (layout_of(work->arg) != abi)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < PORTAL_NR_REGS; i++) {
		uint64_t value = htole64(work->task->regs[i]);

		memcpy(work->data + 8 * i, &value, sizeof(value));
	}
	return 8 * PORTAL_NR_REGS;
}

/* ---- hello, hooks, rules, traces ---- */

static int64_t serve_welcome(struct work *work)
{
	memcpy(&work->guest->welcomed, work->payload, sizeof(work->guest->welcomed));
	return work->guest->welcome;
}

static int64_t serve_names(struct work *work)
{
	bool is_arm = work->guest->is_arm;
	bool compat = work->arg == (is_arm ? PORTAL_ABI_ARM : PORTAL_ABI_I386);
	uint64_t nr = work->addr, end = fake_nr_calls(compat);
	size_t used = 0;

	if (!compat && (is_arm || work->arg != PORTAL_ABI_X86_64))
		return -EINVAL;
	for (uint32_t n = 0; nr < end && n < work->guest->names_per_block; n++, nr++) {
		const char *name = fake_name(compat, (uint32_t)nr);

		memcpy(work->data + used, name, strlen(name) + 1);
		used += strlen(name) + 1;
	}
	work->cursor = nr < end ? nr : 0;
	return (int64_t)used;
}

static int64_t serve_hook_add(struct work *work)
{
	return fake_hook_add(work->guest, work->payload, work->payload_size, &work->cursor);
}

static int64_t serve_hook_del(struct work *work)
{
	return fake_hook_del(work->guest, work->addr);
}

static int64_t serve_hook_enable(struct work *work)
{
	return fake_hook_enable(work->guest, work->addr, work->arg);
}

static int64_t serve_rule_open(struct work *work)
{
	if (work->guest->refuse_open)
		return work->guest->refuse_open;
	pthread_mutex_lock(&work->guest->lock);
	work->guest->rules_open = true;
	pthread_mutex_unlock(&work->guest->lock);
	work->cursor = work->guest->slots_gpa;
	return 0;
}

static int64_t serve_rule_add(struct work *work)
{
	return fake_rule_add(work->guest, work->payload, work->payload_size);
}

static int64_t serve_rule_del(struct work *work)
{
	return fake_rule_del(work->guest, work->addr);
}

static int64_t make_trace_rings(struct fake_guest *guest, uint32_t size)
{
	if (size > guest->most_trace)
		return -ENOMEM;
	for (size_t i = 0; i < FAKE_NR_TRACE_RINGS; i++)
		if (fake_trace_init(&guest->traces[i], size) < 0)
			return -ENOMEM;
	guest->trace_size = size;
	return 0;
}

static int64_t serve_trace_open(struct work *work)
{
	struct fake_guest *guest = work->guest;
	int64_t ret = 0;

	if (work->arg < PORTAL_TRACE_RING_MIN || work->arg > PORTAL_TRACE_RING_MAX ||
	    (work->arg & (work->arg - 1)) != 0)
		return -EINVAL;
	if (!guest->trace_size)
		ret = make_trace_rings(guest, (uint32_t)work->arg);
	else if (guest->trace_size != work->arg)
		ret = -EEXIST;
	for (size_t i = 0; i < FAKE_NR_TRACE_RINGS && ret == 0; i++) {
		uint64_t gpa = htole64(FAKE_TRACE_BASE + i * FAKE_TRACE_STRIDE);

		memcpy(work->data + 8 * i, &gpa, sizeof(gpa));
	}
	return ret < 0 ? ret : 8 * FAKE_NR_TRACE_RINGS;
}

/* ---- windows, shared pages, random numbers ---- */

static bool is_bulk_size(uint64_t size, uint64_t most)
{
	return size > 0 && size <= most && size % PORTAL_PAGE_SIZE == 0;
}

static int64_t answer_ranges(struct work *work, const struct fake_bulk *bulk)
{
	struct portal_wire_range ranges[FAKE_BULK_RANGES];
	size_t size = fake_bulk_ranges(bulk, ranges);

	memcpy(work->data, ranges, size);
	return (int64_t)size;
}

static int64_t serve_window_open(struct work *work)
{
	struct fake_guest *guest = work->guest;
	size_t i = 0;
	int64_t ret;

	if (!is_bulk_size(work->arg, PORTAL_WINDOW_MAX))
		return invalid(work);
	while (i < FAKE_MAX_WINDOWS && guest->windows[i].bytes)
		i++;
	if (guest->refuse_bulk || i == FAKE_MAX_WINDOWS)
		return guest->refuse_bulk ? guest->refuse_bulk : -ENOMEM;
	ret = fake_bulk_open(&guest->windows[i], i, work->arg);
	if (ret < 0)
		return ret;
	work->cursor = i + 1;
	return answer_ranges(work, &guest->windows[i]);
}

static int64_t serve_window_close(struct work *work)
{
	if (work->addr == 0 || work->addr > FAKE_MAX_WINDOWS ||
	    !work->guest->windows[work->addr - 1].bytes)
		return -ENOENT;
	fake_bulk_close(&work->guest->windows[work->addr - 1]);
	return 0;
}

static int64_t serve_share_open(struct work *work)
{
	struct fake_guest *guest = work->guest;
	struct fake_bulk *share;
	int64_t ret = 0;

	if (work->addr < PORTAL_SHARE_WANTED || work->addr > PORTAL_SHARE_COVERAGE)
		return unknown(work);
	if (!is_bulk_size(work->arg, PORTAL_SHARE_MAX))
		return invalid(work);
	share = &guest->shares[work->addr - 1];
	if (share->bytes && share->size != work->arg)
		return -EEXIST;
	if (!share->bytes)
		ret = guest->refuse_bulk
			      ? guest->refuse_bulk
			      : fake_bulk_open(share, FAKE_MAX_WINDOWS + work->addr - 1, work->arg);
	return ret < 0 ? ret : answer_ranges(work, share);
}

static int64_t serve_reseed(struct work *work)
{
	memcpy(work->guest->seed, work->payload, work->payload_size);
	work->guest->seed_size = work->payload_size;
	work->guest->nr_reseeds++;
	return 0;
}

/* ---- the table ---- */

/* parameters that an operation uses */
#define ADDR   1u
#define ARG    2u
#define TASK   4u /* works on a task */
#define MEMORY 8u /* works on its memory */
#define WINDOW 16u

/*
 * docs/protocol.md section 4. @context: the last PORTAL_CONTEXT_* in which it is possible; the
 * bounds are those of the payload.
 */
static const struct handler {
	int64_t (*serve)(struct work *work);
	uint32_t uses;
	uint32_t context;
	size_t least, most;
} handlers[] = {
	[PORTAL_OP_WELCOME] = { serve_welcome, 0, PORTAL_CONTEXT_TASK, 16, 16 },
	[PORTAL_OP_READ] = { serve_read, ADDR | ARG | TASK | MEMORY | WINDOW, PORTAL_CONTEXT_TASK,
			     0, 24 },
	[PORTAL_OP_WRITE] = { serve_write, ADDR | ARG | TASK | MEMORY | WINDOW, PORTAL_CONTEXT_TASK,
			      0, 4040 },
	[PORTAL_OP_READ_STR] = { serve_read_str, ADDR | ARG | TASK | MEMORY, PORTAL_CONTEXT_TASK, 0,
				 0 },
	[PORTAL_OP_FD_NAME] = { serve_fd_name, ADDR | ARG | TASK, PORTAL_CONTEXT_LOCKED, 0, 0 },
	[PORTAL_OP_PROC_ARGS] = { serve_proc_args, ADDR | TASK | MEMORY, PORTAL_CONTEXT_TASK, 0,
				  0 },
	[PORTAL_OP_PROC_ENV] = { serve_proc_env, ADDR | TASK | MEMORY, PORTAL_CONTEXT_TASK, 0, 0 },
	[PORTAL_OP_PROC_PID] = { serve_proc_pid, TASK, PORTAL_CONTEXT_ATOMIC, 0, 0 },
	[PORTAL_OP_USER_REGS] = { serve_regs, ARG | TASK, PORTAL_CONTEXT_ATOMIC, 0, 0 },
	[PORTAL_OP_SYSCALL_NAMES] = { serve_names, ADDR | ARG, PORTAL_CONTEXT_IRQ, 0, 0 },
	[PORTAL_OP_HOOK_ADD] = { serve_hook_add, 0, PORTAL_CONTEXT_TASK,
				 sizeof(struct portal_wire_hook), 4040 },
	[PORTAL_OP_HOOK_DEL] = { serve_hook_del, ADDR, PORTAL_CONTEXT_TASK, 0, 0 },
	[PORTAL_OP_HOOK_ENABLE] = { serve_hook_enable, ADDR | ARG, PORTAL_CONTEXT_TASK, 0, 0 },
	[PORTAL_OP_RULE_OPEN] = { serve_rule_open, 0, PORTAL_CONTEXT_TASK, 0, 0 },
	[PORTAL_OP_RULE_ADD] = { serve_rule_add, 0, PORTAL_CONTEXT_TASK,
				 sizeof(struct portal_wire_rule), 4040 },
	[PORTAL_OP_RULE_DEL] = { serve_rule_del, ADDR, PORTAL_CONTEXT_TASK, 0, 0 },
	[PORTAL_OP_TRACE_OPEN] = { serve_trace_open, ARG, PORTAL_CONTEXT_TASK, 0, 0 },
	[PORTAL_OP_READ_VEC] = { serve_read_vec, ARG | TASK | MEMORY, PORTAL_CONTEXT_TASK,
				 sizeof(struct portal_wire_step),
				 32 * sizeof(struct portal_wire_step) },
	[PORTAL_OP_WINDOW_OPEN] = { serve_window_open, ARG, PORTAL_CONTEXT_TASK, 0, 0 },
	[PORTAL_OP_WINDOW_CLOSE] = { serve_window_close, ADDR, PORTAL_CONTEXT_TASK, 0, 0 },
	[PORTAL_OP_SHARE_OPEN] = { serve_share_open, ADDR | ARG, PORTAL_CONTEXT_TASK, 0, 0 },
	[PORTAL_OP_RESEED] = { serve_reseed, 0, PORTAL_CONTEXT_TASK, 1, 256 },
};

static const struct handler *find_handler(const struct fake_guest *guest, uint32_t op)
{
	if (op >= sizeof(handlers) / sizeof(handlers[0]) || !handlers[op].serve)
		return NULL;
	return fake_has_op(guest, op) ? &handlers[op] : NULL;
}

static bool are_parameters_valid(const struct handler *handler,
				 const struct portal_wire_request *request, size_t payload_size)
{
	if (payload_size < handler->least || payload_size > handler->most)
		return false;
	if ((!(handler->uses & ADDR) && request->addr != 0) ||
	    (!(handler->uses & ARG) && request->arg != 0))
		return false;
	if (request->pid == 0)
		return request->start_time == 0;
	return handler->uses & TASK;
}

/* Set the task that a request means. Return: 0; or the answer's negative errno. */
static int64_t find_task(const struct fake_caller *caller,
			 const struct portal_wire_request *request, struct work *work)
{
	uint32_t pid = le32toh(request->pid);
	uint64_t start_time = le64toh(request->start_time);
	bool is_own =
		caller->task && caller->task->pid == pid && caller->task->start_time == start_time;

	work->task = caller->task;
	if (pid == 0 || is_own)
		return work->task && !(caller->no_memory) ? 0 : -ESRCH;
	if (!caller->is_work)
		return refuse(work, PORTAL_RESP_CONTEXT, -EWOULDBLOCK);
	work->task = fake_find_process(caller->guest, pid, start_time);
	return work->task ? 0 : -ESRCH;
}

static int64_t serve(const struct fake_caller *caller, const struct handler *handler,
		     const struct portal_wire_request *request, struct work *work)
{
	uint32_t flags = handler->uses & WINDOW ? PORTAL_REQUEST_F_WINDOW : 0;
	int64_t ret = 0;

	if (le32toh(request->flags) & ~flags)
		return unknown(work);
	if (!are_parameters_valid(handler, request, work->payload_size))
		return invalid(work);
	if (caller->context > handler->context)
		return refuse(work, PORTAL_RESP_CONTEXT, -EWOULDBLOCK);
	if (handler->uses & TASK)
		ret = find_task(caller, request, work);
	/* a task that has lost its memory still has its number and its registers */
	if (ret == -ESRCH && work->task && !(handler->uses & MEMORY))
		ret = 0;
	return ret < 0 ? ret : handler->serve(work);
}

/* Copies the data, because the answer overwrites them. */
static int64_t take(const struct fake_caller *caller, const struct portal_region *region,
		    struct work *work)
{
	const struct handler *handler = find_handler(caller->guest, (uint32_t)le64toh(region->op));
	struct portal_wire_request request;
	uint8_t data[PORTAL_DATA_SIZE];
	uint64_t size = le64toh(region->size);

	if (!handler)
		return unknown(work);
	if (size < sizeof(request) || size > sizeof(data) || region->addr != 0)
		return invalid(work);
	memcpy(data, region->data, size);
	memcpy(&request, data, sizeof(request));
	work->addr = le64toh(request.addr);
	work->arg = le64toh(request.arg);
	work->flags = le32toh(request.flags);
	work->payload = data + sizeof(request);
	work->payload_size = size - sizeof(request);
	return serve(caller, handler, &request, work);
}

uint32_t fake_serve(const struct fake_caller *caller, struct portal_region *region)
{
	struct work work = {
		.guest = caller->guest,
		.data = region->data,
		.answer = PORTAL_RESP_DONE,
	};
	int64_t result = take(caller, region, &work);

	region->addr = htole64(work.cursor);
	region->size = htole64((uint64_t)result);
	return work.answer;
}
