# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Declared reads on a stock kernel: the same results with fewer exits.

# sum_of FILE NAME... - sum of counters
sum_of() {
	awk -v names=" ${*:2} " 'index(names, " " $1 " ") { sum += $2 } END { print sum + 0 }' "$1"
}

# expect_sum WHAT FOUND EXPECTED
expect_sum() {
	[[ $2 == "$3" ]] || fail "$1: $2, expected $3"
}

# find_abis - sets programs, the directories with programs of each ABI that the kernel has; compats, the
# portal_is_compat() of each; and nr, their number
find_abis() {
	programs='/usr/bin /usr/bin32' compats=(0 1)
	has_compat || programs=/usr/bin compats=(0)
	nr="${#compats[@]}"
}

# boot_fetch yes|no on|off - system calls of every kind, with or without declarations, and with or without direct access
boot_fetch() {
	find_abis
	GUEST_LIMIT=240 LIMIT=260 boot_run 't=$(seq -s , 1 2200)
		for p in '"$programs"'; do
			$p/buffers -n write; $p/buffers openat; cp $p/buffers /tmp/reader; /tmp/reader read
			$p/mtk7530_switch reg r 0x34333231
			$p/syscall_any truncate $t 0; $p/syscall_any chdir $t; $p/syscall_any swapoff $t
			$p/syscall_any getpgid 0
		done' --hook "$TEST_HOOKS/fetch.so,declare=$1,report=report.$1" --direct "$2"
	expect_stat hooks.failures 0
	expect_stat sessions.protocol_errors 0
	cp stats "stats.$1"
}

# results CALL COMPAT WHAT - the numbers in the report, in one line
results() {
	grep -vE ' "(/proc/self/pagemap|/dev/null|/www/index.html)"$' report.yes |
		awk -v what="$1 $2 $3" '$1 " " $2 " " $3 == what { printf "%s ", $4 }'
}

# expect_results EXPECTED CALL WHAT - in a task of each ABI
expect_results() {
	local compat

	for compat in "${compats[@]}"; do
		expect_sum "$2 $compat $3" "$(results "$2" "$compat" "$3")" "$1 "
	done
}

# expect_report LINE - the report has this LINE for each ABI, with @ replaced by 0 or 1; not a regular expression
expect_report() {
	local compat

	for compat in "${compats[@]}"; do
		grep -qxF -- "${1/@/$compat}" report.yes || fail "the report has no line ${1/@/$compat}"
	done
}

expect_right_answers() {
	local text zeros='...........................' page i

	# for: present absent file slow readonly none unmapped crossing crossing-absent crossing-unmapped
	expect_results '40 40 40 40 40 -14 -14 40 40 6' write all
	expect_results '8 8 8 8 8 -14 -14 8 8 6' write head
	expect_results '4 4 4 4 4 -14 -14 4 4 4' write undeclared
	expect_results '13 0 64 13 13 -14 -14 13 6 -14' openat path
	expect_report "write @ all 40 \"/etc/hostname$zeros\""
	expect_report "write @ all 40 \"/etc/h$zeros.......\""
	expect_report "write @ all 40 \".............$zeros\""
	expect_report 'write @ all 6 "/etc/h"'
	expect_report 'write @ fd_name 9 "/dev/null"'
	expect_report 'openat @ path -14 ""'
	expect_report 'openat @ fd_name 1 "/"'
	page="$(head -c 40 "$FIXTURES/rootfs/www/index.html" | tr -c ' -~' .)"
	expect_report "write @ all 40 \"$page\""
	expect_report 'read @ all 40 "abcdefghijklmnopqrstuvwxyz0123456789ABCD"'
	expect_report 'ioctl @ interface 4 "eth0"'
	expect_report 'ioctl @ target 8 "1234...."'
	expect_report 'ioctl @ string 3 "234"'
	expect_report 'ioctl @ written 8 "1234wxyz"'
	grep -qE '^getpgid 0 env [0-9]+ ".*PATH=' report.yes || fail "no environment"
	text="$(seq -s , 1 2200)"
	for i in {0..15}; do
		expect_report "truncate @ part 512 \"${text:i * 600:512}\""
	done
	expect_report "chdir @ long 4000 \"${text:0:3999}\""
	expect_report "swapoff @ fitting 3000 \"${text:0:2999}\""
}

# pages that only the hook accesses were absent before and are present afterwards; /dev/null does not read them
expect_pages_were_absent() {
	expect_count "$nr" '^buffers: write absent before=00 ret=40 errno=0 after=1' out.text
	expect_count "$nr" '^buffers: write crossing-absent before=10 ret=40 errno=0 after=11' out.text
}

# a stage is one event, however many hooks it has: three hooks at write, both stages at swapoff
expect_events() {
	expect_stat events.enter "$((opened + nr * (10 + 1 + 1 + 1 + 1 + 1)))"
	expect_stat events.return "$((nr * (10 + 1)))"
	expect_stat doorbells.event "$(sum_of stats events.enter events.return)"
}

