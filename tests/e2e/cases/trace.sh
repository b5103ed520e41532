# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Trace hooks on a stock kernel: records without an exit.

# open_many FIRST LAST LENGTH - shell code for the guest: opens paths /nodir/000...NUMBER of LENGTH bytes
open_many() {
	printf 'p=/nodir/$(printf %%0%dd 0); i=%d; while [ $i -lt %d ]; do i=$((i+1)); true 2>/dev/null <$p$((100000+i)); done' \
		"$(($3 - 13))" "$(($1 - 1))" "$2"
}

# numbers FILE - the numbers in the paths of the records, in order
numbers() {
	awk '{ print substr($6, length($6) - 5) - 100000 }' "$1"
}

# expect_records FILE LENGTH - every line has a correct path of LENGTH bytes
expect_records() {
	local wrong

	wrong="$(awk -v length_="$2" '$5 != length_ || length($6) != length_ || $4 != -2 && $4 != -36 ||
		$6 !~ /^\/nodir\/0*1[0-9][0-9][0-9][0-9][0-9]$/' "$1" | head -3)"
	[[ -z $wrong ]] || fail "wrong records: ${wrong:0:300}"
}

# expect_balance - each produced record was consumed or lost, and the callbacks saw the consumed ones
expect_balance() {
	local consumed lost

	consumed="$(stat_of trace.consumed)" lost="$(stat_of trace.lost)"
	expect_stat trace.produced "$((consumed + lost))"
	expect_stat hooks.callbacks "$consumed"
	[[ "$(wc -l <report)" == "$consumed" ]] || fail "$(wc -l <report) lines for $consumed records"
	expect_stat hooks.failures 0
	expect_stat sessions.protocol_errors 0
}

# boot_trace - of the cases with the same hook: 500 paths of three lengths, then 90 with the module gone in between
boot_trace() {
	boot_run "$(open_many 1 200 64); $(open_many 201 400 255); $(open_many 401 500 4000)
		$(open_many 501 550 64)"'; D=/sys/bus/platform/drivers/portal; dev=$(cd $D && echo *[0-9]*)
		echo $dev >$D/unbind; '"$(open_many 551 560 64)"'; echo $dev >$D/bind
		cat /sys/module/portal/parameters/state; '"$(open_many 561 600 64)" --hook "$TEST_HOOKS/trace.so"
	expect_balance
	expect_stat trace.produced 590
	expect_stat trace.lost 0
	expect_stat doorbells.event 0
	expect_stat doorbells.trace 0
	# of each life of the module
	expect_stat operations.TRACE_OPEN 2
	expect_stat doorbells.answer "$(($(stat_of operations.WELCOME) + $(stat_of operations.SYSCALL_NAMES) + 4))"
}

# 64, 255 and 4,000 bytes come whole without a doorbell call
case_trace_paths_of_any_length_without_exit() {
	local length

	shared_boot boot_trace
	for length in 64 255 4000; do
		awk -v length_="$length" '$5 == length_' report >"report.$length"
		expect_records "report.$length" "$length"
	done
	diff <(numbers report | head -500) <(seq 500) >/dev/null || fail "not all 500, or not in their order"
	awk '$1 < last { exit 1 } { last = $1 }' report || fail "time runs backwards"
	(($(stat_of trace.wakeups) < 200)) || fail "$(stat_of trace.wakeups) wake-ups for 590 records"
}

# records that do not fit are counted, and the next record has the count
case_trace_overflow_is_counted() {
	local reported last_number

	boot_run "$(open_many 1 300 255); sleep 2; $(open_many 301 400 255)" \
		--hook "$TEST_HOOKS/trace.so,ring=8192,slow=20000"
	expect_records report 255
	expect_balance
	expect_stat trace.produced 400
	(($(stat_of trace.lost) > 50)) || fail "only $(stat_of trace.lost) records were lost"
	# each record says how many were lost before it; losses after the last record are not reported
	awk '{ number = substr($6, length($6) - 5) - 100000; if (number != last + 1 + $2) exit 1; last = number }' \
		report || fail "a gap in the numbers that no record reports"
	reported="$(awk '{ sum += $2 } END { print sum }' report)"
	((reported > 50)) || fail "only $reported losses were reported by records"
	last_number="$(numbers report | tail -1)"
	expect_stat trace.lost "$((reported + 400 - last_number))"
	expect_stat doorbells.event 0
	expect_stat doorbells.trace 0
}

# a task that waits for space loses no record, and each wait is one doorbell call
case_trace_block_loses_nothing() {
	boot_run "$(open_many 1 300 255)" --hook "$TEST_HOOKS/trace.so,ring=8192,slow=3000,block=1"
	expect_records report 255
	diff <(numbers report) <(seq 300) >/dev/null || fail "not all 300, or not in their order"
	expect_balance
	expect_stat trace.produced 300
	expect_stat trace.lost 0
	(($(stat_of trace.blocked) > 0)) || fail "no task has waited"
	expect_stat doorbells.trace "$(stat_of trace.blocked)"
	expect_stat doorbells.refused 0
	expect_stat doorbells.event 0
}

# two tasks, each on its own CPU with its own trace ring
case_trace_order_on_two_cpus() {
	boot_run "A='$(open_many 1 300 64)' B='$(open_many 301 600 64)'"'
		taskset 1 sh -c "$A" & taskset 2 sh -c "$B" & wait' --cpus 2 --hook "$TEST_HOOKS/trace.so"
	expect_records report 64
	diff <(numbers report | awk '$1 <= 300') <(seq 300) >/dev/null || fail "the first task's are not in their order"
	diff <(numbers report | awk '$1 > 300') <(seq 301 600) >/dev/null || fail "the second task's are not in their order"
	[[ "$(awk '{ print $3 }' report | sort -u | wc -l)" == 2 ]] || fail "not two tasks"
	expect_balance
	expect_stat trace.produced 600
	expect_stat trace.lost 0
	expect_stat doorbells.event 0
	expect_stat doorbells.trace 0
}

# bye consumes the records in the rings first; a guest module that is loaded again has new rings
case_trace_unload_and_load_again() {
	shared_boot boot_trace
	expect_out '^ready$'
	tail -n +501 report >report.again
	expect_records report.again 64
	diff <(numbers report.again) <(seq 501 550; seq 561 600) >/dev/null ||
		fail "not those of the two lives of the module"
	expect_stat operations.TRACE_OPEN 2
	# one by unbinding, one at power-off
	expect_stat doorbells.bye 2
}

# count_traced N NAME - counts of a boot with N records, in the file NAME
count_traced() {
	LD_PRELOAD="$TEST_HOOKS/count_calls.so" PORTAL_TEST_COUNTS="$PWD/$2" boot_run \
		"syscall_any -r $1 openat -100 /nodir/100001 0" --hook "$TEST_HOOKS/trace.so,ring=0x100000" --log-level warn
	expect_stat trace.consumed "$1"
	expect_stat trace.lost 0
}

# a record costs no KVM_RUN, no other ioctl and no allocation; other differences between two boots are noise
case_trace_event_costs_no_ioctl() {
	count_traced 10 few
	count_traced 2010 many
	expect_growth runs -300 300
	expect_growth ioctls -50 50
	expect_growth allocations -200 200
}
