# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016
# Hooks on system calls, on a stock kernel.

# expect_lines FILE REGEX LINE... - the parts of FILE that match REGEX are exactly the LINEs, in this order
expect_lines() {
	local file="$1" regex="$2" expected found
	shift 2

	expected="$(printf '%s\n' "$@")"
	found="$(grep -oE -- "$regex" "$file" || true)"
	[[ $found == "$expected" ]] || fail "$file has '${found//$'\n'/ | }', expected '${expected//$'\n'/ | }'"
}

# table_of ABI - "NUMBER NAME" for each system call; ABI is 64 (native) or 32. From the kernel's headers, or, where
# these use macros, from the list in the fixtures, which has lines SYSCALL(NUMBER, NAME)
table_of() {
	local programs="$FIXTURES/programs" number='(\(0 \+ )?([0-9]+)\)?'

	if [[ $1 == 32 ]] && ! has_compat; then
		return
	fi
	if [[ -d $HEADERS/arch/x86 ]]; then
		awk '$1 == "#define" && $2 ~ /^__NR_/ && $2 !~ /^__NR_(syscalls|syscall_max)$/ { sub(/^__NR_/, "", $2); print $3, $2 }' \
			"$HEADERS/arch/x86/include/generated/uapi/asm/unistd_$1.h"
	else
		sed -nE "s/^SYSCALL\($number, (.*)\)\$/\2 \3/p" \
			"$programs/$([[ $GUEST_ARCH-$1 == aarch64-64 ]] && echo aarch64 || echo arm)/syscalls.inc"
	fi
}

# function_of ABI NAME - the kernel's function for the system call NAME; ABI is 64 or 32
function_of() {
	case "$GUEST_ARCH-$1" in
	x86_64-64) printf '__x64_sys_%s\n' "$2" ;;
	x86_64-32) printf '__ia32_sys_%s\n' "$2" ;;
	armhf-*) printf 'sys_%s\n' "$2" ;;
	*) printf '__arm64_sys_%s\n' "$2" ;;
	esac
}

# missing_calls ABI - "ABI NUMBER NAME" of each system call that returned ENOSYS: the kernel was built without it
missing_calls() {
	tr -d '\0' <results | awk -v abi="$1" '/^abi/ { now = $2 }
		now == abi && $1 == "all_calls:" && $4 == "ret=-38" { print abi, $2, $3 }'
}

# A hook on every entry of both tables, and a task that makes each system call once: exactly its own hook fires.
# A call that the kernel was built without fires no hook.
case_calls_every_entry_fires_its_own_hook() {
	local abi nr name result second='echo abi compat; all_calls32 -t 500' nr_tables=2

	has_compat || second='' nr_tables=1
	table_of 64 >native && table_of 32 >compat && truncate -s 256K results
	GUEST_LIMIT=300 LIMIT=320 boot_run 'syscall_any getsid 0
		(echo abi native; all_calls -t 500; '"$second"') >/tmp/log
		cat /tmp/log >/dev/vdb; sync; grep -c "calls made" /tmp/log' --disk results \
		--hook "$TEST_HOOKS/every.so,native=native,compat=compat,report=report"
	expect_out "^$nr_tables\$"
	[[ "$(wc -l <native)" -gt 300 ]] || fail "the table is short"
	! has_compat || [[ "$(wc -l <compat)" -gt 400 ]] || fail "the second table is short"
	expect_count "$(cat native compat | wc -l)" '^(native|compat) ' report
	# the fixture calls getpid() once more
	grep -vE ' err=0 right=1 wrong=0$| getpid err=0 right=2 wrong=0$' report >others
	{ missing_calls native; missing_calls compat; } >missing
	# 5.10 builds this function without a call of the tracer
	[[ $RELEASE != 5.10.* ]] || awk '$3 == "perf_event_open" { print $1, $2, $3 }' others >>missing
	while read -r abi nr name result; do
		grep -qxF "$abi $nr $name" missing || fail "$abi $nr $name: $result, and the kernel has it"
		[[ $result == *' right=0 wrong=0' ]] || fail "$abi $nr $name: $result"
	done <others
	expect_stat hooks.failures 0
}

