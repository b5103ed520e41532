/* SPDX-License-Identifier: MIT */
#include "portal/task_mem/direct.h"

#include <string.h>

#include "portal/session_state.h"

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool find(const struct session *session, uint64_t gva, struct page_walk *ret_walk)
{
	/* a session that is over may continue while its vCPU no longer waits */
	return !session->is_remote && !session_is_over(session) &&
	       page_table_walk(&session->table, &session->env->ram, session->base + gva, ret_walk);
}

/* Count an access that is left to an operation although direct access is on. */
static void decline(struct session *session)
{
	if (session->table.format != PAGE_TABLE_NONE)
		stats_add(&session->env->stats.direct_declined, 1);
}

/* Read at most @len bytes at @gva within one page. Return: bytes read; 0: not present. */
static size_t read_page(const struct session *session, uint64_t gva, void *buf, size_t len)
{
	struct page_walk walk;

	if (!find(session, gva, &walk))
		return 0;
	len = least(len, walk.len);
	memcpy(buf, walk.host, len);
	/* always true where the guest waits for this vCPU before it frees a page */
	return page_walk_holds(&walk) ? len : 0;
}

size_t direct_read(struct session *session, uint64_t gva, void *buf, size_t len)
{
	size_t done = 0, n;

	while (done < len) {
		n = read_page(session, gva + done, (uint8_t *)buf + done, len - done);
		if (n == 0) {
			decline(session);
			break;
		}
		done += n;
	}
	stats_add(&session->env->stats.direct_read, done);
	return done;
}

/* most strings are short: do not copy a whole page before looking for the NUL */
#define STR_STEP 256

size_t direct_read_str(struct session *session, uint64_t gva, char *buf, size_t len,
		       bool *ret_ended)
{
	size_t done = 0;

	*ret_ended = false;
	while (done < len && !*ret_ended) {
		size_t n = read_page(session, gva + done, buf + done, least(len - done, STR_STEP));
		const char *nul = memchr(buf + done, '\0', n);

		if (n == 0) {
			decline(session);
			break;
		}
		*ret_ended = nul != NULL;
		done = nul ? (size_t)(nul - buf) : done + n;
	}
	stats_add(&session->env->stats.direct_read, done);
	return done;
}

size_t direct_write(struct session *session, uint64_t gva, const void *buf, size_t len)
{
	struct page_walk walk;
	size_t done = 0;

	if (!session->may_write || !session_access_begin(session))
		return 0;
	while (done < len && find(session, gva + done, &walk) && walk.is_written) {
		size_t n = least(len - done, walk.len);

		memcpy(walk.host, (const uint8_t *)buf + done, n);
		done += n;
	}
	session_access_end(session);
	if (done < len)
		decline(session);
	stats_add(&session->env->stats.direct_written, done);
	return done;
}
