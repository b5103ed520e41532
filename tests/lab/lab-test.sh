#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Tests the documented behaviour of scripts/lab, as TAP.
#
# Many strings in single quotes are programs for the shell that the lab runs.
# shellcheck disable=SC2016
set -euo pipefail

ROOT="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
readonly ROOT
readonly LAB="$ROOT/scripts/lab"

NR=0
NR_PASSED=0
NR_FAILED=0
NR_SKIPPED=0
MODE=""

usage() {
	cat <<-EOT
		Usage: tests/lab/lab-test.sh [--native | --nested | --aarch64]...

		Tests scripts/lab in the given modes (default: all). Prints TAP and a last line "N passed, N failed,
		N skipped". The exit status is 1 when a test failed.
	EOT
}

# lab OPTION|WORD... - runs scripts/lab in the mode under test.
lab() {
	case "$MODE" in
	aarch64) "$LAB" --arch aarch64 "$@" ;;
	*) "$LAB" "--$MODE" "$@" ;;
	esac
}

# attempt COMMAND... - runs a test. Runs it up to three times if L1 has stopped, which an emulated machine may do on a
# busy host; scripts/lab reports that. A test that fails for another reason is not repeated.
attempt() {
	local tries

	for tries in 1 2 3; do
		! ("$@") >"$LOG" 2>&1 || return 0
		grep -qE 'lab: error: L1 (has stopped|did not come up)' "$LOG" "$WORK/err" 2>/dev/null || return 1
		printf '# L1 has stopped (attempt %d)\n' "$tries"
	done
	return 1
}

# check NAME COMMAND... - runs one test; it passes when COMMAND succeeds.
check() {
	local name="$1"
	shift

	NR=$((NR + 1))
	rm -f -- "$WORK/err"
	if attempt "$@"; then
		NR_PASSED=$((NR_PASSED + 1))
		printf 'ok %d - %s: %s\n' "$NR" "$MODE" "$name"
	else
		NR_FAILED=$((NR_FAILED + 1))
		printf 'not ok %d - %s: %s\n' "$NR" "$MODE" "$name"
		sed 's/^/# /' "$LOG"
	fi
}

# skip NAME WHY - reports a test that cannot run here.
skip() {
	NR=$((NR + 1))
	NR_SKIPPED=$((NR_SKIPPED + 1))
	printf 'ok %d - %s: %s # SKIP %s\n' "$NR" "$MODE" "$1" "$2"
}

# equal WHAT EXPECTED ACTUAL - true when both are equal; otherwise prints them.
equal() {
	[[ $2 == "$3" ]] && return 0
	printf '%s: expected "%s", got "%s"\n' "$1" "$2" "$3"
	return 1
}

# status_of COMMAND... - runs COMMAND, discards its output, and prints its exit status.
status_of() {
	local status=0

	"$@" >/dev/null 2>&1 || status=$?
	printf '%d\n' "$status"
}

test_output_apart() {
	lab -- sh -c 'echo to stdout; echo to stderr >&2' >"$WORK/out" 2>"$WORK/err"
	equal stdout "to stdout" "$(<"$WORK/out")" && equal stderr "to stderr" "$(<"$WORK/err")"
}

test_status() {
	equal status "$2" "$(status_of lab -- sh -c "$1")"
}

test_command_not_found() {
	equal status 127 "$(status_of lab -- no-such-command-here)"
}

test_command_not_executable() {
	equal status 126 "$(status_of lab -- "$WORK")"
}

test_binary_output() {
	local wanted got

	head -c 1048576 /dev/urandom >"$WORK/random"
	wanted="$(sha256sum <"$WORK/random")"
	got="$(lab -- cat "$WORK/random" 2>"$WORK/err" | sha256sum)"
	equal sha256 "$wanted" "$got" && equal stderr "" "$(<"$WORK/err")"
}

