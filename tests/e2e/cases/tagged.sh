# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Pointers with a tag in their top byte, which arm64 Linux takes from tasks that have asked for it.
only_on aarch64 'tagged_*'

# expect_task NAME FILE LINE... - the lines about task NAME, without its name and pid, in any order: traces come later
expect_task() {
	local found

	found="$(sed -nE -e "s/^$1 //p" -e "s/^portal-vmm: (tagged|deny_open): (.*) \[$1 [0-9]+\]\$/\2/p" "$2" | sort)"
	[[ $found == "$(printf '%s\n' "${@:3}" | sort)" ]] || fail "$2, task $1: ${found//$'\n'/ | }"
}

# Hooks, rules and traces get from a task's memory what its own system calls get there: the same with a tag as without,
# if the task has asked for tags, and nothing but -EFAULT if it has not. The page walk of --direct leaves tagged
# pointers to the guest.
case_tagged_pointers_are_taken_as_the_kernel_takes_them() {
	local task
	local -a taken_calls=('filter 77' 'shadow -13' 'trace -2' 'chdir -2' 'writev -9' 'readv -9' 'uname 0 hooked'
		'getcwd 2 /staged' 'truncate 77 /tagged/RULE')
	local -a taken_hooks=('openat /etc/shadow denied' "openat traced 13 '/tagged/trace'" "chdir string 12 '/tagged/read'"
		"chdir bytes 7 '/tagged'" "writev declared 12 '/tagged/text'" "readv steps 2 '/tagged'" 'uname write 7 7'
		"uname written 6 'hooked'" "getcwd staged 7 '/staged'" "getcwd untagged 6 'staged'")

	boot_run tagged --direct on --hook "$TEST_HOOKS/tagged.so" --hook "$HOOKS/deny_open.so,prefix=/etc/shadow"
	for task in plain accepted; do
		expect_task "$task" out.text "${taken_calls[@]}"
		expect_task "$task" err "${taken_hooks[@]}"
	done
	# the hook on uname wrote by the pointer without its tag
	expect_task refused out.text 'filter -14' 'shadow -14' 'trace -14' 'chdir -14' 'writev -9' 'readv -9' \
		'uname -14 hooked' 'getcwd -14' 'truncate -14 /tagged/rule'
	expect_task refused err "chdir string -14 ''" "chdir bytes -14 ''" 'writev pointer -14' "readv steps 0 ''" \
		'uname write -14 7' "uname written -14 ''" "getcwd staged -14 ''" "getcwd untagged 6 'staged'" \
		'getcwd failed 0x5a -14' 'truncate event'
	expect_stat rules.hits 2
	expect_stat hooks.failures 0
	expect_stat sessions.protocol_errors 0
	(("$(stat_of direct.declined)" > 0)) || fail 'the page walk has found every pointer'
}
