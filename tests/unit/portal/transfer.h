/* SPDX-License-Identifier: MIT */
/* One operation on a task's memory, as what the host does in an event: channel_rig_converse() with
 * a transfer as its context. */
#ifndef UNIT_PORTAL_TRANSFER_H
#define UNIT_PORTAL_TRANSFER_H

#include "channel_rig.h"

/**
 * struct transfer - a transfer to make and its outcome
 * @addr: user address
 * @len: bytes wanted, or of @buf to write
 * @n: what the operation has returned
 * @buf: what it has read, or is to write
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
