/* SPDX-License-Identifier: MIT */
/* Items of the fake guest: collects from the task what the hooks on a call have declared. */
#ifndef FAKE_FETCH_H
#define FAKE_FETCH_H

#include "fake/guest.h"

/**
 * fake_fetch() - collect the items of the hooks whose bits are set in @call
 * @call: the event; its nr_items and items_size are written
 * @when: PORTAL_WHEN_*
 * @buf: receives the items
 * @room: bytes of @buf
 *
 * Return: bytes used.
 */
size_t fake_fetch(struct fake_guest *guest, struct fake_task *task,
		  struct portal_wire_syscall *call, uint32_t when, uint8_t *buf, size_t room);

#endif