# expect_operations READ READ_STR FD_NAME PROC_ARGS - operations of all ABIs; one WRITE and one PROC_ENV for each ABI
# are added
expect_operations() {
	local hello

	hello="$(sum_of stats operations.WELCOME operations.SYSCALL_NAMES operations.HOOK_ADD)"
	expect_stat operations.READ "$1"
	expect_stat operations.READ_STR "$2"
	expect_stat operations.FD_NAME "$3"
	expect_stat operations.PROC_ARGS "$4"
	expect_stat operations.WRITE "$nr"
	expect_stat operations.PROC_ENV "$nr"
	# and there are no other answers
	expect_stat doorbells.answer "$((hello + $1 + $2 + $3 + $4 + 2 * nr))"
}

case_fetch_declarations_do_not_change_results() {
	local opened

	find_abis
	shared_boot boot_fetch no off
	opened="$(grep -cE '^openat . path ' report.no)"
	expect_pages_were_absent
	expect_events
	# READ: ten areas for three hooks on write and one on read, three at the ioctl, sixteen parts.
	# READ_STR: paths, two strings at the ioctl, three texts.
	expect_operations "$((nr * (10 * 3 + 10 + 3 + 16)))" "$((opened + nr * (2 + 1 + 2)))" \
		"$((opened + nr * 10))" "$opened"

	boot_fetch yes off
	expect_pages_were_absent
	expect_events
	cmp report.no report.yes || fail "a declaration has changed a result"
	expect_right_answers
	# still requested: nine of the sixteen parts, the text that is too long, and three paths that fault
	expect_operations "$((nr * 9))" "$((nr * (1 + 3)))" 0 0
}

# accesses - number of operations by which the guest accessed memory for the host
accesses() {
	sum_of stats operations.READ operations.READ_STR operations.WRITE
}

# direct access does not support the page tables of 32-bit kernels
only_on 'x86_64 aarch64' fetch_direct_access_does_not_change_results
# absent, read-only, in a file, slow: every result is the same as with --direct off
case_fetch_direct_access_does_not_change_results() {
	local before

	find_abis
	shared_boot boot_fetch no off
	before="$(accesses)"
	expect_stat direct.read 0
	expect_stat direct.declined 0
	mv report.no report.off

	boot_fetch no on
	cmp report.off report.no || fail "a direct access has changed a result"
	expect_pages_were_absent
	# accesses that are absent or fault still need an operation, and few others do
	(($(accesses) * 3 < before)) || fail "$(accesses) operations of $before are left"
	(($(stat_of direct.declined) > 0)) || fail "direct access declined nothing"
	(($(stat_of direct.read) > 10000)) || fail "only $(stat_of direct.read) bytes were read directly"
}

# boot_walk yes|no on|off - lists of eight nodes, of five, of five and a bad pointer, and of more than the hook reads.
# Each is walked twice, and is absent the first time. Programs of each ABI
boot_walk() {
	find_abis
	boot_run 'for p in '"$programs"'; do
			$p/list_walk /tmp/a 8; $p/list_walk /tmp/b 5; $p/list_walk /tmp/c 5 0x10
			$p/list_walk /tmp/d 20
		done' --hook "$TEST_HOOKS/walk.so,steps=$1,report=report.$1.$2" --direct "$2"
	expect_stat hooks.failures 0
	expect_stat sessions.protocol_errors 0
	expect_stat events.enter "$((8 * nr))"
	expect_count "$nr" '^list_walk: nodes=8 before=0 after=8' out.text
	expect_count "$((2 * nr))" '^list_walk: nodes=5 before=0 after=5' out.text
	expect_count "$nr" '^list_walk: nodes=20 before=0 after=8' out.text
}

# expected_walk COMPAT DONE REST - the expected report on a list: DONE nodes, then REST, one word for each step
expected_walk() {
	local n size=28

	echo "$1 $2"
	! has_compat || (($1)) || size=32
	for ((n = 0; n < $2; n++)); do
		printf '%d %x node-%d\n' "$size" $((0x1000 + n * n)) "$n"
	done
	for n in $3; do
		echo "$n"
	done
}

expected_walks() {
	local compat i

	find_abis
	for compat in "${compats[@]}"; do
		for i in 8 8 5 5; do
			expected_walk "$compat" "$i" "$( ((i == 8)) || echo -61 -61 -61)"
		done
		for i in 1 2; do
			expected_walk "$compat" 5 '-14 -61 -61'
		done
		for i in 1 2; do
			expected_walk "$compat" 8 ''
		done
	done
}

# expect_walk READ READ_VEC - total numbers of operations, and no other answers
expect_walk() {
	local hello

	hello="$(sum_of stats operations.WELCOME operations.SYSCALL_NAMES operations.HOOK_ADD)"
	expect_stat operations.READ "$1"
	expect_stat operations.READ_VEC "$2"
	expect_stat doorbells.answer "$((hello + $1 + $2))"
}

case_fetch_a_walk_over_absent_nodes_is_one_operation() {
	expected_walks >report.expected

	boot_walk yes off
	cmp report.expected report.yes.off || fail "a walk has a wrong result"
	expect_walk 0 "$((8 * nr))"

	boot_walk no off
	cmp report.expected report.no.off || fail "single reads have a wrong result"
	expect_walk "$((2 * nr * (8 + 5 + 6 + 8)))" 0

	# a 32-bit kernel has no direct access
	has_compat || return 0
	# what the first walk has faulted in is present for the second one, except for the bad pointer
	boot_walk yes on
	cmp report.expected report.yes.on || fail "a direct access has changed a walk"
	expect_walk 0 "$((8 + 2))"
}
