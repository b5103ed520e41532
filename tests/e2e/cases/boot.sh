# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Kernels, root file systems, CPUs: the guest boots and sees what it was given.

# boot_without_hooks - of the cases that need no hook and two disks at most
boot_without_hooks() {
	sha256sum <"$FIXTURES/rootfs.ext4" >image.before
	printf 'first disk' >first && truncate -s 4096 first
	printf 'second disk' >second && truncate -s 8192 second
	boot_run 'echo == ext4
		echo new >/etc/new && cat /etc/new && httpd -h /www && wget -qO- http://127.0.0.1/ | grep title
		echo == disks
		cat /sys/block/vdb/size /sys/block/vdc/size /sys/block/vdc/ro; dd if=/dev/vdb bs=10 count=1
		echo written | dd of=/dev/vdb conv=notrunc; sync
		cat /sys/class/misc/hw_random/rng_current; dd if=/dev/hwrng bs=64 count=1 | wc -c
		echo == switch
		mtk7530_switch clear; echo == end; true' --disk first --disk second,ro
	expect_out '^exit status 0'
}

case_boot_ext4_image_untouched() {
	shared_boot boot_without_hooks
	part_of ext4
	expect_out '^new$'
	expect_out 'Wireless router'
	[[ "$(sha256sum <"$FIXTURES/rootfs.ext4")" == "$(<image.before)" ]] || fail "the image was written to"
	expect_err 'the guest powered off$'
}

case_boot_squashfs_image() {
	boot_from "$FIXTURES/rootfs.squashfs" --append "$(run_line 'touch /etc/new && ls -l /etc/new && id -u')"
	expect_status 0
	expect_out '/etc/new$'
	expect_out '^exit status 0'
}

case_boot_directory() {
	boot_from "$FIXTURES/rootfs" --memory 512M --append "$(run_line 'touch /etc/new && stat -c owner=%u:%g /bin/busybox')"
	expect_status 0
	expect_out '^owner=0:0$'
	expect_out '^exit status 0'
}

case_boot_rw_image_keeps_what_was_written() {
	cp --sparse=always "$FIXTURES/rootfs.ext4" image
	boot_from image,rw --append "$(run_line 'echo kept >/etc/kept && sync')"
	expect_status 0
	boot_from image --append "$(run_line 'cat /etc/kept')"
	expect_status 0
	expect_out '^kept$'
	e2fsck -fn image >fsck.log 2>&1 || fail "e2fsck finds errors: $(tail -3 fsck.log)"
}

case_boot_two_cpus_and_both_work() {
	boot_run 'grep -c ^processor /proc/cpuinfo; taskset 1 echo on-first; taskset 2 echo on-second; cat /proc/interrupts | head -1' --cpus 2
	expect_out '^2$'
	expect_out '^on-first$'
	expect_out '^on-second$'
	expect_out 'CPU0 +CPU1'
}

# 32-bit Arm kernels have no KASLR
only_on 'x86_64 aarch64' boot_kaslr_moves_the_kernel
case_boot_kaslr_moves_the_kernel() {
	local first

	boot_run 'grep " _stext$" /proc/kallsyms' --kaslr
	first="$(grep ' _stext' out.text)"
	boot_run 'grep " _stext$" /proc/kallsyms' --kaslr
	[[ -n $first && "$(grep ' _stext' out.text)" != "$first" ]] || fail "both boots have $first"
}

case_boot_disk_order_and_entropy_source() {
	shared_boot boot_without_hooks
	part_of disks
	expect_out '^8$'
	expect_out '^16$'
	expect_out '^1$'
	expect_out 'first disk'
	[[ "$(head -c 7 first)" == written ]] || fail "the write did not reach the file"
	expect_out 'virtio_rng'
	expect_out '^64$'
}

case_boot_init_option() {
	boot --init /bin/false
	expect_status 12
	expect_err 'panicked$'
}

case_boot_missing_init_reported() {
	boot --init /no/such/init
	expect_out '/no/such/init'
	[[ $status != 0 ]] || fail "the exit status is 0"
}

# expect_mapped COUNT - the file of the unpacked kernel is mapped in COUNT places while the guest runs
expect_mapped() {
	local pid mapped

	"$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" --rootfs "$FIXTURES/rootfs.squashfs" \
		--timeout 90 --append "$(run_line 'echo idle; sleep 1000')" >out 2>err </dev/null &
	pid=$!
	for _ in {1..300}; do
		! grep -q '^idle' out || break
		sleep 0.2
	done
	grep -q '^idle' out || fail "the guest did not boot"
	mapped="$(grep -c ' rw-p .*/unpacked/[0-9a-f]*[.]elf' "/proc/$pid/maps" || true)"
	cp "/proc/$pid/smaps" "smaps.$1"
	kill -TERM "$pid"
	status=0
	wait "$pid" || status=$?
	expect_status 143
	[[ $mapped == "$1" ]] || fail "the kernel is mapped in $mapped places, expected $1"
}

# hash_kernel_cache - the hashes of the unpacked kernels
hash_kernel_cache() {
	find "${PORTAL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/portal-vmm}/unpacked" -type f -print0 | sort -z | xargs -0 sha256sum
}

# other kernels are not put into the kernel cache
only_on x86_64 boot_kernel_mapped_from_cache_without_huge_pages
case_boot_kernel_mapped_from_cache_without_huge_pages() {
	local setting=/sys/kernel/mm/transparent_hugepage/enabled before

	[[ ${PORTAL_LAB:-} == nested ]] || skip_case "it changes the huge page setting of this machine"
	echo always >"$setting"
	expect_mapped 0
	before="$(hash_kernel_cache)"
	[[ -n $before ]] || fail "no kernel is in the kernel cache"
	echo never >"$setting"
	expect_mapped 4
	[[ "$(hash_kernel_cache)" == "$before" ]] || fail "a guest has written to the kernel cache"
	echo always >"$setting"
}
