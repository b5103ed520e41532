/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private buffers in which events are built, before a page of the pool is taken or a record is
 * written. One is cached for each CPU, the others are allocated. It does not know what is built.
 */
#ifndef GUEST_BUFFER_H
#define GUEST_BUFFER_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct buffer - a buffer
 * @data: for the event, with the header of its record if it is traced; not zeroed
 * @scratch: for operations that need private bytes
 */
struct buffer {
	u8 data[PORTAL_TRACE_RECORD_MAX] __aligned(8);
	u8 scratch[PORTAL_PAGE_SIZE];
};

/**
 * buffer_get() - take a buffer
 *
 * Context: may sleep.
 * Return: the buffer; NULL: there is no memory.
 */
struct buffer *buffer_get(void);

/**
 * buffer_put() - return a buffer
 * @buffer: from buffer_get(), by a task that may have moved to another CPU since
 *
 * Context: may sleep.
 */
void buffer_put(struct buffer *buffer);

/**
 * buffers_free() - free the buffers that are cached
 *
 * Context: may sleep; when the module is unloaded, after redirect_drain().
 */
void buffers_free(void);

#endif /* GUEST_BUFFER_H */
