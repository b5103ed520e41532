/* SPDX-License-Identifier: MIT */
#include "fake/serve.h"

#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <string.h>

#include "fake/rule.h"

/* an operation's parameters and its answer */
struct work {
	struct fake_guest *guest;
	struct fake_task *task;
	uint64_t addr;
	uint64_t size;
	uint8_t *data;
	uint64_t cursor;
	bool is_invalid; /* parameters are out of bounds */
};

static int64_t transfer_result(size_t n, size_t wanted)
{
	return n == 0 && wanted > 0 ? -EFAULT : (int64_t)n;
}

static int64_t serve_read(struct work *work)
{
	return transfer_result(fake_copy_from(work->task, work->data, work->addr, work->size),
			       work->size);
}

static int64_t serve_write(struct work *work)
{
	return transfer_result(fake_copy_to(work->task, work->addr, work->data, work->size),
			       work->size);
}

static int64_t serve_read_str(struct work *work)
{
	size_t n = fake_copy_from(work->task, work->data, work->addr, work->size);
	const uint8_t *end = memchr(work->data, '\0', n);

	if (end)
		return end - work->data;
	if (n < work->size)
		return -EFAULT;
	work->cursor = work->addr + n;
	return (int64_t)n;
}

/* ---- READ_VEC ---- */

static size_t padded(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

/* docs/protocol.md lists the requests that are invalid. */
static bool are_steps_valid(const struct portal_wire_step *steps, size_t nr, uint64_t pointer_size)
{
	size_t total = 0;

	if (pointer_size != 4 && pointer_size != 8)
		return false;
	for (size_t i = 0; i < nr; i++) {
		uint64_t len = le32toh(steps[i].len), at = le32toh(steps[i].at);
		uint32_t base = le32toh(steps[i].base_plus1);

		if (len == 0 || len > PORTAL_DATA_SIZE || base > i || steps[i].reserved != 0)
			return false;
		if (base == 0 ? at != 0 : at + pointer_size > le32toh(steps[base - 1].len))
			return false;
		total += sizeof(struct portal_wire_result) + padded(len);
	}
	return total <= PORTAL_DATA_SIZE;
}

static int64_t serve_read_vec(struct work *work)
{
	struct portal_wire_step steps[PORTAL_MAX_STEPS];
	size_t nr = work->size / sizeof(steps[0]), used = 0;
	const uint8_t *bytes[PORTAL_MAX_STEPS];
	bool go_on = true;

	memcpy(steps, work->data, nr * sizeof(steps[0]));
	if (work->size != nr * sizeof(steps[0]) || !are_steps_valid(steps, nr, work->addr)) {
		work->is_invalid = true;
		return -EINVAL;
	}
	memset(work->data, 0, PORTAL_DATA_SIZE);
	for (size_t i = 0; i < nr && go_on; i++) {
		uint32_t base = le32toh(steps[i].base_plus1), len = le32toh(steps[i].len);
		struct portal_wire_result result = { 0 };
		uint64_t pointer = 0;
		size_t n;

		if (base > 0)
			memcpy(&pointer, bytes[base - 1] + le32toh(steps[i].at), work->addr);
		if (base > 0 && pointer == 0)
			break;
		bytes[i] = work->data + used + sizeof(result);
		n = fake_copy_from(work->task, work->data + used + sizeof(result),
				   le64toh(steps[i].addr) + le64toh(pointer), len);
		go_on = n == len;
		result.status = htole32(go_on ? 0 : (uint32_t)-EFAULT);
		result.len = htole32((uint32_t)n);
		memcpy(work->data + used, &result, sizeof(result));
		used += sizeof(result) + padded(n);
	}
	return (int64_t)used;
}

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
	for (size_t i = 0; i < work->task->nr_fds; i++) {
		const struct fake_fd *fd = &work->task->fds[i];

		if (fd->fd == (int)(uint32_t)work->size)
			return serve_text(work, fd->name, strlen(fd->name));
	}
	return -EBADF;
}

static int64_t serve_regs(struct work *work)
{
	for (size_t i = 0; i < PORTAL_NR_REGS; i++) {
		uint64_t value = htole64(work->task->regs[i]);

		memcpy(work->data + 8 * i, &value, sizeof(value));
	}
	return 8 * PORTAL_NR_REGS;
}

