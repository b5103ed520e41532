# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
#
# CPUs of the guest go offline and come back, and tasks move, while sessions are open.

# the guest's function that is true when a task sleeps in a fault; 5.10 has no wchan, 32-bit Arm may have no stack
readonly ASLEEP='asleep() { cat /proc/[0-9]*/wchan /proc/[0-9]*/stack 2>/dev/null | grep -q handle_userfault; }'

# A task of CPU 1 sleeps in a fault in its session, and the CPU goes offline meanwhile. That does not wait for the
# session: the session ends, its callback returns although its vCPU does not run, and its page is used again. The
# callback also adds a hook. With kprobes this once waited for CPU 1, which waited for the session.
case_hotplug_does_not_wait_for_sessions() {
	boot_run "$ASLEEP"'
		cpu1=/sys/devices/system/cpu/cpu1/online
		taskset 2 sleepers -s 30000 fault 1 & until asleep; do sleep 1; done
		echo 0 >$cpu1; echo offline=$?
		syscall_any getsid 0; asleep && echo asleep
		wait; syscall_any -r 40 getsid 0
		dmesg | grep "portal: CPU"
		echo 1 >$cpu1; echo online=$?
		taskset 2 syscall_any getsid 0' --cpus 2 --hook "$TEST_HOOKS/hotplug.so"
	grep -E '^(offline|asleep|sleepers|online)' out.text >order
	printf '%s\n' offline=0 asleep 'sleepers: tasks=1 finished=1 failed=0 killed=0' online=0 | diff order - ||
		fail "the order of events is wrong"
	expect_out 'portal: CPU 1 went offline during a session of sleepers \[[0-9]+\]: it is cancelled$'
	sed -nE 's/.*hotplug: (openat: [a-z]+( -?[0-9]+)?|getsid).*/\1/p' err >order
	{
		printf '%s\n' 'openat: begins' getsid 'openat: read -125' 'openat: added -125'
		printf 'getsid\n%.0s' {1..41}
	} | diff order - || fail "the order of the hooks is wrong"
	expect_stat doorbells.cancel 1
	expect_stat sessions.cancelled 1
	expect_stat doorbells.refused 0
	expect_stat sessions.protocol_errors 0
	expect_stat hooks.failures 0
}

# The same without hotplug: the task wakes up on CPU 0 and its session goes on by calls on CPU 1.
case_hotplug_task_moves_in_a_session() {
	boot_run "$ASLEEP"'
		taskset 2 sleepers -s 3000 fault 4 & until asleep; do sleep 1; done
		for task in $(pidof sleepers); do taskset -p 1 $task; done >/dev/null; wait' \
		--cpus 2 --hook "$TEST_HOOKS/hotplug.so"
	expect_out '^sleepers: tasks=4 finished=4'
	expect_count 4 'openat: read 13' err
	(($(stat_of doorbells.answer_remote) >= 4)) ||
		fail "only $(stat_of doorbells.answer_remote) answers came from another CPU"
	expect_stat doorbells.cancel 0
	expect_stat doorbells.refused 0
	expect_stat sessions.cancelled 0
	expect_stat sessions.protocol_errors 0
}
