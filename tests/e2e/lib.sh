# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Functions for end-to-end cases. A case is a function case_NAME in tests/e2e/cases/*.sh. It runs in a subshell and in
# a directory of its own, and fails if any check fails. These variables are set for it:
#
#	VMM         the shipped binary
#	KERNEL      vmlinuz of the kernel under test
#	RELEASE     its uname -r
#	MODULES     root directory of its modules
#	HEADERS     its configured headers
#	CONFIG      its build configuration
#	KEXEC       kexec and its libraries, for the guest; empty: there is none
#	GUEST_KO    portal.ko, built for it
#	GUEST_ARCH  its architecture: x86_64, aarch64 or armhf
#	FIXTURES    rootfs/, rootfs.ext4, rootfs.squashfs
#	HOOKS       directory of the example modules
#	TEST_HOOKS  directory of the modules of tests/e2e/modules
#	KERNEL_PARAMETERS  for its command line, or empty; run_line has them

# only_on ARCHS PATTERN... - cases whose names match a PATTERN run only for guests of one of the ARCHS
declare -A ONLY_ON=()
only_on() {
	local pattern

	for pattern in "${@:2}"; do
		ONLY_ON[$pattern]="$1"
	done
}

# fail WORD... - mark the case as failed; it goes on, so that one run reports all failures
fail() {
	printf 'FAILED: %s\n' "$*"
	: >failed
}

# note WORD... - print a line below the result of the case
note() {
	printf '%s\n' "$*" | tee -a notes
}

# skip_case WORD... - end the case, because it cannot run here
skip_case() {
	printf '%s\n' "$*" >skipped
	exit 0
}

# vmm ARGUMENT... - run portal-vmm; writes out (stdout: the console), out.text and err, sets status
vmm() {
	status=0
	timeout --kill-after=10 "${LIMIT:-120}" "$VMM" "$@" >out 2>err </dev/null || status=$?
	# lines of the console end with CR LF
	tr -d '\r' <out >out.text
}

# start_shell COMMAND... - COMMAND in the background, its input is what type_text types; output in out
start_shell() {
	mkfifo keys
	timeout --kill-after=10 120 "$@" >out 2>err <keys &
	shell_pid=$!
	exec 7>keys
}

# type_text TEXT
type_text() {
	printf '%s' "$1" >&7
}

# await TEXT [FILE] - until FILE (out) has TEXT in it
await() {
	local file="${2:-out}"

	for _ in $(seq 900); do
		! grep -qF -- "$1" "$file" 2>/dev/null || return 0
		sleep 0.1
	done
	fail "$file has no '$1' after 90 seconds"
	return 1
}

# end_shell - closes the input and waits; leaves status, out.text
end_shell() {
	exec 7>&-
	status=0
	wait "$shell_pid" || status=$?
	tr -d '\r' <out >out.text
}

# boot ARGUMENT... - portal-vmm with kernel, modules, guest module and the ext4 image
boot() {
	boot_from "$FIXTURES/rootfs.ext4" "$@"
}

# boot_from ROOTFS ARGUMENT...
boot_from() {
	local rootfs="$1"
	shift
	vmm --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" --rootfs "$rootfs" \
		--timeout "${GUEST_LIMIT:-90}" --stats=stats "$@"
}

# run_line COMMAND - the kernel parameters that make the fixture run COMMAND and power off
run_line() {
	local text="$1"

	text="${text//%/%25}"
	text="${text//+/%2B}"
	text="${text//$'\n'/%0A}"
	text="${text//$'\t'/ }"
	text="${text//\"/%22}"
	printf '%sportal.run=%s' "${KERNEL_PARAMETERS:+$KERNEL_PARAMETERS }" "${text// /+}"
}

# boot_run COMMAND ARGUMENT... - boot the ext4 image, run COMMAND in the guest, power off
boot_run() {
	local command="$1"
	shift
	boot --append "$(run_line "$command")" "$@"
	expect_status 0
}

# shared_boot FUNCTION [ARGUMENT]... - what FUNCTION, a boot, leaves behind is copied to this case's directory, as if
# it had been called here. The first case of a run that asks for it has it booted; those that come while it boots wait.
# A check in it that fails, fails each of the cases.
shared_boot() {
	local dir

	dir="$SHARED/$(printf '%s ' "$@" | tr -c 'a-z0-9_' -)"
	mkdir -p -- "$dir"
	exec 9>"$dir.lock"
	flock 9
	[[ -e $dir/done ]] || (cd -- "$dir" && "$@" >shared.log 2>&1; printf '%s\n' "$status" >done)
	exec 9>&-
	cat -- "$dir/shared.log"
	find "$dir" -maxdepth 1 -type f ! -name done -exec cp --sparse=always -t . -- {} +
	status="$(<"$dir/done")"
}

# part_of NAME - of the console only what the guest printed after "== NAME" is looked at from now on
part_of() {
	cp -- out.text out.whole
	awk -v line="== $1" '/^== / { mine = $0 == line; next } mine' out.whole >out.text
	[[ -s out.text ]] || fail "the guest has not come to '== $1'"
}

# has_compat - the guest's kernel has a second table, for 32-bit programs
has_compat() {
	[[ $GUEST_ARCH != armhf ]]
}

expect_status() {
	[[ $status == "$1" ]] || fail "exit status $status, expected $1"
}

# expect_out REGEX - a line of the console matches
expect_out() {
	grep -qE -- "$1" out.text || fail "console has no line like: $1"
}

# expect_no_out REGEX
expect_no_out() {
	! grep -qE -- "$1" out.text || fail "console has a line like: $1"
}

# expect_err REGEX - a line of the VMM's messages matches
expect_err() {
	grep -qE -- "$1" err || fail "messages have no line like: $1"
}

expect_no_err() {
	! grep -qE -- "$1" err || fail "messages have a line like: $1"
}

# stat_of NAME - a counter of --stats
stat_of() {
	local value

	value="$(awk -v name="$1" '$1 == name { print $2 }' stats)"
	printf '%s\n' "${value:-missing}"
}

# expect_stat NAME VALUE
expect_stat() {
	[[ "$(stat_of "$1")" == "$2" ]] || fail "counter $1 is $(stat_of "$1"), expected $2"
}

# expect_count N REGEX FILE - exactly N lines match
expect_count() {
	local found

	found="$(grep -cE -- "$2" "$3" || true)"
	[[ $found == "$1" ]] || fail "$found lines of $3 like '$2', expected $1"
}