test_output_of_both_intact() {
	lab -- sh -c 'yes 0123456789 | head -c 3000001; yes abc | head -c 2000003 >&2' \
		>"$WORK/out" 2>"$WORK/err"
	equal stdout "$(yes 0123456789 | head -c 3000001 | sha256sum || true)" \
		"$(sha256sum <"$WORK/out")" &&
		equal stderr "$(yes abc | head -c 2000003 | sha256sum || true)" \
			"$(sha256sum <"$WORK/err")"
}

test_output_streams_live() {
	local line start

	# The first line must arrive long before the command ends.
	exec 9< <(lab -- sh -c 'echo first; sleep 8; echo last')
	read -r line <&9
	start="$SECONDS"
	equal "first line" first "$line" || return 1
	read -r line <&9
	exec 9<&-
	equal "last line" last "$line" || return 1
	((SECONDS - start >= 6)) || {
		echo "the first line arrived only $((SECONDS - start)) s before the last"
		return 1
	}
}

test_stdin_is_empty() {
	equal "bytes read" 0 "$(echo something | lab -- sh -c 'cat | wc -c')"
}

test_directory_kept() {
	mkdir -p "$WORK/a directory"
	cd "$WORK/a directory"
	equal cwd "$WORK/a directory" "$(lab -- pwd)"
}

test_arguments_kept() {
	equal arguments "<a b><><*><--out><\$HOME>" \
		"$(lab -- sh -c 'printf "<%s>" "$@"' sh 'a b' '' '*' --out '$HOME')"
}

test_environment_kept() {
	local script got

	script='echo "$HOME|$LANG|$PORTAL_WORD|$EXTRA_WORD|${SECRET_WORD-unset}"; echo "$PATH"'
	got="$(HOME=/some/home LANG=C.UTF-8 PORTAL_WORD='two words' EXTRA_WORD=extra \
		SECRET_WORD=secret PORTAL_CACHE="$CACHE" lab --env EXTRA_WORD -- sh -c "$script")"
	equal environment "/some/home|C.UTF-8|two words|extra|unset"$'\n'"$PATH" "$got"
}

test_mode_in_environment() {
	equal PORTAL_LAB "$MODE" "$(lab -- sh -c 'echo "$PORTAL_LAB"')"
}

test_out_returns_files() {
	local out="$WORK/out dir/deep"

	rm -rf "$WORK/out dir"
	lab --out "$out" -- sh -c 'mkdir "$1/sub"; echo text >"$1/sub/file"; head -c 300000 \
		/dev/zero >"$1/zeros"; chmod 0755 "$1/sub/file"' sh "$out"
	equal content text "$(<"$out/sub/file")" &&
		equal size 300000 "$(stat -c %s "$out/zeros")" &&
		equal mode 755 "$(stat -c %a "$out/sub/file")"
}

test_out_sees_earlier_files() {
	mkdir -p "$WORK/earlier"
	echo before >"$WORK/earlier/file"
	equal content before "$(lab --out "$WORK/earlier" -- cat "$WORK/earlier/file")"
}

test_out_survives_background_writer() {
	mkdir -p "$WORK/back"
	lab --out "$WORK/back" -- sh -c 'echo word >"$1/file"; sleep 100 >"$1/held" &' sh "$WORK/back"
	equal content word "$(<"$WORK/back/file")"
}

test_elsewhere_nothing_stays() {
	lab -- sh -c 'echo text >"$1" && cat "$1"' sh "$WORK/gone"
	[[ ! -e $WORK/gone ]]
}

test_timeout() {
	local status=0 start="$SECONDS"

	lab --timeout 2 -- sh -c 'echo before; sleep 100' >"$WORK/out" 2>"$WORK/err" || status=$?
	equal status 124 "$status" && equal stdout before "$(<"$WORK/out")" &&
		grep -q "did not end within 2 s" "$WORK/err" || return 1
	((SECONDS - start < 60))
}

test_timeout_not_reached() {
	equal status 7 "$(status_of lab --timeout 60 -- sh -c 'sleep 1; exit 7')"
}

