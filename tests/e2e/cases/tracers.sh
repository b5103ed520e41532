# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Hooks beside other users of kprobes, ftrace and the system call tables.

# uname_function - the kernel's function of uname
uname_function() {
	case "$GUEST_ARCH" in
	x86_64) echo __x64_sys_newuname ;;
	aarch64) echo __arm64_sys_newuname ;;
	armhf) echo sys_newuname ;;
	esac
}

# tracer_disk - tests/e2e/kernel/tracer.ko as the disk "tracer.ko"
tracer_disk() {
	cp -- "${GUEST_KO%/*}/tracer.ko" tracer.ko && truncate -s %512 tracer.ko
}

# run_with_tracer COMMAND ARGUMENT... - COMMAND in a guest that has the module as /tmp/tracer.ko, the function of uname as
# $F, and functions that take the guest module's device away and give it back
run_with_tracer() {
	local command="$1"
	shift
	tracer_disk
	boot --append "$(run_line "cat /dev/vdb >/tmp/tracer.ko; F=$(uname_function)
		D=/sys/bus/platform/drivers/portal; dev=\$(cd \$D && echo *[0-9]*)
		hooks_off() { echo \$dev >\$D/unbind; }; hooks_on() { echo \$dev >\$D/bind; }
		$command")" --disk tracer.ko,ro "$@"
}

# The guest module calls the function by itself, so with ftrace others see it twice. It is hooked once.
case_tracers_kretprobe_on_a_hooked_function() {
	local hits=2

	[[ $GUEST_ARCH != armhf ]] || hits=1
	boot_run "F=$(uname_function)"'; mount -t tracefs tracefs /sys/kernel/tracing; cd /sys/kernel/tracing
		echo "r64:kr $F" >kprobe_events; echo 1 >events/kprobes/kr/enable
		uname -s; cat kprobe_profile
		echo 0 >events/kprobes/kr/enable; echo "p:kp $F" >kprobe_events; echo 1 >events/kprobes/kp/enable
		uname -s; cat kprobe_profile' --hook "$HOOKS/hello.so" --hook "$TEST_HOOKS/chosen.so"
	expect_count 2 'hello from uname' err
	expect_count 2 '^Linux$' out.text
	expect_out "^ *kr +$hits +0\$"
	expect_out "^ *kp +$hits +0\$"
}

case_tracers_kprobes_switched_off_leave_hooks_on() {
	boot_run 'mount -t debugfs debugfs /sys/kernel/debug; cd /sys/kernel/debug/kprobes
		uname -s; echo 0 >enabled; echo enabled=$(cat enabled); uname -s; echo 1 >enabled; uname -s' \
		--hook "$HOOKS/hello.so"
	expect_out '^enabled=0$'
	expect_count 3 'hello from uname' err
}

# BPF's trampoline shares the function with the hook, whichever comes first.
case_tracers_fentry_on_a_hooked_function() {
	[[ $GUEST_ARCH-$RELEASE != aarch64-6.1.* ]] || skip_case "6.1 has no BPF trampolines on arm64"
	run_with_tracer 'fentry_count $F uname -s; fentry_count -r $F uname -s; hooks_off; fentry_count $F uname -s
		mkfifo /tmp/end; fentry_count $F cat /tmp/end & exec 3>/tmp/end
		hooks_on; uname -s; exec 3>&-; wait $!' --hook "$HOOKS/hello.so"
	expect_status 0
	expect_count 4 '^Linux$' out.text
	expect_lines out.text '^fentry: .*' 'fentry: 2 calls' 'fentry: 2 returns' 'fentry: 1 calls' 'fentry: 2 calls'
	expect_count 3 'hello from uname' err
}

# The kernel's switch for ftrace: it stays on, because a hook is.
case_tracers_ftrace_cannot_be_switched_off() {
	boot_run 'uname -s; echo 0 >/proc/sys/kernel/ftrace_enabled; echo "enabled=$(cat /proc/sys/kernel/ftrace_enabled)"
		uname -s' --hook "$HOOKS/hello.so"
	expect_out '^enabled=1$'
	expect_count 2 'hello from uname' err
}

