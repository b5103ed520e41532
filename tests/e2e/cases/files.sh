# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034
# The loader reads the user's files in a process of its own. Nothing of it is left in the VMM while the guest runs.

# an aim of the project: maximum memory of a VMM with an idle guest, without the guest's RAM
readonly FILES_PSS_MAX_KIB=5120

# pss_beside_ram PID - proportional set size in KiB, without guest RAM. Adjacent mappings between two guard pages are
# added up; if they have 64 MiB or more, they are guest RAM.
pss_beside_ram() {
	awk -F '[- ]+' '
		function finish() { sum += size < 64 * 1024 * 1024 ? pss : 0; size = pss = 0 }
		/^[0-9a-f]+-[0-9a-f]+ / {
			first = strtonum("0x" $1)
			guard = / ---/
			if (first != end || guard)
				finish()
			end = guard ? 0 : strtonum("0x" $2)
			size += guard ? 0 : end - first
		}
		/^Pss:/ { pss += $2 }
		END { finish(); print sum }' "/proc/$1/smaps"
}

# libraries_of PID - the shared objects that are mapped, in one line
libraries_of() {
	awk '$6 ~ /[.]so([.]|$)/ { sub(".*/", "", $6); print $6 }' "/proc/$1/maps" | sort -u | tr '\n' ' '
}

case_files_loader_leaves_nothing_in_vmm() {
	local pid pss libraries

	"$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" --rootfs "$FIXTURES/rootfs.ext4" \
		--hook "$HOOKS/raeth.so" --timeout 90 --append "$(run_line 'echo idle; sleep 1000')" >out 2>err </dev/null &
	pid=$!
	for _ in {1..300}; do
		! grep -q '^idle' out || break
		sleep 0.2
	done
	sleep 1
	libraries="$(libraries_of "$pid")"
	pss="$(pss_beside_ram "$pid")"
	[[ -z "$(<"/proc/$pid/task/$pid/children")" ]] || fail "a child is left"
	cp "/proc/$pid/smaps" .
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	expect_status 143
	printf 'Pss beside RAM: %d KiB; libraries: %s\n' "$pss" "$libraries"
	# the VMM makes the device tree of an arm64 guest
	[[ $libraries =~ ^ld-linux[^\ ]*\ libc\.so\.6\ (libfdt[^\ ]*\ )?raeth\.so\ $ ]] || fail "libraries: $libraries"
	((pss > 0 && pss <= FILES_PSS_MAX_KIB)) || fail "$pss KiB beside RAM, expected at most $FILES_PSS_MAX_KIB"
}

# with_loader LINE... - run a copy of portal-vmm with this script as portal-vmm-loader, and with any file as the kernel
with_loader() {
	mkdir -p bin
	cp -- "$VMM" bin/
	printf '%s\n' '#!/bin/sh' "$@" >bin/portal-vmm-loader
	chmod +x bin/portal-vmm-loader
	VMM=bin/portal-vmm vmm --kernel /dev/null --initrd /dev/null
	expect_count 1 '^portal-vmm: error: ' err
}

# shellcheck disable=SC2016
case_files_loader_failure_differs_from_bad_file() {
	# its arguments are the socket, then those of portal-vmm
	with_loader 'shift; echo "portal-vmm: error: $*" >&2; exit 2'
	expect_status 2
	expect_err 'error: --kernel /dev/null --initrd /dev/null$'
	with_loader 'kill -SEGV $$'
	expect_status 1
	expect_err 'portal-vmm-loader was killed by signal 11 '
	with_loader 'exit 0'
	expect_status 1
	expect_err 'portal-vmm-loader ended with status 0 and sent neither a kernel nor a root file system: '
}

case_files_missing_loader_reported() {
	with_loader && rm bin/portal-vmm-loader
	VMM=bin/portal-vmm vmm --kernel /dev/null --initrd /dev/null
	expect_status 1
	expect_err 'cannot start .*/portal-vmm-loader, .*: No such file'
}
