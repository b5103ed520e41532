/* SPDX-License-Identifier: MIT */
/* Items of the fake guest: collects from the task what the hooks on a call have declared. */
#ifndef FAKE_FETCH_H
#define FAKE_FETCH_H

#include "fake/event.h"
#include "fake/guest.h"

/**
 * fake_fetch() - collect the items of hooks and put them into the event
 * @task: the task; a killed one has no items
 * @matches: the hooks
 * @when: PORTAL_WHEN_*
 * @room: bytes for the items
 * @event: arguments and result are those of its call; its items are replaced
 */
void fake_fetch(struct fake_task *task, const struct fake_matches *matches, uint32_t when,
		size_t room, struct fake_event *event);

#endif
