# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2034
# The guest's kernel ends, sleeps, or unbinds its driver. From then on the host does not use its memory.

# Two tasks are in faults inside their sessions. Unbinding waits for them; a signal that kills, or five seconds, end the
# wait. The host cancels the sessions, the pool keeps their pages, and the driver can be bound again meanwhile. When the
# faults end, the calls go on without their hooks.
case_leave_unbind_does_not_wait_for_a_fault() {
	boot_run 'P=/sys/module/portal/parameters; D=/sys/bus/platform/drivers/portal; dev=$(cd $D && echo *[0-9]*)
		sleepers -s 20000 fault 2 & sleep 2
		for wait in 1 0; do
			sh -c "echo $dev >$D/unbind" & pid=$!
			[ $wait = 0 ] || { sleep 1; kill -9 $pid; }
			begin=$(date +%s); wait $pid; echo unbind=$? late=$(($(date +%s) - begin > 15)); cat $P/state $P/hooks
			syscall_any getpgid 1
			echo $dev >$D/bind; cat $P/state $P/hooks; syscall_any getpgid 1
		done
		wait; syscall_any getpgid 1' --hook "$TEST_HOOKS/leave.so" --hook "$TEST_HOOKS/memory.so,comm=sleepers"
	expect_lines out.text '^(unbind=.*|down|ready|ret=.*)' \
		'unbind=137 late=0' down 'ret=1 errno=0' ready 'ret=31337 errno=0' \
		'unbind=0 late=0' down 'ret=1 errno=0' ready 'ret=31337 errno=0' 'ret=31337 errno=0'
	expect_out '^sleepers: tasks=2 finished=2 failed=0 killed=0$'
	expect_count 2 'openat: read_str -125 ' err
	expect_stat doorbells.hello 3
	expect_stat doorbells.bye 2
	expect_stat doorbells.refused 2
	expect_stat sessions.cancelled 2
	expect_stat sessions.protocol_errors 0
	expect_stat rules.hits 3
}