# refused_by USE HOOK EXPECTED - a module has USE of uname's function before the hook is installed
refused_by() {
	run_with_tracer "hooks_off; insmod /tmp/tracer.ko $1; uname -s; hooks_on" --hook "$2"
	expect_status 2
	expect_out '^Linux$'
	expect_err "$3: something else redirects the kernel's function of uname, for example a live patch"
}

case_tracers_function_of_another_is_refused_by_name() {
	refused_by 'ipmodify=$F' "$HOOKS/hello.so" 'hello: the guest cannot hook uname'
}

case_tracers_function_of_another_is_named_for_every_call() {
	refused_by 'ipmodify=$F' "$TEST_HOOKS/chosen.so" 'chosen: the guest cannot hook every system call'
}

case_tracers_post_handler_is_refused_by_name() {
	refused_by 'post=$F' "$HOOKS/hello.so" 'hello: the guest cannot hook uname'
}

# A hooked function is taken: others are refused, until its last hook is gone. On arm64 kprobes do not use ftrace, and
# live patches are not supported.
case_tracers_others_are_refused_on_a_hooked_function() {
	local use uses='ipmodify'

	[[ $GUEST_ARCH != x86_64 ]] || uses='post ipmodify livepatch'
	run_with_tracer "for use in $uses;"' do
			insmod /tmp/tracer.ko $use=$F; echo $use hooked=$?
		done; uname -s; hooks_off; insmod /tmp/tracer.ko ipmodify=$F; echo unhooked=$?; uname -s
		echo hits=$(cat /sys/module/tracer/parameters/hits)' --hook "$HOOKS/hello.so"
	expect_status 0
	for use in $uses; do
		expect_out "^$use hooked=16\$"
	done
	expect_count "$(wc -w <<<"$uses")" "insmod: .*: Device or resource busy" out.text
	expect_out '^unhooked=0$'
	expect_out '^hits=1$'
	expect_count 1 'hello from uname' err
}

# as the cases above, for the entry of the system call table (122 is uname)
readonly TABLE='table=0x$(awk "\$3 == \"sys_call_table\" { print \$1 }" /proc/kallsyms) entry=122'

case_tracers_table_entry_of_another_is_refused_by_name() {
	refused_by "$TABLE" "$HOOKS/hello.so" 'hello: the guest cannot hook uname'
}

case_tracers_table_entry_of_another_is_named_for_every_call() {
	refused_by "$TABLE" "$TEST_HOOKS/chosen.so" 'chosen: the guest cannot hook every system call'
}

# The other module calls what it has found: the hooks, as long as there are any. Then it calls into the guest module's
# code, which therefore stays.
case_tracers_table_entry_changed_after_the_hook_keeps_the_module() {
	run_with_tracer 'insmod /tmp/tracer.ko '"$TABLE"'; uname -s; hooks_off; dmesg | grep portal:; uname -s
		rmmod portal; echo rmmod=$?; uname -s; echo hits=$(cat /sys/module/tracer/parameters/hits)
		rmmod tracer; uname -s; hooks_on; uname -s; hooks_off; uname -s' --hook "$HOOKS/hello.so"
	expect_status 0
	expect_count 6 '^Linux$' out.text
	expect_count 2 'hello from uname' err
	expect_out 'something else has changed entry 122 of the system call table to called.*: portal stays loaded'
	expect_out '^rmmod=1$'
	expect_out '^hits=3$'
}

# Where kprobes do not use ftrace, a probe with a post handler is no obstacle. With ftrace it is hit twice.
case_tracers_post_handler_beside_a_hook() {
	local hits=4

	[[ $GUEST_ARCH != armhf ]] || hits=2
	run_with_tracer 'insmod /tmp/tracer.ko post=$F; uname -s; hooks_off; hooks_on; uname -s
		echo hits=$(cat /sys/module/tracer/parameters/hits)' --hook "$HOOKS/hello.so"
	expect_status 0
	expect_count 2 'hello from uname' err
	expect_out "^hits=$hits\$"
}

only_on x86_64 'tracers_post_handler_is*'
only_on 'x86_64 aarch64' 'tracers_fentry*' 'tracers_ftrace*' 'tracers_function*' 'tracers_others*'
only_on 'aarch64 armhf' 'tracers_post_handler_beside*'
only_on armhf 'tracers_table*'
