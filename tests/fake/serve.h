/* SPDX-License-Identifier: MIT */
/* Operations of the fake guest, docs/protocol.md section 4. */
#ifndef FAKE_SERVE_H
#define FAKE_SERVE_H

#include "fake/guest.h"

/**
 * fake_serve() - carry out the operation in @region and write the answer to it, except op
 * @guest: the guest
 * @task: the session's task; NULL for a kernel thread
 * @region: the page
 *
 * Return: PORTAL_RESP_*.
 */
uint32_t fake_serve(struct fake_guest *guest, struct fake_task *task, struct portal_region *region);

#endif
