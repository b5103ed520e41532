# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Bad input: one message that says what is wrong and what to do, the documented exit status, and no change of files.
# Files that a case makes for the VMM to refuse are in the directory in/.

# hash_inputs - one line for each file in in/
hash_inputs() {
	[[ ! -d in ]] || find in -type f -print0 | sort -z | xargs -0 sha256sum
}

# refuse STATUS REGEX ARGUMENT... - portal-vmm ends with STATUS and one error message that matches REGEX, and does not
# change the files in in/
refuse() {
	local expected="$1" message="$2" before
	shift 2

	before="$(hash_inputs)"
	LIMIT=30 vmm "$@"
	expect_status "$expected"
	expect_err "^portal-vmm: error: .*$message"
	expect_count 1 '^portal-vmm: error: ' err
	[[ "$(hash_inputs)" == "$before" ]] || fail "an input file was changed"
}

# refuse_kernel REGEX FILE
refuse_kernel() {
	refuse 2 "$2: .*$1" --kernel "$2" --modules "$MODULES" --guest-module "$GUEST_KO" \
		--rootfs "$FIXTURES/rootfs.squashfs"
}

# refuse_rootfs REGEX FILE [ARGUMENT...]
refuse_rootfs() {
	local message="$1" file="$2"
	shift 2
	refuse 2 "$file: .*$message" --kernel "$KERNEL" --modules "$MODULES" \
		--guest-module "$GUEST_KO" --rootfs "$file" "$@"
}

# refuse_whole STATUS REGEX ARGUMENT... - a valid command line, but for the ARGUMENTs
refuse_whole() {
	local expected="$1" message="$2"
	shift 2
	refuse "$expected" "$message" --kernel "$KERNEL" --modules "$MODULES" \
		--guest-module "$GUEST_KO" --rootfs "$FIXTURES/rootfs.squashfs" "$@"
}

# refuse_hook REGEX SPEC
refuse_hook() {
	refuse_whole 2 "$1" --hook "$2"
}