test_background_child_does_not_hold() {
	local start="$SECONDS"

	equal stdout started "$(lab -- sh -c 'sleep 50 >/dev/null 2>&1 & echo started')" || return 1
	((SECONDS - start < 40))
}

# All processes that the lab has started end soon after it receives a signal.
test_signal_ends_all() {
	local pid children status=0 tries

	rm -f "$WORK/out"
	"$LAB" "--$MODE" --out "$WORK/sig" -- sh -c 'echo up; sleep 300' \
		>"$WORK/out" 2>"$WORK/err" &
	pid=$!
	for ((tries = 0; tries < 600; tries++)); do
		[[ ! -s $WORK/out ]] || break
		sleep 0.1
	done
	equal stdout up "$(<"$WORK/out")" || return 1
	children="$(pgrep -P "$pid")"
	kill -TERM "$pid"
	wait "$pid" || status=$?
	equal status 143 "$status" || return 1
	sleep 0.5
	for pid in $children; do
		if kill -0 "$pid" 2>/dev/null; then
			echo "process $pid still exists"
			return 1
		fi
	done
}

# is_served PORT - true when this machine accepts connections to PORT
is_served() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# free_port - prints a port of this machine on which no program listens
free_port() {
	local port

	for _ in $(seq 100); do
		port="$((20000 + RANDOM % 10000))"
		is_served "$port" || break
	done
	printf '%d\n' "$port"
}

# serve_here PORT - starts a web server on this machine's loopback interface; it ends with the test
serve_here() {
	mkdir -p "$WORK/here"
	echo here >"$WORK/here/page"
	busybox httpd -f -p "127.0.0.1:$1" -h "$WORK/here" &
	# shellcheck disable=SC2064
	trap "kill $!" EXIT
	until is_served "$1"; do
		kill -0 "$!"
		sleep 0.05
	done
}

# fetch PORT NAME - requests /NAME and prints the body of the response
fetch() {
	timeout 30 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "GET /%s HTTP/1.0\r\n\r\n" "$2" >&3 &&
		LC_ALL=C sed "1,/^\r$/d" <&3' bash "$1" "$2"
}

# fetch_same PORT FILE - true when the web server on PORT returns the contents of FILE; waits until it listens
fetch_same() {
	local end_s="$((SECONDS + 20))"

	until fetch "$1" "${2##*/}" >"$WORK/fetched" 2>&1 && [[ -s $WORK/fetched ]] || ((SECONDS > end_s)); do
		sleep 0.2
	done
	cmp "$WORK/fetched" "$2"
}