# verdicts: skip, override, a changed argument, skip with a return hook; registers; a restarted read(); widths;
# and a hook on every system call of one task
case_calls_verdicts_registers_and_widths() {
	local entered calls='$p getpgid 0; $p sched_get_priority_max 0; $p sched_get_priority_min 0; $p getsid 0'

	boot_run "for p in syscall_any /usr/bin32/syscall_any; do $calls; \$p -p getcpu buf:64 0 0; done;
		for p in regs_check regs_check32; do \$p regs sched_get_priority_max; \$p regs getpgid;
			\$p regs getsid; \$p regs ioctl; \$p restart; done;
		cp /usr/bin/syscall_any /tmp/chosen; /tmp/chosen getppid" \
		--hook "$TEST_HOOKS/edit.so" --hook "$TEST_HOOKS/widths.so" --hook "$TEST_HOOKS/chosen.so"
	expect_lines out.text '^ret=.*' \
		'ret=31337 errno=0' 'ret=99 errno=0' 'ret=-1 errno=13' 'ret=6 errno=0' 'ret=0 errno=0' \
		'ret=31337 errno=0' 'ret=99 errno=0' 'ret=-1 errno=13' 'ret=6 errno=0' 'ret=0 errno=0' \
		"$(grep '^ret=' out.text | tail -1)"
	# 64-bit and 32-bit pointers; 0xee fills the buffer before
	! has_compat ||
		expect_out "^syscall_any: arg0=0102030405060708$(hex int)eeeeeeee$(hex long)ccbbaa9900000000(ee){8}7465787400(ee){19} "
	expect_out "^syscall_any: arg0=0102030405060708$(hex int)eeeeeeee$(hex long)ccbbaa99eeeeeeee(ee){8}7465787400(ee){19} "
	expect_count 8 '^regs_check: call=[0-9]+ ret=.* changed=0$' out.text
	expect_count 2 '^regs_check: call=.* ret=99 changed=0$' out.text
	expect_count 2 '^regs_check: read ret=9 signals=[3-9] data="restarted"$' out.text
	# at least three signals, as many restarts, one return
	entered="$(grep -c 'edit: read entered \[regs_check' err)"
	((entered >= 8 && entered <= 20)) || fail "two read() were entered $entered times"
	expect_count 2 'edit: read returned 9 \[regs_check' err
	# the module widths requests these of a 64-bit and a 32-bit task
	expect_stat operations.PROC_PID 2
	expect_stat operations.USER_REGS 4
	expect_err 'chosen: getppid of chosen'
	expect_err 'chosen: write of chosen'
	expect_err 'chosen: exit_group of chosen'
	expect_no_err 'chosen: [a-z_0-9]+ of [^c]'
	expect_stat hooks.failures 0
}

# count_events N NAME - write the counts of a boot with N events to the file NAME
count_events() {
	LD_PRELOAD="$TEST_HOOKS/count_calls.so" PORTAL_TEST_COUNTS="$PWD/$2" boot_run \
		"cp /usr/bin/syscall_any /tmp/chosen; /tmp/chosen -r $1 getppid" \
		--hook "$TEST_HOOKS/chosen.so" --log-level warn
	expect_no_err '.'
}

# expect_growth NAME LEAST MOST - 2000 more events add between LEAST and MOST to the count
expect_growth() {
	local few many

	few="$(awk -v name="$1" '$1 == name { print $2 }' few)"
	many="$(awk -v name="$1" '$1 == name { print $2 }' many)"
	((many - few >= $2 && many - few <= $3)) || fail "$1: $few for few events, $many for 2000 more"
}

