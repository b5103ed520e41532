# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Hooks are added and removed while calls sleep between their filters and their events.

# number_of NAME FILE - the number after NAME= in the line of hook_storm
number_of() {
	sed -nE "s/.*hook_storm: .*\b$1=([0-9]+).*/\1/p" "$2"
}

# A callback never runs for a call that its hook's filter did not match, and a hook that stays misses none. On one CPU
# with PORTAL_HOOK_STORM_CPUS=1.
case_storm_of_hooks_reaches_the_right_ones() {
	local seconds="${PORTAL_HOOK_STORM_SECONDS:-8}" calls
	local -a cpus=(--cpus 2)

	[[ ${PORTAL_HOOK_STORM_CPUS:-2} == 2 ]] || cpus=(--cpus 1)
	GUEST_LIMIT=$((seconds * 3 + 120)) LIMIT=$((seconds * 3 + 150)) boot_run "
		hook_storm $seconds; echo storm=\$?" "${cpus[@]}" --hook "$TEST_HOOKS/hook_storm.so"
	expect_out '^storm=0$'
	note "$(grep -o 'hook_storm: calls=.*' out.text)"
	note "$(grep -o 'hook_storm: added=.*' err)"
	note "in the guest: $(stat_of operations.HOOK_ADD) hooks added, $(stat_of operations.HOOK_DEL) removed"
	calls="$(number_of calls out.text)"
	[[ "$(number_of wrong err)" == 0 ]] || fail "a wrong hook was called"
	expect_count 0 WRONG err
	# the hooks that stay
	[[ "$(number_of entries err)" == "$calls" ]] || fail "$(number_of entries err) entries of $calls calls"
	[[ "$(number_of returns err)" == "$calls" ]] || fail "$(number_of returns err) returns of $calls calls"
	# enough to mean something
	((calls >= 20)) || fail "only $calls calls"
	(($(number_of faults out.text) >= calls)) || fail "only $(number_of faults out.text) faults"
	(($(stat_of operations.HOOK_DEL) >= 50)) || fail "only $(stat_of operations.HOOK_DEL) hooks were removed"
	(($(number_of records err) > 0)) || fail "no trace hook was called"
	expect_stat hooks.failures 0
	expect_stat sessions.protocol_errors 0
	expect_stat sessions.cancelled 0
	expect_stat doorbells.refused 0
	expect_stat events.missed 0
}