# Of the two servers in the lab, one listens only on the loopback interface.
test_publish() {
	local first second here inner_first=8081 inner_second=8082 pid status=0

	first="$(free_port)" second="$(free_port)" here="$(free_port)"
	[[ $MODE != native ]] || inner_first="$first" inner_second="$second"
	mkdir -p "$WORK/www"
	head -c 3000000 /dev/urandom >"$WORK/www/random"
	serve_here "$here"
	rm -f "$WORK/out"
	(cd "$WORK" && lab --publish "$first:$inner_first" --publish "127.0.0.1:$second:$inner_second" -- sh -c '
		busybox httpd -f -p "127.0.0.1:$1" -h www &
		busybox httpd -f -p "$2" -h www &
		# the address that QEMU would forward to this machine
		if [ "$PORTAL_LAB" = nested ] && timeout 5 bash -c "exec 3<>/dev/tcp/10.0.2.2/$3"; then
			echo "reached this machine"
		fi
		echo up; wait' sh "$inner_first" "$inner_second" "$here") >"$WORK/out" 2>"$WORK/err" &
	pid=$!
	until grep -qx up "$WORK/out" 2>/dev/null; do
		kill -0 "$pid" || return 1
		sleep 0.1
	done
	fetch_same "$first" "$WORK/www/random" && fetch_same "$second" "$WORK/www/random" &&
		fetch_same "$here" "$WORK/here/page" || status=1
	pkill -TERM -P "$pid" || true
	wait "$pid" || true
	! grep "reached this machine" "$WORK/out" || return 1
	return "$status"
}

test_publish_used_port() {
	local port inner=8081 status=0

	port="$(free_port)"
	[[ $MODE != native ]] || inner="$port"
	serve_here "$port"
	lab --publish "$port:$inner" -- echo ran >"$WORK/out" 2>"$WORK/err" || status=$?
	cat "$WORK/err"
	equal status 125 "$status" && equal stdout "" "$(<"$WORK/out")" &&
		equal stderr "lab: error: port $port of 127.0.0.1: Address already in use; give --publish another port" \
			"$(<"$WORK/err")"
}

test_publish_usage() {
	local word

	for word in 80 :80 80: 80:80: :80:80 a:b 0:80 80:0 65536:80 80:65536 80:9999999999 0.0.0.0:80:80 192.168.1.1:80:80 \
		localhost:80:80 127.0.0.256:80:80 127.0.01.1:80:80 ::1:80:80 127.0.0.1,x:80:80; do
		equal "--publish $word" 2 "$(status_of lab --publish "$word" -- true)" || return 1
	done
	equal "one port twice" 2 "$(status_of lab --publish 81:80 --publish 081:82 -- true)" &&
		equal "no value" 2 "$(status_of lab --publish)"
}

test_publish_native_keeps_the_port() {
	local status=0

	lab --publish 8080:80 -- echo ran >"$WORK/out" 2>"$WORK/err" || status=$?
	equal status 125 "$status" && equal stdout "" "$(<"$WORK/out")" &&
		grep -q "give --publish 80:80, or --nested" "$WORK/err" &&
		equal "another address" 125 "$(status_of lab --publish 127.0.0.2:8080:8080 -- true)"
}

test_kvm_works() {
	lab -- sh -c 'ls -l /dev/kvm && exec "$1"' sh "$PROBE"
}

test_kvm_create_vm() {
	lab -- python3 -c '
import fcntl, os
kvm = os.open("/dev/kvm", os.O_RDWR)
assert fcntl.ioctl(kvm, 0xAE00, 0) == 12   # KVM_GET_API_VERSION
assert fcntl.ioctl(kvm, 0xAE01, 0) >= 0    # KVM_CREATE_VM
'
}

test_lab_in_lab_is_native() {
	equal PORTAL_LAB native "$(lab -- "$LAB" -- sh -c 'echo "$PORTAL_LAB"')"
}

test_machine_is_complete() {
	lab --cpus 2 -- bash -c '
		set -e
		[[ $(nproc) == 2 ]]
		[[ -c /dev/pts/ptmx && -d /dev/shm && -e /dev/fd/0 ]]
		[[ $(cat <(echo word)) == word ]]
		grep -q lo: /proc/net/dev && [[ $(cat /sys/class/net/lo/carrier) == 1 ]]
		touch /dev/shm/x /tmp/x /usr/x
		[[ $(cat /sys/devices/system/clocksource/clocksource0/current_clocksource) == tsc ]]
		[[ $(ls /sys/class/net) == lo ]]
	'
}

# Times three seconds of L1's clock with this machine's clock. When L1 calibrated its time-stamp counter by itself on a
# busy machine, its clock was wrong by a factor of 2.6 or more.
test_clock_runs_as_ours() {
	local before after

	# The lab passes each line on as it is written.
	lab -- bash -c 'echo from; sleep 3; echo to' | {
		read -r _ && before="$EPOCHREALTIME" && read -r _ && after="$EPOCHREALTIME"
		awk -v before="$before" -v after="$after" 'BEGIN {
			print after - before " s for 3"
			exit !(after - before > 2 && after - before < 6)
		}'
	}
}

test_no_qemu_is_lab_failure() {
	local status=0

	cp -rs /usr/bin "$WORK/no-qemu"
	rm -f "$WORK/no-qemu/qemu-system-x86_64"
	PATH="$WORK/no-qemu" lab -- true >"$WORK/out" 2>"$WORK/err" || status=$?
	equal status 125 "$status" && grep -q "run scripts/setup" "$WORK/err"
}

