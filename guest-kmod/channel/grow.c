// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/string.h>

#include <portal/wire.h>

#include "channel/doorbell.h"
#include "channel/grow.h"
#include "channel/pool.h"

/* Pages start with generation 0, which no session has. */
bool grow_announce(struct pool_page *const *pages, unsigned int nr)
{
	struct portal_region *region = pages[0]->region;
	struct portal_wire_grow *grow = (void *)region->data;

	memset(grow, 0, sizeof(*grow));
	grow->nr_ranges = cpu_to_le32(pool_list_ranges(pages, nr, grow->ranges));
	WRITE_ONCE(region->op, cpu_to_le64(PORTAL_OPEN_GROW));
	WRITE_ONCE(region->addr, 0);
	WRITE_ONCE(region->size, cpu_to_le64(sizeof(*grow)));
	return doorbell_call(pages[0]->gpa, pages[0]->index, PORTAL_CALL_GROW);
}
