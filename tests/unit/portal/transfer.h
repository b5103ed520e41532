/* SPDX-License-Identifier: MIT */
/* One operation on a task's memory in an event: talk functions for channel_rig_run(). */
#ifndef UNIT_PORTAL_TRANSFER_H
#define UNIT_PORTAL_TRANSFER_H

#include "channel_rig.h"

/**
 * struct transfer - a transfer and its result
 * @addr: user address
 * @len: bytes to read or write
 * @n: return value of the operation
 * @buf: bytes read or to be written
 */
struct transfer {
	uint64_t addr;
	size_t len;
	ssize_t n;
	char buf[5 * 4096];
};

void transfer_read(struct channel_rig *rig, struct session *session);
void transfer_write(struct channel_rig *rig, struct session *session);
void transfer_read_str(struct channel_rig *rig, struct session *session);

#endif
