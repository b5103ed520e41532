# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# The example modules on a stock kernel.

# stat_sum NAME... - sum of counters
stat_sum() {
	local name sum=0

	for name in "$@"; do
		sum=$((sum + $(stat_of "$name")))
	done
	printf '%d\n' "$sum"
}

# each operation has one answer; VERDICT and NONE, which end a session, have none
expect_one_answer_per_operation() {
	local operations

	operations="$(awk '/^operations\./ && !/\.(NONE|VERDICT) / { sum += $2 } END { print sum }' stats)"
	[[ "$(stat_sum doorbells.answer doorbells.answer_remote)" == "$operations" ]] ||
		fail "$(stat_sum doorbells.answer doorbells.answer_remote) answers, expected $operations"
}

case_module_raeth_absent_no_switch() {
	shared_boot boot_without_hooks
	part_of switch
	expect_out '^ioctl: No such device$'
	expect_no_out '^done\.$'
	expect_stat doorbells.event 0
}

# The first poll is answered with exactly one exit: the event contains what the hook reads, the verdict what it writes.
case_module_raeth_answers_at_the_first_poll() {
	boot_run 'mtk7530_switch clear' --hook "$HOOKS/raeth.so"
	expect_out '^done\.$'
	expect_count 1 'RAEth ioctl: reg=REG_ESW_WT_MAC_AD0, returning val=0x2' err
	expect_stat doorbells.event 1
	expect_stat events.return 1
	expect_stat events.enter 0
	expect_stat operations.READ_STR 0
	expect_stat operations.READ 0
	expect_stat operations.WRITE 0
	expect_stat operations.VERDICT 1
	expect_stat hooks.callbacks 1
	expect_stat doorbells.refused 0
	expect_stat sessions.protocol_errors 0
	expect_one_answer_per_operation
}

# the guest module gives the same answers by itself: no exit, but the counts are correct
case_module_raeth_by_rule_has_no_exit() {
	boot_run 'mtk7530_switch clear; mtk7530_switch32 clear
		for reg in 0x80 0x90 0x1234; do mtk7530_switch reg r $reg; done' --hook "$HOOKS/raeth.so,rule=1"
	expect_count 2 '^done\.$' out.text
	expect_out '^switch reg read offset=80, value=8234$'
	expect_out '^switch reg read offset=90, value=73$'
	expect_out '^switch reg read offset=1234, value=10173$'
	expect_stat doorbells.event 0
	expect_stat operations.RULE_OPEN 1
	expect_stat operations.RULE_ADD 4
	expect_stat rules.added 4
	expect_stat rules.revoked 0
	expect_stat rules.hits 5
	expect_stat rules.failed 0
	expect_stat hooks.callbacks 0
	expect_stat doorbells.refused 0
	expect_stat sessions.protocol_errors 0
	expect_one_answer_per_operation
}

case_module_raeth_skip_and_raeth() {
	boot_run 'mtk7530_switch clear; cp /usr/bin/mtk7530_switch /tmp/other && /tmp/other clear' \
		--hook "$HOOKS/raeth_skip.so"
	# the hook ignores a task of another name
	expect_count 1 '^done\.$' out.text
	expect_count 1 '^ioctl: No such device$' out.text
	expect_count 1 'Detected table_del function polling for w_mac_done bit' err
	expect_count 1 'Bypassed ioctl call and directly set w_mac_done bit' err
	expect_stat doorbells.event 1
	expect_stat events.enter 1
	expect_one_answer_per_operation
}

