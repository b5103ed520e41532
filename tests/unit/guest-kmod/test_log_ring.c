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

#include "log_ring.h"
#include "portal/log_ring.h"

#define SIZE  PORTAL_LOG_MIN
#define LEAST (sizeof(struct portal_wire_record) + sizeof(struct portal_wire_syscall))

/*
 * Both have a struct log_ring, so the reader stands behind these; see log_reader.c.
 */
#include "log_reader.h"

static struct log_ring ring;
static struct log_reader *reader;
static uint8_t *pages;

static int setup(void **state)
{
	(void)state;
	pages = aligned_alloc(PORTAL_PAGE_SIZE, PORTAL_PAGE_SIZE + SIZE);
	memset(pages, 0, PORTAL_PAGE_SIZE + SIZE);
	ring = (struct log_ring){
		.shared = (void *)pages,
		.data = pages + PORTAL_PAGE_SIZE,
		.size = SIZE,
	};
	reader = log_reader_create(pages, SIZE);
	return 0;
}