test_qemu_failure_is_lab_failure() {
	local status=0

	PATH="$WORK/bin:$PATH" lab -- true >"$WORK/out" 2>"$WORK/err" || status=$?
	equal status 125 "$status" && grep -q "L1 ended before the command did" "$WORK/err" &&
		grep -q "it broke" "$WORK/err"
}

test_panic_is_lab_failure() {
	local status=0

	lab -- sh -c 'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger; sleep 9' \
		>"$WORK/out" 2>"$WORK/err" || status=$?
	equal status 125 "$status" && grep -q "L1 ended before the command did" "$WORK/err" &&
		grep -q "Kernel panic" "$WORK/err"
}

test_usage_errors() {
	equal "no command" 2 "$(status_of lab)" &&
		equal "unknown option" 2 "$(status_of lab --nonsense -- true)" &&
		equal "no value" 2 "$(status_of lab --timeout)" &&
		equal "bad name" 2 "$(status_of lab --env 'A=B' -- true)" &&
		equal "bad number" 2 "$(status_of lab --timeout soon -- true)" &&
		equal help 0 "$(status_of "$LAB" --help)"
}

run_contract() {
	check "stdout and stderr come back apart" test_output_apart
	check "exit status 0 comes back" test_status 'exit 0' 0
	check "exit status 1 comes back" test_status 'exit 1' 1
	check "exit status 42 comes back" test_status 'exit 42' 42
	check "exit status 125 of the command comes back" test_status 'exit 125' 125
	check "death by SIGKILL gives 137" test_status 'kill -KILL $$' 137
	check "death by SIGSEGV gives 139" test_status 'kill -SEGV $$' 139
	check "a command that does not exist gives 127" test_command_not_found
	check "a command that cannot be run gives 126" test_command_not_executable
	check "1 MiB of binary output is intact" test_binary_output
	check "5 MB on both streams are intact" test_output_of_both_intact
	check "output streams live" test_output_streams_live
	check "stdin is empty" test_stdin_is_empty
	check "the current directory is kept" test_directory_kept
	check "arguments are kept" test_arguments_kept
	check "the environment is kept as documented" test_environment_kept
	check "PORTAL_LAB is the mode" test_mode_in_environment
	check "--out returns files" test_out_returns_files
	check "--out shows existing files" test_out_sees_earlier_files
	check "--out returns files while a process still runs" test_out_survives_background_writer
	check "--timeout gives 124, a message and the output so far" test_timeout
	check "--timeout has no effect before it expires" test_timeout_not_reached
	check "a background process does not delay the end" test_background_child_does_not_hold
	check "SIGTERM ends all processes that were started" test_signal_ends_all
	check "a wrong command line gives 2" test_usage_errors
	check "--publish makes only the given ports reachable" test_publish
	check "--publish of a port in use gives 125 before the command runs" test_publish_used_port
	check "a wrong --publish gives 2" test_publish_usage
}

run_nested_only() {
	check "files outside --out are not kept" test_elsewhere_nothing_stays
	check "the machine has devices, processors, loopback and a good clock" \
		test_machine_is_complete
	check "the clock runs as fast as this machine's" test_clock_runs_as_ours
	check "KVM_CREATE_VM works" test_kvm_create_vm
	check "the probe's guest runs" test_kvm_works
	check "a lab in the lab is native" test_lab_in_lab_is_native
	check "a missing QEMU gives 125" test_no_qemu_is_lab_failure
	check "a failure of QEMU gives 125" test_qemu_failure_is_lab_failure
	check "a panic of L1 gives 125 and shows its console" test_panic_is_lab_failure
}

test_machine_of_aarch64() {
	lab --cpus 2 "$@" -- bash -c '
		set -e
		[[ $(uname -m) == aarch64 && $(nproc) == 2 && -c /dev/kvm && -w /dev/kvm ]]
		[[ -c /dev/pts/ptmx && -d /dev/shm && -e /dev/fd/0 ]]
		[[ $(cat <(echo word)) == word ]]
		touch /dev/shm/x /tmp/x /usr/x
		[[ $(awk "/^lo:/ || / lo:/ { print \"loopback\" }" /proc/net/dev) == loopback ]]
	'
}

