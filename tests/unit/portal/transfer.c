/* SPDX-License-Identifier: MIT */
#include "transfer.h"

void transfer_read(struct door *door, struct session *session)
{
	struct transfer *transfer = door->talk_ctx;

	transfer->n = op_read(session, transfer->addr, transfer->buf, transfer->len);
}

void transfer_write(struct door *door, struct session *session)
{
	struct transfer *transfer = door->talk_ctx;

	transfer->n = op_write(session, transfer->addr, transfer->buf, transfer->len);
}

void transfer_read_str(struct door *door, struct session *session)
{
	struct transfer *transfer = door->talk_ctx;

	transfer->n = op_read_str(session, transfer->addr, transfer->buf, transfer->len);
}
