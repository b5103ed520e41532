# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034
# The exit status and a message say how a VM ended.

case_end_reboot_is_10() {
	boot --append "$(run_line 'reboot -f')"
	expect_status 10
	expect_err 'requested a reboot$'
}

case_end_halt_is_11() {
	boot --append "$(run_line 'halt -f')"
	expect_status 11
	expect_err 'the guest halted$'
}

case_end_panic_is_12() {
	boot --append "$(run_line 'echo c >/proc/sysrq-trigger')"
	expect_status 12
	expect_err 'panicked$'
}

case_end_early_death_is_14() {
	# a kernel that finds neither an init in the initramfs nor a root file system panics
	boot --append 'rdinit=/no/such/init'
	expect_status 14
	expect_err 'before the guest module said hello'
}

case_end_timeout_is_124() {
	boot --append "$(run_line 'sleep 1000')" --timeout 12
	expect_status 124
	expect_err 'the time given with --timeout is over$'
}

# end_by_signal SIGNAL STATUS
end_by_signal() {
	local pid

	"$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" --rootfs "$FIXTURES/rootfs.ext4" \
		--append "$(run_line 'sleep 1000')" --timeout 60 >out 2>err </dev/null &
	pid=$!
	sleep 3
	kill -"$1" "$pid"
	status=0
	wait "$pid" || status=$?
	expect_status "$2"
	expect_err "ended by SIG$1"
}

case_end_sigint_is_130() {
	# a shell without job control starts background jobs with SIGINT ignored
	trap - INT
	end_by_signal INT 130
}

case_end_sigterm_is_143() {
	end_by_signal TERM 143
}
