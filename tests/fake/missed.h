/* SPDX-License-Identifier: MIT */
/* Events that the fake guest could not send, and their reports, docs/protocol.md section 5. */
#ifndef FAKE_MISSED_H
#define FAKE_MISSED_H

#include "fake/event.h"

/** fake_miss() - count an event that is not sent. @reason: PORTAL_MISSED_*. */
void fake_miss(struct fake_guest *guest, const struct fake_event *event, uint32_t reason);

/**
 * fake_report_missed() - send an event of kind MISSED for each reason for which events were missed
 *
 * Return: calls of the doorbell; 0: there is nothing to report, or no page for it.
 */
unsigned int fake_report_missed(struct fake_guest *guest, unsigned int vcpu,
				struct fake_task *task);

#endif
