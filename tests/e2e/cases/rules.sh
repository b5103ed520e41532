# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Rules: answers that the guest module gives by itself.

# count_of OUTCOME - number of system calls of all programs with this outcome
count_of() {
	awk -v outcome="polls: $1" 'index($0, outcome " count=") == 1 { sub(/.*count=/, ""); sum += $0 } END { print sum + 0 }' out.text
}

# expect_calls OUTCOME N
expect_calls() {
	[[ "$(count_of "$1")" == "$2" ]] || fail "$1 occurred $(count_of "$1") times, expected $2"
}

# boot_rules - of the cases that have the same hooks and ask for what they answer one after the other. Only the stores
# that fail come as events, and each hit is counted.
boot_rules() {
	cp "$GUEST_KO" portal.ko && truncate -s %512 portal.ko
	boot_run 'echo == pointers
		for p in polls /usr/bin32/polls; do $p -n 200 readv; $p -n 100 openat; done
		echo == readonly
		polls -n 30 readonly; polls32 readonly
		echo == unload
		polls -n 10 openat; D=/sys/bus/platform/drivers/portal; dev=$(cd $D && echo *[0-9]*)
		echo $dev >$D/unbind; polls -n 5 openat; echo $dev >$D/bind; polls -n 20 openat
		echo $dev >$D/unbind; (sleep 1 &); sleep 2; rmmod portal; echo rmmod=$?
		cat /dev/vdb >/tmp/portal.ko; insmod /tmp/portal.ko; polls -n 40 openat' \
		--disk portal.ko,ro --hook "$TEST_HOOKS/rules.so"
	rm -f portal.ko
	# 600 of the first, 30 of the second, 70 of the third
	expect_stat rules.hits 700
	expect_stat rules.failed 30
	expect_stat doorbells.event 30
	expect_stat events.enter 30
	expect_stat hooks.callbacks 30
}

# read and stored through a pointer, of 8 and of 4 bytes; an argument changed; both without an exit
case_rules_read_through_pointers_and_change_arguments() {
	shared_boot boot_rules
	part_of pointers
	expect_calls 'ret=8 value=0x1234567' 400
	expect_calls 'ret=0 value=0' 200
}

# a store of a rule fails: the host gets an event with a flag for that, and the callback answers
case_rules_failed_store_becomes_an_event() {
	shared_boot boot_rules
	part_of readonly
	# the name of the second is not the hook's
	expect_calls 'ret=-5 value=0xffffffff' 30
	expect_calls 'ret=-14 value=0xffffffff' 1
	expect_err 'rules: a rule of the hook on readv could not do all its stores \[polls [0-9]+\]'
	expect_stat rules.failed 30
	expect_stat events.enter 30
}

# another module has a hook on the same system call: the rule does not answer, and both callbacks run
case_rules_do_not_bypass_another_hook() {
	boot_run 'polls -n 3 openat; cp /usr/bin/polls /tmp/chosen; /tmp/chosen -n 10 openat' \
		--hook "$TEST_HOOKS/rules.so,comm=chosen" --hook "$TEST_HOOKS/chosen.so"
	expect_calls 'ret=-21 value=0' 3
	expect_calls 'ret=-1 value=0' 10
	expect_stat rules.hits 0
	((("$(grep -c 'chosen: openat of chosen' err)") >= 10)) || fail "the other hook did not run each time"
}

# Two programs make system calls all the time, while a callback adds a rule again and again and a thread revokes it.
# Each call is either a hit of a rule or an event.
check_revoked_during_calls() {
	local by_rule by_callback

	boot_run 'polls -n 20000 priority & /usr/bin32/polls -n 20000 priority & wait' \
		--hook "$TEST_HOOKS/rules.so" "$@"
	by_rule="$(count_of 'ret=98 value=0')" by_callback="$(count_of 'ret=97 value=0')"
	[[ $((by_rule + by_callback)) == 40000 ]] || fail "$by_rule + $by_callback calls were answered, expected 40000"
	expect_err "rules: rules answered $by_rule, callbacks $by_callback, [0-9]+ revoked"
	expect_stat rules.hits "$by_rule"
	expect_stat doorbells.event "$by_callback"
	((by_rule > 1000)) || fail "only $by_rule calls were answered by a rule"
	(("$(stat_of rules.revoked)" >= 5)) || fail "only $(stat_of rules.revoked) rules were revoked"
	expect_stat sessions.protocol_errors 0
	expect_stat doorbells.refused 0
	expect_stat hooks.failures 0
}

case_rules_revoked_during_calls() {
	check_revoked_during_calls
}

# the thread of the module makes two vCPUs share a CPU, which fails in emulation for 32-bit kernels:
# docs/notes/arm64.md
only_on 'x86_64 aarch64' rules_revoked_during_calls_on_two_cpus
case_rules_revoked_during_calls_on_two_cpus() {
	check_revoked_during_calls --cpus 2
}

# the guest module is unloaded and loaded again: the hits are kept, and the rules are installed again
case_rules_survive_guest_module_reload() {
	shared_boot boot_rules
	part_of unload
	expect_out '^rmmod=0$'
	expect_calls 'ret=0 value=0' 70
	expect_calls 'ret=-21 value=0' 5
	expect_stat rules.added 2
	expect_stat operations.RULE_OPEN 3
	expect_stat operations.RULE_ADD 6
}

# exchanges_of FUNCTION - the prefix of each cmpxchg in it: lock, or ds, which the kernel has put in lock's place
exchanges_of() {
	awk -v name="$1" '$1 == "kcore_bytes:" && $2 == name { gsub(/../, "& ", $4); print $4 }' out.text |
		grep -oE '(f0|3e) (4[0-9a-f] )?0f b1' | sed 's/^f0.*/lock/; s/^3e.*/ds/' | paste -sd' '
}

# With one CPU the kernel replaces LOCK prefixes, in itself and in modules, by a prefix without effect. The host revokes
# rules on another processor, so the exchange that counts a hit has to keep its own.
only_on x86_64 rules_exchange_with_the_host_is_locked_on_one_cpu
case_rules_exchange_with_the_host_is_locked_on_one_cpu() {
	boot_run 'kcore_bytes -w rule_try _raw_spin_lock' --cpus 1
	[[ "$(exchanges_of _raw_spin_lock)" == ds ]] ||
		fail "the kernel has not patched its own: _raw_spin_lock has '$(exchanges_of _raw_spin_lock)'"
	[[ "$(exchanges_of rule_try)" == lock ]] ||
		fail "the prefix of the exchange in rule_try is '$(exchanges_of rule_try)', expected lock"
}