# put_bytes FILE OFFSET BYTES - overwrite bytes of FILE; BYTES is a printf format
put_bytes() {
	# shellcheck disable=SC2059
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# ---- the host ------------------------------------------------------------------------------------------

need_root() {
	[[ $EUID == 0 ]] || skip_case "needs root to change the host"
}

# through COMMAND - run portal-vmm through the shell command COMMAND, which calls REAL_VMM
through() {
	need_root
	printf '#!/bin/sh\n%s\n' "$1" >host && chmod +x host
	export REAL_VMM="$VMM"
	VMM=./host
}

# refuse_host REGEX - a VM and --check both report what the host lacks
refuse_host() {
	refuse_whole 3 "$1"
	vmm --check
	expect_status 3
	expect_out "^MISSING $1"
	expect_count 0 '.' err
}

case_input_no_kvm_at_all() {
	local advice='load .*kvm'

	[[ $GUEST_ARCH == x86_64 ]] || advice='use a host kernel that has KVM'
	# shellcheck disable=SC2016
	through 'exec unshare -m sh -c "mount -t tmpfs none /dev && exec \"\$@\"" sh "$REAL_VMM" "$@"'
	refuse_host "/dev/kvm: does not exist; $advice"
}

case_input_kvm_without_permission() {
	# shellcheck disable=SC2016
	through 'exec unshare -m sh -c "mount -t tmpfs none /dev && mknod -m 000 /dev/kvm c 10 232 &&
		exec setpriv --bounding-set=-all --inh-caps=-all \"\$@\"" sh "$REAL_VMM" "$@"'
	refuse_host '/dev/kvm: no permission; add yourself to the group kvm'
}

case_input_kvm_without_a_capability() {
	export LD_PRELOAD="$TEST_HOOKS/no_capability.so"
	refuse_host 'KVM capability KVM_CAP_(EXIT_HYPERCALL|ARM_PSCI_0_2); .+'
}

# the probe of the VM times out, and so does the probe of the host check that follows
case_input_kvm_probe_times_out() {
	export LD_PRELOAD="$TEST_HOOKS/endless_probe.so"
	refuse_host 'a tiny guest does not run to its end \(Connection timed out\): .+'
}

# ---- the kernel -----------------------------------------------------------------------------------------

case_input_kernel_missing() {
	refuse_kernel 'No such file or directory' in/none
}

case_input_kernel_is_a_directory() {
	mkdir -p in/directory
	refuse_kernel 'Is a directory' in/directory
}

case_input_kernel_empty_or_short() {
	mkdir in && : >in/empty && head -c 300 "$KERNEL" >in/short
	refuse_kernel 'the file is empty' in/empty
	refuse_kernel '300 bytes are too few for a kernel' in/short
}

case_input_kernel_truncated() {
	mkdir in && head -c 2000000 "$KERNEL" >in/truncated
	refuse_kernel 'truncated: [0-9]+ of [0-9]+ bytes are missing' in/truncated
}

# an Image has no payload
only_on x86_64 input_kernel_damaged_payload
case_input_kernel_damaged_payload() {
	mkdir in && cp "$KERNEL" in/damaged
	put_bytes in/damaged 3000000 'these bytes were not here before'
	refuse_kernel 'payload of the bzImage is damaged' in/damaged
}

case_input_kernel_for_other_machines() {
	mkdir in && head -c 4096 /dev/zero | tee in/riscv in/random >in/uimage
	put_bytes in/riscv 56 'RSC\x05'
	refuse_kernel 'a RISC-V kernel image; .* is needed' in/riscv
	put_bytes in/uimage 0 '\x27\x05\x19\x56'
	refuse_kernel 'a U-Boot uImage' in/uimage
	put_bytes in/random 0 'no kernel'
	refuse_kernel 'not a known kernel image \(it begins with 6e 6f 20 6b\)' in/random
}

only_on x86_64 input_kernel_of_arm64_where_x86_is_needed input_kernel_old_zimage
case_input_kernel_of_arm64_where_x86_is_needed() {
	mkdir in && head -c 4096 /dev/zero >in/arm64
	put_bytes in/arm64 56 'ARM\x64'
	refuse_kernel 'an arm64 kernel image; a bzImage or vmlinux is needed' in/arm64
	cp "$VMM" in/elf && put_bytes in/elf 18 '\xb7\x00'
	refuse_kernel 'an ELF file for arm64; an x86_64 kernel is needed' in/elf
}

case_input_kernel_old_zimage() {
	mkdir in && cp "$KERNEL" in/zimage
	put_bytes in/zimage 529 '\x00'
	refuse_kernel 'an old x86 zImage that loads below 1 MiB; use a bzImage' in/zimage
}

case_input_command_line_too_long() {
	refuse_whole 2 'command line is [0-9]+ bytes long, this kernel takes 2047; shorten --append by [0-9]+' \
		--append "$(printf '%02100d' 0)"
}

# the amount in the message is enough
case_input_memory_too_small() {
	local needed

	refuse_whole 2 'use --memory [0-9]+M or more' --memory 16M
	needed="$(sed -n 's/.*use --memory \([0-9]*M\) or more.*/\1/p' err)"
	boot_from "$FIXTURES/rootfs.squashfs" --memory "$needed" --append "$(run_line 'echo enough')"
	expect_status 0
	expect_out '^enough$'
}

# ---- the guest module -----------------------------------------------------------------------------------

case_input_guest_module_missing() {
	local literal="${RELEASE//+/\\+}"

	mkdir in && cp "$KERNEL" in/vmlinuz
	refuse 2 "kernel $literal: no portal.ko .*; build it with scripts/build-guest" \
		--kernel in/vmlinuz --modules "$MODULES" --rootfs "$FIXTURES/rootfs.squashfs"
	refuse 2 "in/portal.ko: No such file.*scripts/build-guest" --kernel "$KERNEL" \
		--modules "$MODULES" --guest-module in/portal.ko --rootfs "$FIXTURES/rootfs.squashfs"
}

case_input_guest_module_of_another_kernel() {
	local literal="${RELEASE//+/\\+}"

	mkdir in && sed "s/vermagic=./vermagic=7/" "$GUEST_KO" >in/portal.ko
	refuse 2 "made for kernel 7${literal:1}, but the kernel is $literal; .*scripts/build-guest" \
		--kernel "$KERNEL" --modules "$MODULES" --guest-module in/portal.ko \
		--rootfs "$FIXTURES/rootfs.squashfs"
}

case_input_modules_missing() {
	mkdir in && cp "$KERNEL" in/vmlinuz
	refuse 2 'no modules .*for kernel' --kernel in/vmlinuz --modules in \
		--guest-module "$GUEST_KO" --rootfs "$FIXTURES/rootfs.squashfs"
}

# ---- the root file system -------------------------------------------------------------------------------

case_input_rootfs_missing() {
	refuse_rootfs 'No such file or directory' in/none
}

case_input_rootfs_unreadable() {
	need_root
	mkdir in && cp "$FIXTURES/rootfs.squashfs" in/secret && chmod 000 in/secret
	# root without the capabilities that bypass permissions
	# shellcheck disable=SC2016
	through 'exec setpriv --bounding-set=-all --inh-caps=-all "$REAL_VMM" "$@"'
	refuse_rootfs 'Permission denied' in/secret
}

case_input_rootfs_of_unknown_type() {
	mkdir in && head -c 1048576 /dev/zero >in/zeros && : >in/empty
	refuse_rootfs 'not a known file system image \(it begins with 00 00 00 00\)' in/zeros
	refuse_rootfs 'the file is empty' in/empty
	refuse_rootfs 'an ELF file' "$VMM"
	refuse_rootfs 'neither a file nor a directory' /dev/null
}

case_input_rootfs_truncated() {
	mkdir in && head -c 20000000 "$FIXTURES/rootfs.ext4" >in/ext4
	head -c 4000000 "$FIXTURES/rootfs.squashfs" >in/squashfs
	refuse_rootfs 'truncated: 30331648 of 50331648 bytes of the ext4 are missing' in/ext4
	refuse_rootfs 'truncated: [0-9]+ of [0-9]+ bytes of the squashfs are missing' in/squashfs
}

case_input_rootfs_that_cannot_be_written() {
	mkdir in && cp "$FIXTURES/rootfs.squashfs" in/squashfs
	refuse_whole 2 'squashfs images cannot be written; leave out ",rw"' --rootfs in/squashfs,rw
	refuse_whole 2 'cannot be written through; leave out ",rw"' --rootfs "$FIXTURES/rootfs,rw"
}

case_input_directory_larger_than_half_of_memory() {
	mkdir -p in/bin && truncate -s 33M in/bin/large
	refuse_rootfs 'use --memory [0-9]+M or more' in --memory 64M
}

# ---- hook modules ---------------------------------------------------------------------------------------

case_input_hook_missing() {
	refuse_hook 'in/none.so: No such file or directory; give the path of a .so file' in/none.so
}

case_input_hook_is_no_module() {
	mkdir in && echo 'int main(void)' >in/text.so
	head -c 3000 "$TEST_HOOKS/options.so" >in/truncated.so
	refuse_hook 'in/text.so: not a shared object; a hook module is built with' in/text.so
	refuse_hook 'in/truncated.so: truncated; build it again' in/truncated.so
	refuse_hook 'no_desc.so: no symbol portal_module; define ' "$TEST_HOOKS/no_desc.so"
}

case_input_hook_of_a_newer_api() {
	refuse_hook 'newer_api.so: built for hook API 4, but this portal-vmm has 3; use a newer portal-vmm' \
		"$TEST_HOOKS/newer_api.so"
	refuse_hook 'undefined symbol: portal_from_the_future; it was built for a newer portal-vmm' \
		"$TEST_HOOKS/missing_symbol.so"
}

case_input_hook_that_refuses_to_load() {
	refuse_hook 'options.so: its load\(\) failed: No such device' "$TEST_HOOKS/options.so,refuse=1"
}

case_input_hook_options() {
	local so="$TEST_HOOKS/options.so"

	refuse_hook "unknown option 'color'; known options: refuse, colour" "$so,color=red"
	refuse_hook "option 'colour' has no value; write colour=VALUE" "$so,colour"
	refuse_hook 'an option is given twice' "$so,colour=red,colour=blue"
	refuse_hook 'the name of the file or of an option is missing; write FILE.so' "$so,=red"
	refuse_hook 'the name of the file or of an option is missing; write FILE.so' ',colour=red'
}

# found when the guest module has sent the names of the system calls, before init starts
case_input_hook_on_an_unknown_call() {
	boot --hook "$TEST_HOOKS/unknown_call.so" --append "$(run_line 'echo begun')"
	expect_status 2
	expect_err "unknown_call: .* has no system call 'opennat'; did you mean 'openat'\\?"
	expect_err 'a hook cannot be installed in this guest$'
	expect_no_out 'begun|BusyBox'
}

# ---- places to write to ---------------------------------------------------------------------------------

case_input_console_file_cannot_be_written() {
	refuse_whole 2 'console file:in/none/log: No such file or directory' --console file:in/none/log
	refuse_whole 2 'console printer: give stdio, null, file:PATH or pty' --console printer
}

case_input_stats_file_cannot_be_written() {
	refuse_whole 2 'stats=in/none/stats: No such file or directory' --stats=in/none/stats
}

case_input_image_opened_twice_for_writing() {
	local pid first=0

	mkdir in && cp --sparse=always "$FIXTURES/rootfs.ext4" in/image
	"$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" --console null \
		--rootfs "$FIXTURES/rootfs.squashfs" --disk in/image --timeout 300 2>first </dev/null &
	pid=$!
	for _ in $(seq 50); do
		grep -q "OFDLCK.*WRITE.*:$(stat -c %i in/image) " /proc/locks && break
		sleep 0.1
	done
	refuse_whole 2 'in/image(,rw)?: in use by another program; only one may write to it' --rootfs in/image,rw
	refuse_rootfs 'in use by another program that writes to it' in/image
	refuse_whole 2 'disk in/image: in use by another program; only one may write to it' --disk in/image
	kill -TERM "$pid"
	wait "$pid" || first=$?
	[[ $first == 143 ]] || fail "the first VM ended with $first"
}

# the host's disk becomes full under a `,rw` image: the guest gets an I/O error and goes on
case_input_host_disk_full() {
	local size

	need_root
	mkdir small
	# space for the blocks of the image, and for less than the guest writes
	size="$(($(du -k "$FIXTURES/rootfs.ext4" | cut -f 1) + 3072))k"
	# shellcheck disable=SC2016
	through 'exec unshare -m sh -c "mount -t tmpfs -o size='"$size"' none small &&
		cp --sparse=always \"\$FIXTURES/rootfs.ext4\" small/image && exec \"\$@\"" sh "$REAL_VMM" "$@"'
	boot_from small/image,rw --append "$(run_line \
		'dd if=/dev/zero of=/big bs=1M count=12 conv=fsync; echo wrote=$?; echo still here')"
	expect_status 0
	expect_out '^wrote=1$'
	expect_out 'Input/output error|No space left'
	expect_out '^still here$'
	expect_err 'small/image: No space left on device; the guest gets an I/O error: make room'
}
