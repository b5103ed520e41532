# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Log hooks on a real kernel: records without an exit.

# open_many FIRST LAST LENGTH - a shell line for the guest: opens /nodir/, zeros and a number, LENGTH bytes in all
open_many() {
	printf 'p=/nodir/$(printf %%0%dd 0); i=%d; while [ $i -lt %d ]; do i=$((i+1)); true 2>/dev/null <$p$((100000+i)); done' \
		"$(($3 - 13))" "$(($1 - 1))" "$2"
}

# numbers FILE - of the records in their order
numbers() {
	awk '{ print substr($6, length($6) - 5) - 100000 }' "$1"
}

# expect_records FILE LENGTH - every line is of a path of that length, all of whose bytes are right
expect_records() {
	local wrong

	wrong="$(awk -v length_="$2" '$5 != length_ || length($6) != length_ || $4 != -2 && $4 != -36 ||
		$6 !~ /^\/nodir\/0*1[0-9][0-9][0-9][0-9][0-9]$/' "$1" | head -3)"
	[[ -z $wrong ]] || fail "records that should not be: ${wrong:0:300}"
}

# expect_balance - what was produced is what was consumed and what was lost, as the callbacks saw it, too
expect_balance() {
	local consumed lost

	consumed="$(stat_of log.consumed)" lost="$(stat_of log.lost)"
	expect_stat log.produced "$((consumed + lost))"
	expect_stat hooks.callbacks "$consumed"
	[[ "$(wc -l <report)" == "$consumed" ]] || fail "$(wc -l <report) lines for $consumed records"
	expect_stat hooks.failures 0
	expect_stat sessions.protocol_errors 0
}

# 64, 255 and 4,000 bytes come whole, and none of it is rung for
case_log_paths_of_any_length_for_no_exit() {
	local length

	boot_run "$(open_many 1 200 64); $(open_many 201 400 255); $(open_many 401 500 4000)" \
		--hook "$TEST_HOOKS/log.so"
	for length in 64 255 4000; do
		awk -v length_="$length" '$5 == length_' report >"report.$length"
		expect_records "report.$length" "$length"
	done
	diff <(numbers report) <(seq 500) >/dev/null || fail "not all 500, or not in their order"
	awk '$1 < last { exit 1 } { last = $1 }' report || fail "time runs backwards"
	expect_balance
	expect_stat log.produced 500
	expect_stat log.lost 0
	expect_stat doorbells.event 0
	expect_stat doorbells.log 0
	expect_stat operations.LOG_OPEN 1
	expect_stat doorbells.answer "$(($(stat_of operations.WELCOME) + $(stat_of operations.SYSCALL_NAMES) + 2))"
	(($(stat_of log.wakeups) < 200)) || fail "$(stat_of log.wakeups) wake-ups for 500 records"
}

# what does not fit is counted, and what follows says so
case_log_overflow_is_counted() {
	local told last_number

	boot_run "$(open_many 1 300 255); sleep 2; $(open_many 301 400 255)" \
		--hook "$TEST_HOOKS/log.so,ring=8192,slow=20000"
	expect_records report 255
	expect_balance
	expect_stat log.produced 400
	(($(stat_of log.lost) > 50)) || fail "only $(stat_of log.lost) records were lost"
	# what is missing between two records is what the second one says; after the last nobody says it
	awk '{ number = substr($6, length($6) - 5) - 100000; if (number != last + 1 + $2) exit 1; last = number }' \
		report || fail "a gap in the numbers that no record tells of"
	told="$(awk '{ sum += $2 } END { print sum }' report)"
	((told > 50)) || fail "only $told losses were told"
	last_number="$(numbers report | tail -1)"
	expect_stat log.lost "$((told + 400 - last_number))"
	expect_stat doorbells.event 0
	expect_stat doorbells.log 0
}
