# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Direct access to memory that is present: it never reads or writes a wrong page.

# direct access does not support the page tables of 32-bit kernels
only_on 'x86_64 aarch64' 'direct_*'

# run_storm PROGRAM SECONDS ARGUMENT... - hooks read memory while its pages change on two vCPUs, with swap and page merging
run_storm() {
	local program="$1" seconds="$2"
	shift 2

	truncate -s 64M swap
	GUEST_LIMIT=$((seconds * 3 + 120)) LIMIT=$((seconds * 3 + 150)) boot_run "
		mkswap /dev/vdb && swapon /dev/vdb
		echo 0 >/sys/kernel/mm/ksm/sleep_millisecs; echo 1000 >/sys/kernel/mm/ksm/pages_to_scan
		echo 1 >/sys/kernel/mm/ksm/run
		$program $seconds; echo storm=\$?
		grep -E 'pswpin|cow_ksm' /proc/vmstat" \
		--disk swap --hook "$TEST_HOOKS/storm.so" "$@"
	expect_out '^storm=0$'
	expect_out '^page_storm: .* 0 wrong$'
	expect_count 0 WRONG err
	expect_stat hooks.failures 0
	expect_stat sessions.protocol_errors 0
	# pages were read from swap, and merged pages were written to
	expect_out '^pswpin [1-9]'
	# 5.10 does not count these
	[[ $RELEASE == 5.10.* ]] || expect_out '^cow_ksm [1-9]'
}

case_direct_storm_finds_no_wrong_byte() {
	run_storm page_storm "${PORTAL_STORM_SECONDS:-20}" --cpus 2 --direct on
	(($(stat_of direct.read) > 100000)) || fail "only $(stat_of direct.read) bytes were read directly"
	(($(stat_of direct.declined) > 0)) || fail "direct access declined nothing"
	(($(stat_of operations.READ) > 0)) || fail "no READ operation was sent to the guest"
}

# The tasks hop from CPU to CPU, also in their sessions: then the page tables of a task that runs are not used.
case_direct_migration_finds_no_wrong_byte() {
	run_storm 'page_storm -m' 15 --cpus 2 --direct on
	(($(stat_of direct.read) > 100000)) || fail "only $(stat_of direct.read) bytes were read directly"
	(($(stat_of doorbells.answer_remote) > 20)) ||
		fail "only $(stat_of doorbells.answer_remote) answers came from another CPU"
	expect_stat doorbells.refused 0
	expect_stat doorbells.cancel 0
}
