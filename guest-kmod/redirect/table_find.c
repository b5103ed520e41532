// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/types.h>

#include "redirect/table_find.h"

/* of the entries that are known, one in so many may differ */
#define TOLERANCE 8

static bool is_table(const unsigned long *at, const struct redirect_calls *calls)
{
	unsigned int nr, right = 0, wrong = 0;

	for (nr = 0; nr < calls->len; nr++) {
		if (!calls->entries[nr])
			continue;
		if (at[nr] == calls->entries[nr])
			right++;
		else
			wrong++;
		/* most words are no table: four entries are enough to see that */
		if (wrong == 4 && right == 0)
			return false;
	}
	return wrong * TOLERANCE <= right;
}

const unsigned long *table_search(const unsigned long *start, const unsigned long *end,
				  const struct redirect_calls *calls)
{
	const unsigned long *at, *found = NULL;

	for (at = start; end - at >= calls->len; at++) {
		if (!is_table(at, calls))
			continue;
		if (found)
			return NULL;
		found = at;
	}
	return found;
}

/* Symbols of text are always there: read-only data begins where text ends, then comes init text. */
const unsigned long *table_find(const char *symbol, const struct redirect_calls *calls,
				compat_lookup_fn *lookup)
{
	unsigned long at = lookup(symbol);
	unsigned long start = lookup("_etext"), end = lookup("_sinittext");

	if (at)
		return (const unsigned long *)at;
	if (!start || end < start)
		return NULL;
	start = (start + sizeof(at) - 1) & ~(sizeof(at) - 1);
	return table_search((const unsigned long *)start, (const unsigned long *)end, calls);
}
