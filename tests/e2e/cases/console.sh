# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034,SC2016
# The console: input reaches the guest, and the terminal's settings are restored afterwards.

PROMPT='archer:/# '
CTRL_A=$'\x01' CTRL_C=$'\x03'

# write a script boot-shell that boots to a shell, for script(1)
write_boot_script() {
	cat >boot-shell <<-EOT
		#!/bin/sh
		stty -a >before
		sh -c 'echo \$\$ >pid.new && mv pid.new pid && exec "\$@"' sh \\
			"$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" \\
			--rootfs "$FIXTURES/rootfs.ext4" --timeout 100 2>messages
		echo \$? >vmm-status
		stty -a >after
	EOT
	chmod +x boot-shell
}

expect_terminal_as_before() {
	cmp before after || fail "the terminal's settings have changed"
	[[ "$(<vmm-status)" == "$1" ]] || fail "portal-vmm ended with $(<vmm-status), expected $1"
}

case_console_input_from_a_pipe() {
	start_shell "$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" \
		--rootfs "$FIXTURES/rootfs.squashfs" --timeout 100
	await "$PROMPT" && type_text $'echo sum=$((6 * 7)) && cat\n' && await 'sum=42' &&
		type_text $'a line for cat\n' && sleep 2 && type_text $'\x04poweroff -f\n'
	end_shell
	expect_status 0
	# echoed by the guest's terminal, then printed by cat
	expect_count 2 '^a line for cat$' out.text
}

# Ctrl-C and Ctrl-A Ctrl-A go to the guest, Ctrl-A X ends portal-vmm
case_console_on_a_terminal() {
	write_boot_script
	start_shell script -qefc ./boot-shell typescript
	await "$PROMPT" && type_text $'sleep 1000; echo slept=$?\n' && sleep 2 &&
		type_text "$CTRL_C" && type_text $'echo alive=$((40 + 2))\n' && await 'alive=42' &&
		type_text $'read -r c; [ "$c" = "$(printf \'\\001\')" ] && echo ctrl=$((1 + 1))\n' &&
		sleep 2 && type_text "$CTRL_A$CTRL_A"$'\n' && await 'ctrl=2' &&
		type_text "${CTRL_A}x"
	end_shell
	expect_terminal_as_before 130
	grep -q 'ended from the console' messages || fail "no message about Ctrl-A X"
	expect_no_out 'slept=0'
}

case_console_terminal_is_restored_after_sigterm() {
	write_boot_script
	start_shell script -qefc ./boot-shell typescript
	for _ in $(seq 100); do
		[[ ! -s pid ]] || break
		sleep 0.1
	done
	# the terminal is in raw mode by now; the guest need not have booted
	sleep 6
	kill -TERM "$(<pid)"
	end_shell
	expect_terminal_as_before 143
	grep -q 'ended by SIGTERM' messages || fail "no message about SIGTERM"
}

case_console_to_a_file() {
	printf 'what was here before' >console.log
	boot --append "$(run_line 'echo to-the-file; reboot -f')" --console file:console.log
	expect_status 10
	[[ ! -s out ]] || fail "the console's output is on stdout as well"
	grep -q 'to-the-file' console.log || fail "the output is not in the file"
	! grep -q 'was here before' console.log || fail "the file was not truncated"
}

case_console_to_nothing() {
	boot --append "$(run_line 'echo to-nothing')" --console null
	expect_status 0
	[[ ! -s out ]] || fail "the console's output is on stdout"
}

case_console_on_a_pty() {
	local pty

	"$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" --timeout 100 \
		--rootfs "$FIXTURES/rootfs.squashfs" --console pty >out 2>err </dev/null \
		--append "$(run_line 'echo please; read -r x; echo "got=$x"')" &
	await "the guest's console is on" err || return
	pty="$(sed -n "s/.*the guest's console is on //p" err)"
	cat "$pty" >seen &
	await 'please' seen && echo 'typed on the pty' >"$pty" && await 'got=typed on the pty' seen
	wait %1 || fail "ended with $?"
	[[ ! -s out ]] || fail "the console's output is on stdout"
}
