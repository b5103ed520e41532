# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2034
# The guest's kernel ends, sleeps, or unbinds its driver. From then on the host does not use its memory.

only_on x86_64 'leave_kexec_*' 'leave_hibernation_*'

# make_next_kernel LINE... - make next.ext4, a disk with kexec, a kernel, and an initramfs whose init runs the LINEs
make_next_kernel() {
	local root="$FIXTURES/rootfs"

	[[ -n $KEXEC ]] || skip_case "there is no kexec for the guest; give --kexec"
	mkdir -p init/{bin,dev,proc,sys} next
	cp -- "$root/bin/busybox" "$root/usr/bin/syscall_any" init/bin/
	cp -- "$GUEST_KO" init/
	printf '%s\n' '#!/bin/busybox sh' '/bin/busybox --install -s /bin; export PATH=/bin' \
		'mount -t devtmpfs dev /dev; mount -t proc proc /proc; mount -t sysfs sys /sys' "$@" >init/init
	chmod +x init/init
	cp -r -- "$KEXEC"/{kexec,lib} "$KERNEL" next/
	(cd init && find . | cpio --quiet -o -H newc -R 0:0) >next/initrd
	mke2fs -q -t ext4 -d next next.ext4 64M || fail "cannot make the disk"
	rm -rf init next
}

# start_next_kernel - shell code for the guest that loads the kernel from next.ext4 and starts it
start_next_kernel() {
	printf '%s\n' 'mount -t ext4 -o ro /dev/vdb /mnt' \
		'kexec() { /mnt/lib/ld-linux-x86-64.so.2 --library-path /mnt/lib /mnt/kexec "$@"; }' \
		'kexec -s -l /mnt/vmlinuz --initrd=/mnt/initrd --command-line="$(cat /proc/cmdline | sed s/portal.run=.*//)"' \
		'echo loaded=$?; kexec -e'
}

# The old kernel has a rule, a record in a trace ring, and two tasks inside sessions that do not end by themselves. With
# its bye the host has counted the rule's hits and lets go of all of it, before the new kernel has its first page. What
# a module does between bye and hello finds no guest: the revoked rule does not answer in the new kernel.
case_leave_kexec_to_a_kernel_with_the_module() {
	make_next_kernel 'echo the next kernel waits; read line' 'insmod /portal.ko; cat /sys/module/portal/parameters/state' \
		'syscall_any getpgid 0' 'poweroff -f'
	start_shell "$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" \
		--rootfs "$FIXTURES/rootfs.ext4" --timeout 90 --stats=stats --disk next.ext4,ro --cpus 1 \
		--hook "$TEST_HOOKS/leave.so" --hook "$TEST_HOOKS/memory.so,comm=sleepers" \
		--append "$(run_line "syscall_any -r 3 getpgid 0; true </nodir/a
			sleepers -s 1000000 fault 2 & sleep 2
			$(start_next_kernel)")"
	await 'the next kernel waits'
	: >revoke
	await 'revoked' err
	expect_count 1 'traced openat' err
	expect_count 2 'openat: read_str -125 ' err
	type_text $'\n'
	end_shell
	rm -f next.ext4
	expect_status 0
	expect_count 1 '^ret=31337 errno=0$' out.text
	expect_count 1 '^ret=4711 errno=0$' out.text
	expect_out '^loaded=0$'
	expect_count 1 '^ready$' out.text
	expect_err 'leave: revoked after 3 hits'
	expect_stat rules.hits 3
	expect_stat doorbells.hello 2
	expect_stat doorbells.bye 2
	expect_stat sessions.cancelled 2
	expect_stat doorbells.refused 0
	expect_stat sessions.protocol_errors 0
}

# boot_hibernation COMMAND - boot with a swap device that the image of a kernel can be written to
boot_hibernation() {
	boot_run "$1" --disk swap --hook "$TEST_HOOKS/leave.so"
}