# an event costs one KVM_RUN, no other ioctl and no allocation; other differences between two boots are noise
case_calls_event_costs_one_ioctl() {
	local before

	count_events 10 few
	before="$(stat_of doorbells.event)"
	count_events 2010 many
	expect_stat doorbells.event "$((before + 2000))"
	expect_growth runs 1900 2300
	expect_growth ioctls -50 50
	expect_growth allocations -200 200
}

# hex NAME - a value of widths.c as bytes in guest memory
hex() {
	case $1 in
	int) printf '44332211' ;;
	long) printf '8877665544332211' ;;
	esac
}

# labels_for KIND=N - labels of the filters that matched, sorted
labels_for() {
	grep -oE "filters: [a-z_]+ $1 " err | awk '{ print $2 }' | sort | tr '\n' ' '
}

# expect_labels KIND=N LABEL...
expect_labels() {
	local what="$1" found
	shift

	found="$(labels_for "$what")"
	[[ $found == "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ]] || fail "$what: matched by: $found"
}

case_calls_filters() {
	boot_run 'for n in 5 -1 1 261 6; do syscall_any sched_get_priority_max $n; done
		/usr/bin32/syscall_any sched_get_priority_max -1
		a=$(printf "%03600d" 0 | tr 0 a); z=$(printf "%04093d" 0)
		syscall_any truncate /tmp/needle 1; syscall_any truncate /tmp/needles 2
		syscall_any truncate $z$z-tail 3; syscall_any truncate ${z}needle$z-tail 4
		syscall_any truncate $a 5; syscall_any truncate a$a 6; syscall_any truncate 16 7
		/usr/bin32/syscall_any truncate ${z}needle 1001; syscall_any truncate $z$z 0
		syscall_any -r 2000 sched_get_priority_min 1' --hook "$TEST_HOOKS/filters.so"
	expect_labels number=5 eq ge le range byte success
	expect_labels number=1 ne lt le clear success ninetynine
	expect_labels number=261 ne gt ge ugt byte error
	expect_labels number=6 ne gt ge ugt range set success
	# a 64-bit and a 32-bit task: a filter without a width compares the task's long
	expect_labels number=-1 ne ne lt lt le le ugt ugt set set long long error error
	expect_labels string=1 str_eq str_prefix str_contains
	expect_labels string=2 str_prefix str_contains
	expect_labels string=3 str_suffix
	expect_labels string=4 str_contains str_suffix
	expect_labels string=5 str_long
	expect_labels string=1001 str_contains
	expect_no_err 'string=(0|6|7) '
	expect_no_err 'a call that does not match ran a callback'
	# one doorbell call for each stage of a system call that some hook matched; none without a match
	expect_stat events.enter 12
	expect_stat events.return 6
	expect_stat doorbells.event 18
}

# kind_line CALL KIND - the line that the fixture printed
kind_line() {
	grep -E "^buffers: $1 $2 " out.text
}

# expect_kind CALL KIND REGEX
expect_kind() {
	[[ "$(kind_line "$1" "$2")" =~ $3 ]] || fail "buffers $1 $2: '$(kind_line "$1" "$2")', expected $3"
}

# expect_answers CALL REGEX - the results of the hook on CALL for each kind of memory, in this order: present absent
# file slow readonly none unmapped crossing crossing-absent crossing-unmapped
expect_answers() {
	local found

	found="$(grep -E "memory: $1: " err | grep -vE '"(/proc/self/pagemap|/dev/null|/www/index.html)"' |
		grep -oE "$1: [a-z_]+ -?[0-9]+" | awk '{ print $3 }' | tr '\n' ' ')"
	[[ $found =~ ^$2\ $ ]] || fail "$1: the results of the hook are '$found', expected '$2'"
}

case_calls_memory_in_every_state() {
	boot_run 'buffers -n write; buffers openat; buffers read; /usr/bin32/buffers -n write crossing' \
		--hook "$TEST_HOOKS/memory.so"
	# /dev/null does not read what is written, so only the hook can have faulted the page in
	expect_kind write absent 'before=00 ret=40 errno=0 after=1'
	expect_kind write file 'before=[0c][0c] ret=40 errno=0 after=1'
	expect_kind write slow 'before=0- ret=40 errno=0 after=1'
	expect_kind write crossing-absent 'before=10 ret=40 errno=0 after=11'
	# ten more writes fill the pipes for read, and one is of the 32-bit program
	expect_answers write '40 40 40 40 40 -14 -14 40 40 6( 40){10} 40'
	expect_answers openat '13 0 [0-9]{3} 13 13 -14 -14 13 6 -14'
	expect_answers read '40 40 40 40 -14 -14 -14 40 40 6'
	expect_kind read present 'memory="w{16}"'
	expect_kind read absent 'memory="w{16}"'
	expect_kind read crossing-absent 'memory="w{16}"'
	expect_kind read readonly 'ret=-1 errno=14 .*memory="/etc/hostname"'
	expect_stat hooks.failures 0
}

# More than twice as many tasks sleep in their sessions as the pool has pages; tasks are killed there; tasks sleep in
# a hooked system call, which takes no page. Meanwhile, hooks of other tasks run.
case_calls_more_sleepers_than_pages_and_kills() {
	boot_run 'cat /sys/module/portal/parameters/pages; sleepers -s 1500 fault 80
		sleepers -s 6000 -k 2500 fault 12; sleepers -s 500 read 80
		sleepers -s 4000 fault 8 & sleep 1; uname -s; echo uname is back; wait' \
		--hook "$TEST_HOOKS/memory.so,comm=sleepers" --hook "$HOOKS/hello.so"
	expect_out '^32$'
	expect_out '^sleepers: tasks=80 finished=80 failed=0 killed=0$'
	expect_out '^sleepers: tasks=12 finished=0 failed=0 killed=12$'
	expect_lines out.text '^(uname is back|sleepers: tasks=8 .*)$' 'uname is back' \
		'sleepers: tasks=8 finished=8 failed=0 killed=0'
	expect_count 88 'openat: read_str 13 "/etc/hostname" ' err
	expect_count 12 'openat: read_str -125 ' err
	expect_err 'hello from uname'
	(($(stat_of sessions.peak) >= 28)) || fail "at most $(stat_of sessions.peak) sessions were open at once"
	expect_stat sessions.protocol_errors 0
	expect_stat hooks.failures 0
}

# entry_of STAGE FUNCTION - the first bytes of FUNCTION as the guest saw them
entry_of() {
	awk -v stage="stage=$1" -v name="$2" '/^stage=/ { now = $0 } now == stage && $2 == name { print $4 }' out.text
}

# look_at_entries - what the guest's shell reads from a disk. On a 32-bit Arm kernel no function changes, but the entries
# of the system call table do: kcore_bytes prints those. Without /proc/kcore, the arguments of a kprobe read the table.
look_at_entries() {
	[[ $GUEST_ARCH == armhf ]] || return 0
	cat <<-'EOT'
		mount -t tracefs tracefs /sys/kernel/tracing
		kcore_bytes() {
			words=
			for name; do
				case $name in
				sys_setpgid) nr=57 ;;
				sys_umask) nr=60 ;;
				sys_wait4) nr=114 ;;
				sys_getpgid) nr=132 ;;
				sys_getsid) nr=147 ;;
				esac
				case "$words " in *" $name="*) continue ;; esac
				words="$words $name=@sys_call_table+$((4 * nr)):x32"
			done
			(
				cd /sys/kernel/tracing
				echo "p:look sys_getuid$words" >kprobe_events
				echo 1 >events/kprobes/look/enable
				syscall_any getuid32 >/dev/null
				echo 0 >events/kprobes/look/enable
				grep look: trace | tail -n 1 | tr ' ' '\n' |
					sed -n 's/^\(sys_.*\)=\(0x.*\)/table: \1 has \2/p'
				echo >kprobe_events
			)
		}
	EOT
}

