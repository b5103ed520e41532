/* SPDX-License-Identifier: MIT */
/* The guest's writer against the VMM's reader: one ring, each side's own code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "portal/trace_ring.h"
#include "trace_ring.h"

#define SIZE  PORTAL_TRACE_RING_MIN
#define LEAST (sizeof(struct portal_wire_trace_record) + sizeof(struct portal_wire_syscall))

/*
 * Both have a struct trace_ring, so the reader stands behind these; see trace_reader.c.
 */
#include "trace_reader.h"

static struct trace_ring ring;
static struct trace_reader *reader;
static uint8_t *pages;

static int setup(void **state)
{
	(void)state;
	pages = aligned_alloc(PORTAL_PAGE_SIZE, PORTAL_PAGE_SIZE + SIZE);
	memset(pages, 0, PORTAL_PAGE_SIZE + SIZE);
	ring = (struct trace_ring){
		.shared = (void *)pages,
		.data = pages + PORTAL_PAGE_SIZE,
		.size = SIZE,
	};
	reader = trace_reader_create(pages, SIZE);
	return 0;
}
