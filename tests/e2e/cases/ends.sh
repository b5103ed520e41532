# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# The ends of system calls that signals interrupt, and of those in which the task is killed.

# expect_ends WATCHERS... - each call that these hooks were told of has one end, and nothing else was wrong
expect_ends() {
	local watcher

	for watcher in "$@"; do
		expect_err "ends: $watcher: 0 wrong, 0 without an end, some calls"
	done
	expect_err 'ends: 0 restarts that nobody wanted'
	expect_stat hooks.failures 0
}

# expect_end N CALL END - so many ends of the call, told to each of the three hooks
expect_end() {
	local watcher

	for watcher in observe trace plain; do
		expect_count "$1" "ends: $watcher $2 $3 \[" err
	done
}

# names of the same call in different ABIs
readonly SLEEP='(nanosleep|clock_nanosleep|clock_nanosleep_time64)' EPOLL='epoll_p?wait'
readonly SELECT='(select|_newselect|pselect6|pselect6_time64)'

# run_interrupted DIRECTORY ARGUMENT... - the program of that directory in all its ways; afterwards as many tasks are in
# the guest module as before
run_interrupted() {
	local directory="$1"
	shift
	boot_run "refs() { echo refs=\$(cat /sys/module/portal/refcnt); }; refs
		for what in handler restart nested threads stop kill; do $directory/interrupted \$what; done; refs" \
		--hook "$TEST_HOOKS/ends.so" "$@"
	expect_out '^refs=[1-9]'
	expect_count 2 "^$(grep -m 1 '^refs=' out.text)\$" out.text
}

# expect_interrupted PAUSE - what the program has got; PAUSE is the result of pause
expect_interrupted() {
	local pause="$1" call

	for call in poll select epoll_wait sigsuspend nanosleep; do
		expect_count 2 "^interrupted: $call=-1 errno=4\$" out.text
	done
	for call in read wait4; do
		expect_count 1 "^interrupted: $call=-1 errno=4\$" out.text
		expect_count 1 "^interrupted: $call=1 errno=0\$" out.text
	done
	expect_count 2 "^interrupted: pause=$pause\$" out.text
	expect_count 1 "^interrupted: inner pause=$pause\$" out.text
	expect_count 1 '^interrupted: outer read=-1 errno=4$' out.text
	expect_count 2 "^interrupted: thread [01]=$pause\$" out.text
	expect_out '^interrupted: stopped nanosleep=0 errno=0$'
	expect_out '^interrupted: stop exit=0 signal=0$'
	expect_out '^interrupted: kill exit=-1 signal=9$'
	expect_out '^interrupted: core exit=-1 signal=3$'
	expect_out '^interrupted: stop and kill exit=-1 signal=9$'
	expect_out '^interrupted: exit exit=7 signal=0$'
	expect_out '^interrupted: exec exit=2 signal=0$'
}

expect_all_ends() {
	expect_ends observe trace plain
	# four children, and a thread of a process that exits and of one that executes a program
	expect_end 6 read killed
	# both signals come before the byte
	expect_end 2 read restarts
	expect_end 2 read returns
	expect_end 2 "$EPOLL" returns
	expect_end 2 "$SELECT" returns
	expect_end 2 rt_sigsuspend returns
	expect_end 1 "$SLEEP" restarts
}

# expect_native - the results of the kernel's own width. arm64 has no pause: the C library uses ppoll
expect_native() {
	if [[ $GUEST_ARCH == aarch64 ]]; then
		expect_interrupted '-1 errno=4'
	else
		expect_interrupted '77 errno=0'
	fi
}

case_ends_of_interrupted_calls() {
	run_interrupted /usr/bin
	expect_native
	expect_all_ends
}

case_ends_of_interrupted_calls_on_two_cpus() {
	run_interrupted /usr/bin --cpus 2
	expect_native
	expect_all_ends
}

case_ends_of_interrupted_calls_of_32_bit_programs() {
	run_interrupted /usr/bin32
	expect_interrupted '77 errno=0'
	expect_all_ends
}

# The path that is declared is that of the caller, and not what the new program has at its address. The result that a
# hook sets is there in the new program, also where that has no register with the name that the hook has set.
case_ends_execve_of_each_width() {
	local to from

	boot_run 'cd /; for from in /usr/bin /usr/bin32; do for to in /usr/bin /usr/bin32; do
			$from/executes $to/executes; echo executes=$?; $from/executes $to/entered; echo entered=$?
		done; done' --hook "$TEST_HOOKS/executes.so"
	expect_count 4 '^executes=0$' out.text
	expect_count 4 '^entered=0$' out.text
	expect_no_err 'decoy'
	for to in /usr/bin/executes /usr/bin/entered /usr/bin32/executes /usr/bin32/entered; do
		for from in 'observe enter' 'observe return' 'trace return' 'plain return'; do
			expect_count 2 "executes: $from ${#to} $to \[" err
		done
	done
	expect_stat hooks.failures 0
}

only_on 'x86_64 aarch64' 'ends_*32_bit*' 'ends_execve*'
