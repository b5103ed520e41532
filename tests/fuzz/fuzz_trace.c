/* SPDX-License-Identifier: MIT */
/*
 * A trace ring that a hostile guest may change at any time. The input is a list of steps: each
 * changes some bytes of the control page or the ring, or lets the reader peek at a record or take
 * it. Reads must stay inside the ring, and the reader must end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "portal/event.h"
#include "portal/trace_ring.h"

#define SIZE PORTAL_TRACE_RING_MIN

/* first byte of a step; a change has an offset and a length of two bytes each, and its bytes */
enum { STEP_CONTROL = 0, STEP_RING, STEP_LOOK, STEP_TAKE, NR_STEPS };

struct script {
	const uint8_t *at, *end;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t take_number(struct script *script, size_t width)
{
	uint32_t number = 0;

	for (size_t i = 0; i < width && script->at < script->end; i++)
		number = number << 8 | *script->at++;
	return number;
}

static void change(struct script *script, uint8_t *at, size_t room)
{
	size_t place = take_number(script, 2) % room, len = take_number(script, 2);

	if (len > (size_t)(script->end - script->at))
		len = (size_t)(script->end - script->at);
	if (len > room - place)
		len = room - place;
	memcpy(at + place, script->at, len);
	script->at += len;
}

static void take(struct trace_ring *ring, const struct trace_record *record)
{
	static const struct hello guest = { .abi = PORTAL_ABI_X86_64,
					    .compat_abi = PORTAL_ABI_I386 };
	uint8_t *event = malloc(PORTAL_TRACE_RECORD_MAX);
	uint32_t before = ring->tail;
	struct guest_event parsed;

	if (!event)
		abort();
	trace_ring_take(ring, record, event);
	if (ring->tail - before != record->size)
		abort();
	(void)event_parse(event, record->len, &guest, &parsed);
	free(event);
}

/* Return: false if the reader gives up the trace. */
static bool peek(struct trace_ring *ring, struct trace_record *record, bool *has_record)
{
	uint32_t head;

	if (trace_ring_head(ring, &head) < 0)
		return false;
	if (*has_record || head == ring->tail)
		return true;
	if (trace_ring_peek(ring, head, record) < 0)
		return false;
	if (record->size > head - ring->tail || record->size > PORTAL_TRACE_RECORD_MAX ||
	    record->len >= record->size || record->size % 8 != 0)
		abort();
	*has_record = true;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = { data, data + size };
	uint8_t *pages = aligned_alloc(PORTAL_PAGE_SIZE, PORTAL_PAGE_SIZE + SIZE);
	bool goes_on = true, has_record = false;
	struct trace_record record;
	struct trace_ring ring;

	if (!pages)
		abort();
	memset(pages, 0, PORTAL_PAGE_SIZE + SIZE);
	trace_ring_init(&ring, pages, SIZE);
	while (goes_on && script.at < script.end) {
		switch (take_number(&script, 1) % NR_STEPS) {
		case STEP_CONTROL:
			change(&script, pages, sizeof(struct portal_wire_trace_ring));
			break;
		case STEP_RING:
			change(&script, pages + PORTAL_PAGE_SIZE, SIZE);
			break;
		case STEP_LOOK:
			goes_on = peek(&ring, &record, &has_record);
			break;
		case STEP_TAKE:
			if (has_record)
				take(&ring, &record);
			has_record = false;
			break;
		}
	}
	free(pages);
	return 0;
}