# text_disk FILE - standard input as a disk that the guest's shell can read with "."
text_disk() {
	local size

	cat >"$1"
	size="$(stat -c %s -- "$1")"
	printf '%*s' "$((512 - size % 512))" '' | tr ' ' '\n' >>"$1"
}

# Bye, unload and load again, while PID 1 and the parent shell are in a hooked wait4(); a signal or the end of a child
# makes them return. Also checks the first bytes of hooked and other functions at each step, or their entries in the
# system call table.
case_calls_unload_and_load_again() {
	local stage name hooked others

	mapfile -t hooked < <(function_of 64 getpgid; function_of 64 getsid; function_of 64 wait4; function_of 32 getpgid)
	mapfile -t others < <(function_of 64 setpgid; function_of 64 umask)
	cp "$GUEST_KO" portal.ko && truncate -s %512 portal.ko
	look_at_entries | text_disk look
	boot_run ". /dev/vdc; names='${hooked[*]} ${others[*]}'"'
		P=/sys/module/portal/parameters; D=/sys/bus/platform/drivers/portal
		look() { echo stage=$1; kcore_bytes $names; syscall_any getpgid 1; syscall_any32 getpgid 1; }
		look loaded; cat $P/state $P/hooks; dev=$(cd $D && echo *[0-9]*)
		echo $dev >$D/unbind; cat $P/state $P/hooks; look unbound
		rmmod portal; echo rmmod=$?; echo inside=$(cat /sys/module/portal/refcnt)
		echo $dev >$D/bind; cat $P/state; look bound; echo $dev >$D/unbind
		kill -STOP $PPID; kill -CONT $PPID; (sleep 1 &); sleep 2; rmmod portal; echo rmmod=$?; look removed
		cat /dev/vdb >/tmp/portal.ko; insmod /tmp/portal.ko pages=8; cat $P/state $P/pages; look again' \
		--disk portal.ko,ro --disk look,ro --hook "$TEST_HOOKS/edit.so" --hook "$TEST_HOOKS/pid1.so"
	expect_lines out.text '^(stage=.*|ret=.*|rmmod=.*|inside=.*)' \
		stage=loaded 'ret=31337 errno=0' 'ret=31337 errno=0' \
		stage=unbound 'ret=1 errno=0' 'ret=1 errno=0' rmmod=1 inside=2 \
		stage=bound 'ret=31337 errno=0' 'ret=31337 errno=0' rmmod=0 \
		stage=removed 'ret=1 errno=0' 'ret=1 errno=0' \
		stage=again 'ret=31337 errno=0' 'ret=31337 errno=0'
	expect_lines out.text '^(ready|down|[0-9]+)$' ready 6 down 0 ready ready 8
	expect_err 'pid1: process 1 waits'
	expect_stat doorbells.hello 3
	# two by unbinding, one at power-off
	expect_stat doorbells.bye 3
	for name in "${hooked[@]}"; do
		[[ "$(entry_of loaded "$name")" != "$(entry_of removed "$name")" ]] ||
			fail "$name was not redirected"
	done
	for name in "${others[@]}"; do
		for stage in loaded unbound bound again; do
			[[ -n "$(entry_of removed "$name")" &&
				"$(entry_of "$stage" "$name")" == "$(entry_of removed "$name")" ]] ||
				fail "$stage: the entry of $name has changed, but it has no hook"
		done
	done
}

case_calls_on_two_cpus_at_once() {
	boot_run 'for cpu in 1 2; do taskset $cpu syscall_any -r 60 getcpu buf:64 0 0 & done; wait' \
		--cpus 2 --hook "$TEST_HOOKS/widths.so"
	expect_count 2 '^ret=0 errno=0$' out.text
	expect_stat hooks.callbacks 120
	expect_stat hooks.failures 0
	expect_stat doorbells.refused 0
	expect_stat sessions.protocol_errors 0
}
