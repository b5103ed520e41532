/* SPDX-License-Identifier: MIT */
/* Builds a hook in the wire format. */
#ifndef HOOK_SAMPLE_H
#define HOOK_SAMPLE_H

#include <linux/types.h>

#include <portal/wire.h>

/**
 * struct hook_sample - the parts of a hook
 * @head: the hook; hook_sample_encode() sets its counts
 * @sites, @fetches, @strings: the parts that follow it
 * @nr_sites, @nr_fetches: number of entries in them
 */
struct hook_sample {
	struct portal_wire_hook head;
	struct portal_wire_site sites[PORTAL_MAX_SITES];
	struct portal_wire_fetch fetches[PORTAL_MAX_FETCH];
	const char *strings;
	u32 nr_sites, nr_fetches;
};

/** hook_sample_init() - make a hook without sites for the firmware's programs */
void hook_sample_init(struct hook_sample *sample, u32 id, u32 when, u32 flags);

/** hook_sample_site() - add a site */
void hook_sample_site(struct hook_sample *sample, u32 abi, u32 nr);

/** hook_sample_str() - match argument @arg with @str; one string for each hook */
void hook_sample_str(struct hook_sample *sample, u32 arg, const char *str);

/** hook_sample_fetch() - declare @what at argument @arg */
void hook_sample_fetch(struct hook_sample *sample, u32 what, u32 arg, u32 max);

/** hook_sample_encode() - write the hook to @buf of PORTAL_PAGE_SIZE bytes. Return: its size. */
size_t hook_sample_encode(const struct hook_sample *sample, void *buf);

#endif