# The image of a kernel is written by one portal-vmm and goes on in another, with other hooks, rules and rings. It says
# bye before the image is made, and hello when it goes on; the kernel that reads the image says bye before it ends.
case_leave_hibernation_goes_on_in_another_vmm() {
	truncate -s 256M swap
	boot_hibernation 'mkswap /dev/vdb; swapon /dev/vdb; syscall_any -r 2 getpgid 0; true </nodir/a
		echo shutdown >/sys/power/disk; echo disk >/sys/power/state; echo hibernated=$?
		cat /sys/module/portal/parameters/state; syscall_any getpgid 0; true </nodir/b'
	expect_count 1 '^ret=31337 errno=0$' out.text
	expect_no_out '^hibernated='
	expect_leaves 2
	boot_hibernation 'cat /sys/class/block/vdb/dev >/sys/power/resume; echo not reached'
	rm -f swap
	expect_out '^hibernated=0$'
	expect_out '^ready$'
	expect_count 1 '^ret=31337 errno=0$' out.text
	expect_no_out 'not reached'
	expect_leaves 1
}

# expect_leaves HITS - a boot had two hellos, each with a bye, one record in a trace, and HITS of the rule
expect_leaves() {
	expect_stat doorbells.hello 2
	expect_stat doorbells.bye 2
	expect_stat doorbells.refused 0
	expect_stat sessions.protocol_errors 0
	expect_stat sessions.cancelled 0
	expect_stat operations.TRACE_OPEN 2
	expect_stat trace.consumed 1
	expect_stat rules.hits "$1"
}

# suspend to idle and hibernation, both only up to the devices, which the kernel then resumes
case_leave_pm_test_of_devices() {
	grep -q '^CONFIG_PM_DEBUG=y' "$CONFIG" || skip_case "the kernel has no /sys/power/pm_test"
	boot_run 'echo 1 >/sys/module/suspend/parameters/pm_test_delay; echo devices >/sys/power/pm_test
		for state in freeze disk; do
			syscall_any getpgid 0; true </nodir/a; echo $state >/sys/power/state; echo $state=$?
			cat /sys/module/portal/parameters/state
		done; syscall_any getpgid 0; true </nodir/a' --hook "$TEST_HOOKS/leave.so"
	expect_count 3 '^ret=31337 errno=0$' out.text
	expect_out '^freeze=0$'
	expect_out '^disk=0$'
	expect_count 2 '^ready$' out.text
	expect_stat doorbells.hello 3
	expect_stat doorbells.bye 3
	expect_stat doorbells.refused 0
	expect_stat sessions.protocol_errors 0
	expect_stat operations.TRACE_OPEN 3
	expect_stat trace.consumed 3
	expect_stat rules.hits 3
}

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
	expect_stat doorbells.bye 3
	expect_stat doorbells.refused 2
	expect_stat sessions.cancelled 2
	expect_stat sessions.protocol_errors 0
	expect_stat rules.hits 3
}

# The pool has two pages and one for reports, and tasks in faults have both. The thread that serves the host waits for one, because the host
# wants to remove a hook. Unbinding ends that wait, too.
case_leave_unbind_ends_the_wait_for_a_page() {
	cp "$GUEST_KO" portal.ko && truncate -s %512 portal.ko
	start_shell "$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" \
		--rootfs "$FIXTURES/rootfs.ext4" --timeout 90 --stats=stats --disk portal.ko,ro \
		--hook "$TEST_HOOKS/leave.so,unhook=1" --hook "$TEST_HOOKS/memory.so,comm=sleepers" \
		--append "$(run_line 'D=/sys/bus/platform/drivers/portal; dev=$(cd $D && echo *[0-9]*)
			rmmod portal; cat /dev/vdb >/tmp/portal.ko; insmod /tmp/portal.ko pages=3 max_pages=3
			sleepers -s 1000000 fault 2 & sleep 2
			echo all pages are in use; read line; sleep 1
			begin=$(date +%s); echo $dev >$D/unbind; echo unbind=$? late=$(($(date +%s) - begin > 30))
			cat /sys/module/portal/parameters/state')"
	await 'all pages are in use'
	: >revoke
	await 'unhooked' err
	type_text $'\n'
	end_shell
	expect_status 0
	expect_out '^unbind=0 late=0$'
	expect_out '^down$'
	expect_stat sessions.cancelled 2
	expect_stat sessions.protocol_errors 0
	expect_stat doorbells.work 0
}