# A shared directory outside the project is visible, and writes to it are not kept.
test_share() {
	mkdir -p "$WORK/shared/deep"
	echo before >"$WORK/shared/deep/file"
	equal content after "$(cd / && lab --share "$WORK/shared" -- \
		sh -c 'cat "$1" >&2; echo after >"$1"; cat "$1"' sh "$WORK/shared/deep/file" 2>"$WORK/err")" &&
		equal "content before" before "$(<"$WORK/err")" &&
		equal "content outside" before "$(<"$WORK/shared/deep/file")"
}

run_aarch64() {
	if ! command -v qemu-system-aarch64 >/dev/null; then
		skip "everything" "qemu-system-aarch64 is not installed; run scripts/setup"
		return
	fi
	# This also builds the lab, whose messages on stderr would disturb later tests.
	check "the lab runs a command" lab -- true
	check "stdout and stderr come back apart" test_output_apart
	check "exit status 42 comes back" test_status 'exit 42' 42
	check "death by SIGKILL gives 137" test_status 'kill -KILL $$' 137
	check "a command that does not exist gives 127" test_command_not_found
	check "the current directory is kept" test_directory_kept
	check "--share shows a directory and keeps no changes" test_share
	check "--out returns files" test_out_returns_files
	check "--timeout gives 124, a message and the output so far" test_timeout
	check "the machine has KVM with GICv3, devices, processors and loopback" test_machine_of_aarch64
	check "a machine with cortex-a57 and GICv2 has the same" \
		test_machine_of_aarch64 --cpu cortex-a57 --gic 2
	check "--publish makes only the given ports reachable" test_publish
	check "--native is refused for another architecture" equal status 2 "$(status_of lab --native -- true)"
}

run_mode() {
	MODE="$1"
	if [[ $MODE == aarch64 ]]; then
		run_aarch64
		return
	fi
	if [[ $MODE == nested ]] && ! command -v qemu-system-x86_64 >/dev/null; then
		skip "everything" "qemu-system-x86_64 is not installed; run scripts/setup"
		return
	fi
	# This also builds the lab, whose messages on stderr would disturb later tests.
	check "the lab runs a command" lab -- true
	run_contract
	if [[ $MODE == nested ]]; then
		run_nested_only
		return
	fi
	check "--publish to another port gives 125 on this machine" test_publish_native_keeps_the_port
	if "$PROBE" >/dev/null; then
		check "the probe's guest runs" test_kvm_works
	else
		skip "the probe's guest runs" "KVM of this machine is not usable"
	fi
}

main() {
	local -a modes=()
	local mode

	while (($# > 0)); do
		case "$1" in
		--native | --nested | --aarch64) modes+=("${1#--}") ;;
		--help | -h) usage && exit 0 ;;
		*) usage >&2 && exit 2 ;;
		esac
		shift
	done
	((${#modes[@]} > 0)) || modes=(native nested aarch64)

	WORK="$(mktemp -d)"
	LOG="$WORK/log"
	trap 'rm -rf -- "$WORK"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	CACHE="${PORTAL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portal-vmm}"
	PROBE="$WORK/kvm-probe"
	gcc -std=gnu17 -O2 -o "$PROBE" "$ROOT/scripts/lab.d/kvm-probe.c"
	mkdir "$WORK/bin"
	printf '#!/bin/sh\necho it broke >&2\nexit 1\n' >"$WORK/bin/qemu-system-x86_64"
	chmod +x "$WORK/bin/qemu-system-x86_64"

	for mode in "${modes[@]}"; do
		run_mode "$mode"
	done
	printf '1..%d\n' "$NR"
	printf '%d passed, %d failed, %d skipped\n' "$NR_PASSED" "$NR_FAILED" "$NR_SKIPPED"
	((NR_FAILED == 0))
}

main "$@"
