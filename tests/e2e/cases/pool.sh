# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
#
# More tasks than pages of the pool: the pool grows, and where it cannot, no task waits for ever. The one that resolves
# the faults of the others needs pages as well.

# small_pool - shell code for the guest: loads the guest module again, with eight pages that stay eight
small_pool() {
	printf '%s; ' 'D=/sys/bus/platform/drivers/portal' 'dev=$(cd $D && echo *[0-9]*)' 'echo $dev >$D/unbind' \
		'rmmod portal' 'cat /dev/vdb >/tmp/portal.ko' 'insmod /tmp/portal.ko pages=8 max_pages=8' \
		'cat /sys/module/portal/parameters/state'
}

# boot_crowd CPUS OPTIONS COMMAND ARGUMENT... - with the hooks of crowd.so
boot_crowd() {
	cp -- "$GUEST_KO" portal.ko && truncate -s %512 portal.ko
	boot_run "$3" --cpus "$1" --memory 512M --disk portal.ko,ro --hook "$TEST_HOOKS/crowd.so,$2" "${@:4}"
	expect_stat sessions.protocol_errors 0
	expect_stat doorbells.refused 0
	expect_stat sessions.cancelled 0
}

# missed_calls NAME - the sum of the calls of NAME that the messages on stderr say went on without their hook
missed_calls() {
	sed -nE "s/.*crowd: ([0-9]+) calls of the hook on $1 .*had no page left.*/\1/p" err | awk '{ sum += $1 } END { print sum + 0 }'
}

# expect_crowds - two runs of fault_crowd with 200 threads: all are in a fault before the first one is resolved
expect_crowds() {
	grep '^fault_crowd' out.text >order
	printf 'fault_crowd: %s\n' 'faults=200 opened=0 again=0' \
		'threads=200 resolved=200 opened=200 again=0 failed=0 all ended' \
		'faults=200 opened=0 again=0' \
		'threads=200 resolved=200 opened=200 again=0 failed=0 all ended' | diff order - ||
		fail "not all threads have ended, or not in this order"
}

# All 200 threads are in sessions at the same time, and so is the one that resolves. Then again on a pool that cannot
# grow: the others go on unhooked, and this is reported with the hook and the number of calls.
pool_faults_in_sessions() {
	local missed

	boot_crowd "$1" read=1 "$2; $(small_pool) $2" "${@:3}"
	expect_crowds
	expect_out '^ready$'
	(($(stat_of doorbells.grow) >= 11)) || fail "only $(stat_of doorbells.grow) calls GROW for 200 threads"
	# two pages of eight are kept
	missed="$(stat_of events.missed)"
	((missed >= 195)) || fail "only $missed events were missed"
	(($(missed_calls openat) >= 194)) || fail "$(missed_calls openat) calls of openat were reported"
	(($(missed_calls openat) + $(missed_calls ioctl) == missed)) || fail "not all of $missed were reported"
	# 403 events, twice
	expect_stat hooks.callbacks "$((2 * 403 - missed))"
	expect_stat hooks.failures 0
}

case_pool_faults_in_sessions_one_cpu() {
	pool_faults_in_sessions 1 'fault_crowd userfault 200'
}

case_pool_faults_in_sessions_two_cpus() {
	pool_faults_in_sessions 2 'fault_crowd userfault 200'
}

# make_fuse_disk - make fuse.ko, a disk with the kernel's module
make_fuse_disk() {
	local module="$MODULES/lib/modules/$RELEASE/kernel/fs/fuse/fuse.ko"

	if [[ -f $module.xz ]]; then
		xz -dc -- "$module.xz" >fuse.ko
	elif [[ -f $module ]]; then
		cp -- "$module" fuse.ko
	else
		skip_case "the kernel has no fuse.ko"
	fi
	truncate -s %512 fuse.ko
}

# The one that resolves is the server of a file system.
pool_faults_of_a_file_system() {
	make_fuse_disk
	pool_faults_in_sessions "$1" '[ -e /dev/fuse ] || { cat /dev/vdc >/tmp/fuse.ko; insmod /tmp/fuse.ko; }
		fault_crowd fuse 200; umount -l /mnt' --disk fuse.ko,ro
}

case_pool_faults_of_a_file_system_one_cpu() {
	pool_faults_of_a_file_system 1
}

case_pool_faults_of_a_file_system_two_cpus() {
	pool_faults_of_a_file_system 2
}

# Traces need no pages.
pool_faults_in_traces() {
	boot_crowd "$1" trace=1 "$(small_pool) fault_crowd userfault 200"
	expect_out '^fault_crowd: threads=200 resolved=200 opened=200 again=0 failed=0 all ended$'
	expect_stat trace.consumed 403
	expect_stat trace.lost 0
	expect_stat doorbells.event 0
	expect_stat events.missed 0
}

case_pool_faults_in_traces_one_cpu() {
	pool_faults_in_traces 1
}

case_pool_faults_in_traces_two_cpus() {
	pool_faults_in_traces 2
}

# The path is read for the trace first, without a page. So eight pages do for all.
pool_faults_mixed() {
	boot_crowd "$1" trace=1,read=1 "$(small_pool) fault_crowd userfault 200"
	expect_out '^fault_crowd: threads=200 resolved=200 opened=200 again=0 failed=0 all ended$'
	expect_stat trace.consumed 403
	expect_stat trace.lost 0
	expect_stat hooks.callbacks "$((2 * 403 - $(stat_of events.missed)))"
	expect_stat hooks.failures 0
}

case_pool_faults_mixed_one_cpu() {
	pool_faults_mixed 1
}

case_pool_faults_mixed_two_cpus() {
	pool_faults_mixed 2
}

# Calls with a hook that is required fail. Six have a page; they are the only ones whose path is read.
case_pool_required_hook_fails_calls() {
	boot_crowd 2 read=1,required=1 "$(small_pool) fault_crowd userfault 200"
	expect_out '^fault_crowd: faults=6 opened=0 again=194$'
	expect_out '^fault_crowd: threads=200 resolved=200 opened=6 again=194 failed=0 all ended$'
	expect_err 'crowd: [0-9]+ calls of the hook on openat failed with EAGAIN: the guest module had no page left'
	(($(missed_calls openat) == 194)) || fail "$(missed_calls openat) calls of openat were reported"
}
