# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034
# Real firmware from the directory PORTAL_IMAGES; docs/testing.md lists the files. A bug found here gets a small
# fixture and a case in tests/e2e/cases.

# image FILE - prints the path of FILE; ends the case if it does not exist
image() {
	[[ -f $PORTAL_IMAGES/$1 ]] || { fail "PORTAL_IMAGES has no $1, see docs/testing.md" && exit 1; }
	printf '%s\n' "$PORTAL_IMAGES/$1"
}

# unpack FILE - unpacks a root file system into root/
unpack() {
	local archive

	archive="$(image "$1")" || exit 1
	mkdir root && tar -xzf "$archive" --no-same-owner -C root || fail "$1 cannot be unpacked"
}

# start_firmware ROOTFS ARGUMENT... - boots ROOTFS; use type_text and await on its console
start_firmware() {
	start_shell "$VMM" --kernel "$KERNEL" --modules "$MODULES" --guest-module "$GUEST_KO" --timeout 110 \
		--stats=stats --rootfs "$@"
}

only_on x86_64 'image_openwrt_*' 'image_lede_*'
# 64-bit programs with uClibc and procd: the boot reaches the console, and hooks see the programs
case_image_openwrt_boots_to_its_console() {
	unpack openwrt-14.07-x86_64-rootfs.tar.gz
	start_firmware root --hook "$HOOKS/hello.so"
	await 'Please press Enter to activate this console' && type_text $'\n' && await 'CHAOS CALMER' &&
		type_text $'uname -s; echo init=$(cat /proc/1/comm); poweroff -f\n' && await 'init=procd'
	end_shell
	expect_status 0
	expect_err 'hello from uname'
	expect_stat hooks.failures 0
	expect_stat sessions.protocol_errors 0
}

# an update file for a device is not a root file system image
case_image_lede_update_is_refused() {
	local file

	file="$(image lede-17.01.4-ar71xx-generic-tl-wr841-v11-squashfs-sysupgrade.bin)" || exit 1
	LIMIT=30 boot_from "$file"
	expect_status 2
	expect_err 'not a known file system image'
}

# its squashfs, compressed with xz, can be mounted; its programs are for another architecture
case_image_lede_squashfs_is_mounted() {
	local file

	file="$(image lede-17.01.4-ar71xx-generic-tl-wr841-v11-squashfs-sysupgrade.bin)" || exit 1
	tail -c +1258565 "$file" >squashfs
	boot_from squashfs
	expect_status 12
	expect_out 'cannot run /sbin/init: not a program for this machine'
}

only_on armhf 'image_busybox_*'
# 32-bit programs with uClibc and the soft-float ABI of old devices
case_image_busybox_of_armv5_runs() {
	unpack busybox-uclibc-armv5-rootfs.tar.gz
	start_firmware root --init /bin/sh --hook "$HOOKS/hello.so"
	await '# ' && type_text $'uname -s; echo sum=$((6 * 7)); poweroff -f\n' && await 'sum=42'
	end_shell
	expect_status 0
	expect_err 'hello from uname'
	expect_stat hooks.failures 0
	expect_stat sessions.protocol_errors 0
}
