/* SPDX-License-Identifier: MIT */
#include "hooks/site_counts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* a system call that has hooks of its own */
struct site_count {
	struct site_count *next;
	unsigned int nr;
	char name[];
};

/* FNV-1a */
static uint32_t hash(const char *name)
{
	uint32_t value = 2166136261u;

	for (; *name; name++)
		value = (value ^ (uint8_t)*name) * 16777619u;
	return value;
}

/* Find the pointer to the call's entry, or to the end of its bucket. */
static struct site_count **find(struct site_counts *counts, const char *name)
{
	struct site_count **at = &counts->bucket[hash(name) % SITE_COUNTS_NR_BUCKETS];

	while (*at && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	return at;
}

static struct site_count *site_create(const char *name)
{
	size_t len = strlen(name);
	struct site_count *site = malloc(sizeof(*site) + len + 1);

	if (!site)
		return NULL;
	site->next = NULL;
	site->nr = 0;
	memcpy(site->name, name, len + 1);
	return site;
}

void site_counts_done(struct site_counts *counts)
{
	for (size_t i = 0; i < SITE_COUNTS_NR_BUCKETS; i++) {
		while (counts->bucket[i]) {
			struct site_count *site = counts->bucket[i];

			counts->bucket[i] = site->next;
			free(site);
		}
	}
}

/* Hooks of its own that the call with most of them has. */
static unsigned int most(const struct site_counts *counts)
{
	unsigned int nr = PORTAL_MAX_HOOKS;

	while (nr > 0 && counts->nr_sites[nr] == 0)
		nr--;
	return nr;
}

static void set_count(struct site_counts *counts, struct site_count *site, unsigned int nr)
{
	counts->nr_sites[site->nr]--;
	counts->nr_sites[nr]++;
	site->nr = nr;
}

int site_counts_add(struct site_counts *counts, const char *name)
{
	struct site_count **at;

	if (!name) {
		if (counts->every_call + most(counts) == PORTAL_MAX_HOOKS)
			return -ENOSPC;
		counts->every_call++;
		return 0;
	}
	at = find(counts, name);
	if (counts->every_call + (*at ? (*at)->nr : 0) == PORTAL_MAX_HOOKS)
		return -ENOSPC;
	if (!*at) {
		*at = site_create(name);
		if (!*at)
			return -ENOMEM;
		counts->nr_sites[0]++;
	}
	set_count(counts, *at, (*at)->nr + 1);
	return 0;
}

void site_counts_remove(struct site_counts *counts, const char *name)
{
	struct site_count **at, *site;

	if (!name) {
		counts->every_call--;
		return;
	}
	at = find(counts, name);
	site = *at;
	set_count(counts, site, site->nr - 1);
	if (site->nr > 0)
		return;
	counts->nr_sites[0]--;
	*at = site->next;
	free(site);
}