static int64_t serve_names(struct work *work)
{
	bool is_arm = work->guest->is_arm;
	bool compat = work->size == (is_arm ? PORTAL_ABI_ARM : PORTAL_ABI_I386);
	uint64_t nr = work->addr, end = fake_nr_calls(compat);
	size_t used = 0;

	if (!compat && (is_arm || work->size != PORTAL_ABI_X86_64))
		return -EINVAL;
	for (uint32_t n = 0; nr < end && n < work->guest->names_per_block; n++, nr++) {
		const char *name = fake_name(compat, (uint32_t)nr);

		memcpy(work->data + used, name, strlen(name) + 1);
		used += strlen(name) + 1;
	}
	work->cursor = nr < end ? nr : 0;
	return (int64_t)used;
}

static struct fake_hook *find_hook(struct fake_guest *guest, uint64_t id)
{
	for (size_t i = 0; i < guest->nr_hooks; i++)
		if (le32toh(guest->hooks[i].wire.id) == id)
			return &guest->hooks[i];
	return NULL;
}

static int64_t add_hook(struct work *work)
{
	struct fake_guest *guest = work->guest;
	struct portal_wire_hook wire;
	struct fake_hook *hook;
	size_t fetch_size;

	memcpy(&wire, work->data, sizeof(wire));
	fetch_size = le32toh(wire.nr_fetch) * sizeof(hook->fetch[0]);
	if (guest->refuse_add) {
		work->cursor = guest->refuse_call;
		return guest->refuse_add;
	}
	if (le32toh(wire.id) == 0 || le32toh(wire.bit) >= PORTAL_MAX_HOOKS)
		return -EINVAL;
	if (le32toh(wire.flags) & PORTAL_HOOK_F_TRACE && !guest->trace_size)
		return -EINVAL;
	if (le32toh(wire.nr_fetch) >
	    (guest->features & PORTAL_FEATURE_FETCH ? PORTAL_MAX_FETCH : 0))
		return -EINVAL;
	if (sizeof(wire) + le32toh(wire.strings_size) + fetch_size != work->size)
		return -EINVAL;
	if (find_hook(guest, le32toh(wire.id)))
		return -EEXIST;
	if (guest->nr_hooks == FAKE_MAX_HOOKS)
		return -ENOMEM;
	hook = &guest->hooks[guest->nr_hooks++];
	*hook = (struct fake_hook){ .wire = wire, .on = true };
	memcpy(hook->fetch, work->data + sizeof(wire) + le32toh(wire.strings_size), fetch_size);
	return 0;
}

static int64_t delete_hook(struct work *work)
{
	struct fake_hook *hook = find_hook(work->guest, work->addr);

	if (!hook)
		return -ENOENT;
	fake_rule_del_hook(work->guest, (uint32_t)work->addr);
	*hook = work->guest->hooks[--work->guest->nr_hooks];
	return 0;
}

static int64_t enable_hook(struct work *work)
{
	struct fake_hook *hook = find_hook(work->guest, work->addr);

	if (!hook)
		return -ENOENT;
	if (work->size > 1)
		return -EINVAL;
	hook->on = work->size;
	return 0;
}

static int64_t locked(struct work *work, int64_t (*change)(struct work *work))
{
	int64_t ret;

	pthread_mutex_lock(&work->guest->lock);
	ret = change(work);
	pthread_mutex_unlock(&work->guest->lock);
	return ret;
}

static int64_t serve_hook_add(struct work *work)
{
	return locked(work, add_hook);
}

static int64_t serve_hook_del(struct work *work)
{
	return locked(work, delete_hook);
}

