/* SPDX-License-Identifier: MIT */
#include "transfer.h"

void transfer_read(struct channel_rig *rig, struct session *session)
{
	struct transfer *transfer = rig->talk_ctx;

	transfer->n = op_read(session, transfer->addr, transfer->buf, transfer->len);
}

void transfer_write(struct channel_rig *rig, struct session *session)
{
	struct transfer *transfer = rig->talk_ctx;

	transfer->n = op_write(session, transfer->addr, transfer->buf, transfer->len);
}

void transfer_read_str(struct channel_rig *rig, struct session *session)
{
	struct transfer *transfer = rig->talk_ctx;

	transfer->n = op_read_str(session, transfer->addr, transfer->buf, transfer->len);
}
