/* SPDX-License-Identifier: MIT */
/* How portal/ reaches guest RAM. */
#ifndef PORTAL_GUEST_RAM_H
#define PORTAL_GUEST_RAM_H

#include <stdint.h>

#include "base/gpa.h"

/**
 * struct guest_ram - access to guest RAM by guest physical address
 * @slice: returns the host address of @len bytes at @gpa, or NULL unless all of them are RAM; the
 *	address stays valid as long as the channel and its users; called from any thread
 * @ctx: passed to @slice
 */
struct guest_ram {
	void *(*slice)(void *ctx, gpa_t gpa, uint64_t len);
	void *ctx;
};

#endif