static int64_t serve_hook_enable(struct work *work)
{
	return locked(work, enable_hook);
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

	if (work->size < PORTAL_TRACE_RING_MIN || work->size > PORTAL_TRACE_RING_MAX ||
	    (work->size & (work->size - 1)) != 0)
		return -EINVAL;
	if (!guest->trace_size)
		ret = make_trace_rings(guest, (uint32_t)work->size);
	else if (guest->trace_size != work->size)
		ret = -EEXIST;
	for (size_t i = 0; i < FAKE_NR_TRACE_RINGS && ret == 0; i++) {
		uint64_t gpa = htole64(FAKE_TRACE_BASE + i * FAKE_TRACE_STRIDE);

		memcpy(work->data + 8 * i, &gpa, sizeof(gpa));
	}
	return ret < 0 ? ret : 8 * FAKE_NR_TRACE_RINGS;
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

static int64_t serve_rule_add(struct work *work)
{
	return fake_rule_add(work->guest, work->data, work->size);
}

static int64_t serve_rule_del(struct work *work)
{
	return fake_rule_del(work->guest, work->addr);
}

static int64_t serve_welcome(struct work *work)
{
	return work->guest->welcome;
}

/* meaning of @size in a request */
enum size_field {
	SIZE_PARAM,  /* a parameter, or unused; the request has no data */
	SIZE_DATA,   /* bytes of data, within the bounds */
	SIZE_WANTED, /* bytes to read, at most the data of a page */
};

/* docs/protocol.md section 4; this guest does not have an operation without an entry */
static const struct handler {
	int64_t (*serve)(struct work *work);
	bool needs_task;
	enum size_field size;
	uint64_t least, most;
} handlers[] = {
	[PORTAL_OP_WELCOME] = { serve_welcome, false, SIZE_DATA, 16, 16 },
	[PORTAL_OP_READ] = { serve_read, true, SIZE_WANTED, 0, 0 },
	[PORTAL_OP_WRITE] = { serve_write, true, SIZE_DATA, 0, 4072 },
	[PORTAL_OP_READ_STR] = { serve_read_str, true, SIZE_WANTED, 0, 0 },
	[PORTAL_OP_FD_NAME] = { serve_fd_name, true, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_PROC_ARGS] = { serve_proc_args, true, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_PROC_ENV] = { serve_proc_env, true, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_PROC_PID] = { serve_proc_pid, true, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_USER_REGS] = { serve_regs, true, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_SYSCALL_NAMES] = { serve_names, false, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_HOOK_ADD] = { serve_hook_add, false, SIZE_DATA, sizeof(struct portal_wire_hook),
				 4072 },
	[PORTAL_OP_HOOK_DEL] = { serve_hook_del, false, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_HOOK_ENABLE] = { serve_hook_enable, false, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_RULE_OPEN] = { serve_rule_open, false, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_RULE_ADD] = { serve_rule_add, false, SIZE_DATA, sizeof(struct portal_wire_rule),
				 4072 },
	[PORTAL_OP_RULE_DEL] = { serve_rule_del, false, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_TRACE_OPEN] = { serve_trace_open, false, SIZE_PARAM, 0, 0 },
	[PORTAL_OP_READ_VEC] = { serve_read_vec, true, SIZE_DATA, sizeof(struct portal_wire_step),
				 32 * sizeof(struct portal_wire_step) },
};

static const struct handler *find_handler(const struct fake_guest *guest, uint32_t op)
{
	uint32_t nr_ops = sizeof(handlers) / sizeof(handlers[0]);

	/* an older guest has fewer operations */
	if (guest->nr_ops && guest->nr_ops < nr_ops)
		nr_ops = guest->nr_ops;
	return op < nr_ops && handlers[op].serve ? &handlers[op] : NULL;
}

static bool is_in_bounds(const struct handler *handler, uint64_t size)
{
	switch (handler->size) {
	case SIZE_WANTED:
		return size <= PORTAL_DATA_SIZE;
	case SIZE_DATA:
		return size >= handler->least && size <= handler->most;
	case SIZE_PARAM:
		break;
	}
	return true;
}

static int64_t serve(struct work *work, const struct handler *handler)
{
	return handler->needs_task && !work->task ? -ESRCH : handler->serve(work);
}

uint32_t fake_serve(struct fake_guest *guest, struct fake_task *task, struct portal_region *region)
{
	struct work work = {
		.guest = guest,
		.task = task,
		.addr = le64toh(region->addr),
		.size = le64toh(region->size),
		.data = region->data,
	};
	const struct handler *handler = find_handler(guest, (uint32_t)le64toh(region->op));
	uint32_t answer = PORTAL_RESP_DONE;
	int64_t result;

	if (!handler) {
		answer = PORTAL_RESP_UNKNOWN;
		result = -EOPNOTSUPP;
	} else if (!is_in_bounds(handler, work.size)) {
		answer = PORTAL_RESP_INVALID;
		result = -EINVAL;
	} else {
		result = serve(&work, handler);
		answer = work.is_invalid ? PORTAL_RESP_INVALID : PORTAL_RESP_DONE;
	}
	region->addr = htole64(work.cursor);
	region->size = htole64((uint64_t)result);
	return answer;
}