# all modules that do not affect each other, in one boot
case_module_all_together() {
	# arm64's native table has only openat and openat2
	local old='syscall_any open shadow 0; syscall_any creat /etc//shadow 0;' denied=8
	[[ $GUEST_ARCH != aarch64 ]] || old='' denied=6
	local words=(
		'for reg in 0x34 0x80 0x90 0x1234; do mtk7530_switch reg r $reg; done;'
		'mtk7530_switch reg r 0x34 eth1; mtk7530_switch32 reg r 0x80;'
		'cd /etc;' "$old" 'syscall_any openat -100 ../etc/./shadow 0;'
		'syscall_any openat2 -100 /etc/shadow buf:24 24;'
		'syscall_any32 open shadow 0; syscall_any32 openat -100 /etc/shadow 0;'
		'syscall_any32 creat shadow 0; syscall_any32 openat2 -100 shadow buf:24 24;'
		'echo allowed=$(head -c 4 /etc/passwd);'
		'cp /usr/bin/syscall_any /tmp/reader; echo 0123456789abcdef0123 >/tmp/text;'
		'/tmp/reader -p read 0 buf:64 64 </tmp/text;'
		'uname -s; ioctl_probe'
	)

	boot_run "${words[*]}" --hook "$HOOKS/raeth.so" \
		--hook "$HOOKS/deny_open.so,prefix=/etc/shadow,errno=EDQUOT" \
		--hook "$HOOKS/memory_access.so,comm=reader" \
		--hook "$HOOKS/hello.so,greeting=zulu" --hook "$HOOKS/ioctl_test.so" \
		--hook "$HOOKS/hello.so,greeting=alpha"
	# raeth: all four answers, also for 32-bit programs, and none for another interface
	expect_out '^switch reg read offset=34, value=2$'
	expect_count 2 '^switch reg read offset=80, value=8234$' out.text
	expect_out '^switch reg read offset=90, value=73$'
	expect_out '^switch reg read offset=1234, value=10173$'
	expect_count 1 '^ioctl: No such device$' out.text
	# deny_open
	expect_count "$denied" '^ret=-1 errno=122$' out.text
	expect_count "$denied" 'deny_open: .*(open|openat|openat2|creat) /etc/shadow denied' err
	expect_out '^allowed=root$'
	# memory_access
	expect_err 'Read buffer content: 0123456789abcdef0123'
	expect_err 'Integer value: 0x33323100'
	expect_out 'arg1=.* "Modified content"$'
	# hello: in the order of the command line
	[[ "$(grep -oE '(zulu|alpha) from uname' err | tr '\n' ,)" == 'zulu from uname,alpha from uname,' ]] ||
		fail "the two modules did not run in the order of the command line"
	# ioctl_test
	expect_err 'Interface: [a-z]+'
	expect_err 'FD: .*socket:'
	expect_err 'Found process: ioctl_probe'
	expect_err 'Found env: .*PATH='
	expect_err 'Found pid: [0-9]+'
	expect_out 'after name="test" data=0x12345678'
	expect_stat hooks.failures 0
	expect_one_answer_per_operation
}

# The prefix is denied under each name that a program's root gives it, a root below the prefix is refused, and io_uring,
# which opens files without a system call, is not there.
case_module_deny_open_follows_other_roots() {
	boot_run 'mkdir -p /tmp/jail /tmp/closed; cp /bin/busybox /tmp/jail
		echo other >/tmp/jail/other; echo hidden >/tmp/text; mv /tmp/text /tmp/jail/secret; cd /tmp/jail
		B=/busybox; echo == in /; cat other; cat secret
		echo == in /tmp/jail; chroot /tmp/jail $B cat /other; chroot . $B cat secret
		echo == nested; chroot /tmp /jail/busybox chroot jail $B cat other /secret
		echo == closed; chroot /tmp/closed $B echo entered; syscall_any io_uring_setup 8 buf:128' \
		--hook "$HOOKS/deny_open.so,prefix=/tmp/jail/secret" --hook "$HOOKS/deny_open.so,prefix=/tmp/closed/"
	expect_lines out.text '^(== .*|other|hidden|entered|ret=.*|.*Permission denied)$' \
		'== in /' other "cat: can't open 'secret': Permission denied" \
		'== in /tmp/jail' other "cat: can't open 'secret': Permission denied" \
		'== nested' other "cat: can't open '/secret': Permission denied" \
		'== closed' "chroot: can't change root directory to '/tmp/closed': Permission denied" 'ret=-1 errno=38'
	expect_stat hooks.failures 0
}

# nothing that a failing callback staged takes effect; after 100 failures in a row, the callback is not called
case_module_that_fails_is_switched_off() {
	boot_run 'syscall_any -r 150 getppid' --hook "$TEST_HOOKS/failing.so"
	expect_no_out 'ret=4711'
	expect_err 'failing: the hook on getppid has failed 100 times in a row and is switched off'
	expect_stat hooks.switched_off 1
	expect_stat hooks.failures 100
	expect_stat hooks.callbacks 100
	expect_stat events.enter 100
}

# A module's own thread adds and removes hooks while the guest sleeps and makes no hooked system call. The portal device
# interrupts the guest for each change; no event of the guest is needed to send it.
case_module_thread_hooks_an_idle_guest() {
	boot_run 'ask() { syscall_any getpgid 0; }; tries=0; syscall_any getsid 0
		until ask | grep -q ret=31337; do tries=$((tries + 1)); [ $tries -lt 20 ] || exit; sleep 1; done; echo hooked
		while ask | grep -q ret=31337; do tries=$((tries + 1)); [ $tries -lt 20 ] || exit; sleep 1; done; echo unhooked' \
		--hook "$TEST_HOOKS/own_thread.so"
	expect_out '^hooked$'
	expect_out '^unhooked$'
	expect_stat events.work 2
	expect_stat doorbells.work 2
	expect_stat operations.HOOK_ADD 2
	expect_stat operations.HOOK_DEL 1
	expect_stat hooks.failures 0
}
