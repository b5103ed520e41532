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

# expect_refusal REGEX - the guest's kernel has refused the guest module; the last line of the VMM says why
expect_refusal() {
	expect_status 14
	tail -1 err | grep -qE -- "^portal-vmm: the guest ended before the guest module said hello: $1" ||
		fail "the last message is '$(tail -1 err)'"
}

# change_guest_module FROM TO - make portal.ko with a string replaced by one of the same length
change_guest_module() {
	LC_ALL=C sed "s/$1/$2/g" "$GUEST_KO" >portal.ko
	! cmp -s -- "$GUEST_KO" portal.ko || fail "portal.ko does not contain $1"
}

case_end_refused_by_lockdown() {
	boot --append lockdown=integrity
	expect_refusal 'cannot load guest module portal.ko: operation not permitted: .*or boot without lockdown$'
}

case_end_refused_without_a_signature() {
	boot --append module.sig_enforce=1
	expect_refusal 'cannot load guest module portal.ko: .*or boot without module.sig_enforce$'
}

# A kernel without an option does not export the functions of that option. The option is named, if init knows it.
case_end_refused_for_an_unknown_symbol() {
	local symbol=unregister_kprobe reason='.*built without CONFIG_KPROBES$'

	if [[ $GUEST_ARCH != armhf ]]; then
		symbol=register_ftrace_function reason='.*no function tracer: .*CONFIG_FUNCTION_TRACER'
	fi
	change_guest_module "$symbol" "${symbol/register/registex}"
	boot --guest-module portal.ko
	expect_refusal "cannot load guest module portal.ko: no such file or directory: $reason"
	change_guest_module srcu_barrier srcu_barriex
	boot --guest-module portal.ko
	expect_refusal 'cannot load guest module portal.ko: no such file or directory: portal: Unknown symbol srcu_barriex'
}

# a kernel without CONFIG_KALLSYMS: the module is loaded, and its driver does not bind
case_end_refused_without_kallsyms() {
	change_guest_module kallsyms_lookup_name kallsyms_lookup_nix_
	boot --guest-module portal.ko
	expect_refusal 'the hooks are not installed; state of the guest module: no device: portal: .*needs CONFIG_KALLSYMS'
}
