/* SPDX-License-Identifier: MIT */
/* The fake guest's items: what the hooks on a call have declared, collected from the task. */
#ifndef FAKE_FETCH_H
#define FAKE_FETCH_H

#include "fake/guest.h"

/**
 * fake_fetch() - collect for the hooks whose bits are set in @call
 * @call: the event, filled but for its items, which are counted here
 * @when: PORTAL_WHEN_*
 * @buf: place for the items
 * @room: its bytes
 *
 * Return: bytes used.
 */
size_t fake_fetch(struct fake_guest *guest, struct fake_task *task,
		  struct portal_wire_syscall *call, uint32_t when, uint8_t *buf, size_t room);

#endif
