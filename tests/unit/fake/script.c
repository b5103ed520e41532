/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <endian.h>
#include <string.h>

/* Leaves the next request, or the end of the session. */
static void leave_next(struct script *script, struct portal_region *region, bool is_event)
{
	uint64_t generation = le64toh(region->op) >> 32 << 32;
	const struct script_step *step = &script->steps[script->at];

	region->addr = 0;
	region->size = 0;
	region->op = htole64(generation | PORTAL_OP_NONE);
	if (script->at < script->nr) {
		region->op = htole64(generation | step->op);
		region->size = htole64(sizeof(step->request) + step->len);
		memcpy(region->data, &step->request, sizeof(step->request));
		if (step->len > 0)
			memcpy(region->data + sizeof(step->request), step->payload, step->len);
	} else if (is_event && script->verdict_size > 0) {
		region->op = htole64(generation | PORTAL_OP_VERDICT);
		region->size = htole64(script->verdict_size);
		memcpy(region->data, script->verdict, script->verdict_size);
	}
}

static void keep_answer(struct script *script, const struct portal_region *region)
{
	struct script_step *step = &script->steps[script->at++];

	step->answer = (uint32_t)le64toh(region->op);
	step->result = (int64_t)le64toh(region->size);
	step->cursor = le64toh(region->addr);
	memcpy(step->data, region->data, sizeof(step->data));
}

static int call(void *ctx, unsigned int vcpu, uint64_t gpa, uint32_t kind)
{
	struct script *script = ctx;
	struct portal_region *region = fake_slice(&script->guest, gpa, PORTAL_PAGE_SIZE);

	(void)vcpu;
	script->kinds[kind]++;
	if (script->refuse)
		return script->refuse;
	switch (kind) {
	case PORTAL_CALL_EVENT:
		memcpy(script->opened[script->nr_opened++ % 8], region->data, PORTAL_DATA_SIZE);
		leave_next(script, region, true);
		break;
	case PORTAL_CALL_HELLO:
	case PORTAL_CALL_WORK:
		leave_next(script, region, false);
		break;
	case PORTAL_CALL_ANSWER:
	case PORTAL_CALL_ANSWER_REMOTE:
		keep_answer(script, region);
		leave_next(script, region, true);
		break;
	}
	return 0;
}

void script_init(struct script *script)
{
	memset(script, 0, sizeof(*script));
	assert_int_equal(fake_guest_init(&script->guest, 4, call, script), 0);
	fake_task_init(&script->task, "task", false);
	script->memory =
		fake_map(&script->task, SCRIPT_MEMORY, SCRIPT_MEMORY_SIZE, FAKE_READ | FAKE_WRITE);
	assert_non_null(script->memory);
}

void script_done(struct script *script)
{
	fake_task_done(&script->task);
	fake_guest_done(&script->guest);
}

struct script_step *script_ask(struct script *script, uint32_t op, uint64_t addr, uint64_t arg,
			       const void *payload, size_t len)
{
	struct script_step *step = &script->steps[script->nr++];

	assert_true(script->nr <= SCRIPT_MAX);
	*step = (struct script_step){
		.op = op,
		.request = { .addr = htole64(addr), .arg = htole64(arg) },
		.payload = payload,
		.len = len,
	};
	return step;
}

struct script_step *script_hook(struct script *script, uint32_t id, uint32_t when, uint32_t flags,
				const char *name)
{
	static struct {
		struct portal_wire_hook hook;
		struct portal_wire_site site;
	} payloads[SCRIPT_MAX];

	payloads[script->nr].site = (struct portal_wire_site){
		.abi = htole32(PORTAL_ABI_X86_64),
		.nr = htole32(fake_nr(false, name)),
	};
	payloads[script->nr].hook = (struct portal_wire_hook){
		.id = htole32(id),
		.when = htole32(when),
		.flags = htole32(flags),
		.scope = htole32(PORTAL_SCOPE_FIRMWARE),
		.nr_sites = htole32(1),
	};
	return script_ask(script, PORTAL_OP_HOOK_ADD, 0, 0, &payloads[script->nr],
			  sizeof(payloads[0]));
}

void script_run(struct script *script)
{
	script->at = 0;
	assert_int_equal(fake_work(&script->guest, 0), 0);
	assert_int_equal(script->at, script->nr);
	script->at = script->nr = 0;
}

struct portal_wire_event script_header(const struct script *script, unsigned int i)
{
	struct portal_wire_event header;

	memcpy(&header, script->opened[i], sizeof(header));
	return header;
}

struct portal_wire_syscall script_call(const struct script *script, unsigned int i)
{
	size_t ids = ((size_t)le32toh(script_header(script, i).nr_hooks) * 4 + 7) / 8 * 8;
	struct portal_wire_syscall call;

	memcpy(&call, script->opened[i] + sizeof(struct portal_wire_event) + ids, sizeof(call));
	return call;
}
