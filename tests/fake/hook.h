/* SPDX-License-Identifier: MIT */
/* Hooks of the fake guest, docs/protocol.md section 5: installs, removes and finds them. */
#ifndef FAKE_HOOK_H
#define FAKE_HOOK_H

#include <portal/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_guest;
struct fake_task;

/* an installed hook */
struct fake_hook {
	struct portal_wire_hook wire;
	struct portal_wire_site sites[PORTAL_MAX_SITES];
	struct portal_wire_fetch fetch[PORTAL_MAX_FETCH];
	uint64_t serial;
	bool on;
};

/**
 * struct fake_stage - a stage of a system call
 * @abi: PORTAL_ABI_* of the call
 * @nr: its number in the table of @abi
 * @when: PORTAL_WHEN_ENTER or _RETURN
 * @end: PORTAL_CALL_END_* that the event of this stage reports
 */
struct fake_stage {
	uint32_t abi, nr, when;
	uint8_t end;
};

/**
 * struct fake_matches - the hooks that match at a stage, copied
 * @newest: serial of the newest hook that was installed, whether it matches or not
 * @nr: hooks that match
 * @hooks: the hooks, later ones first
 */
struct fake_matches {
	uint64_t newest;
	size_t nr;
	struct fake_hook hooks[PORTAL_MAX_HOOKS];
};

/**
 * fake_hook_add() - install a hook
 * @payload: of HOOK_ADD, @size bytes
 * @ret_cursor: its serial
 *
 * Return: 0; negative errno as in docs/protocol.md section 4.
 */
int64_t fake_hook_add(struct fake_guest *guest, const uint8_t *payload, size_t size,
		      uint64_t *ret_cursor);

/** fake_hook_del() - remove a hook and its rules. Return: 0; -ENOENT. */
int64_t fake_hook_del(struct fake_guest *guest, uint64_t id);

/** fake_hook_enable() - switch a hook on or off. Return: 0; -ENOENT; -EINVAL. */
int64_t fake_hook_enable(struct fake_guest *guest, uint64_t id, uint64_t on);

/** fake_hook_find() - get an installed hook; the caller holds the guest's lock. Return: or NULL. */
struct fake_hook *fake_hook_find(struct fake_guest *guest, uint64_t id);

/**
 * fake_match() - find the hooks that match at a stage
 * @task: its scope counts; filters are not evaluated
 * @is_trace: find those with PORTAL_HOOK_F_TRACE, otherwise those without
 */
void fake_match(struct fake_guest *guest, const struct fake_task *task,
		const struct fake_stage *stage, bool is_trace, struct fake_matches *ret_matches);

/** fake_matches_flag() - check whether one of the hooks has @flag. */
bool fake_matches_flag(const struct fake_matches *matches, uint32_t flag);

#endif
