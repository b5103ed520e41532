# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Bad input that only arm64 has: invalid headers of Images, zboot images and zImages, and invalid device trees.
# The rules of input.sh apply.
only_on aarch64 'input_arm64_*'

# le32 NUMBER - its bytes, as a printf format
le32() {
	printf '\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) $(($1 >> 24 & 255))
}

# refuse_bare REGEX FILE - boot with an initrd, so that no release of the kernel is needed
refuse_bare() {
	refuse 2 "$2: .*$1" --kernel "$2" --initrd /dev/null
}

case_input_arm64_kernel_of_x86() {
	mkdir in && head -c 4096 /dev/zero >in/bzimage
	put_bytes in/bzimage 510 '\x55\xaaxxHdrS'
	refuse_bare 'an x86 bzImage; an arm64 Image, vmlinux or a zImage is needed' in/bzimage
	cp "$VMM" in/elf && put_bytes in/elf 18 '\x3e\x00'
	refuse_bare 'an ELF file for x86_64; an arm64 kernel is needed' in/elf
}

# ---- an Image --------------------------------------------------------------------------------------------

# make_image FILE - 64 KiB of zeros with a valid header of an Image
make_image() {
	truncate -s 64K "$1"
	put_bytes "$1" 0 'MZ'
	put_bytes "$1" 16 "$(le32 65536)"
	put_bytes "$1" 56 'ARM\x64'
}

case_input_arm64_image_header_lies() {
	mkdir in && make_image in/big_endian && make_image in/far && make_image in/large && make_image in/huge
	put_bytes in/big_endian 24 '\x01'
	refuse_bare 'a big-endian arm64 kernel; a little-endian one is needed' in/big_endian
	put_bytes in/far 8 "$(le32 0x200000)"
	refuse_bare "the image's header has a bad text_offset, 0x200000" in/far
	# 1 GiB is valid, but needs more guest RAM
	put_bytes in/large 16 "$(le32 0x40000000)"
	refuse 2 'use --memory [0-9]+M or more' --kernel in/large --initrd /dev/null --memory 512M
	put_bytes in/huge 20 '\xff\xff\xff\x7f'
	refuse_bare "the image's header requires [0-9]+ bytes of memory" in/huge
}

case_input_arm64_image_without_a_release() {
	mkdir in && make_image in/image
	refuse 2 'in/image does not contain its release, .*; use a complete Image' --kernel in/image --modules "$MODULES" \
		--guest-module "$GUEST_KO" --rootfs "$FIXTURES/rootfs.squashfs"
}

# ---- an EFI zboot image ------------------------------------------------------------------------------------

# make_zboot FILE OFFSET SIZE - a gzip file at offset 64 that contains no kernel; OFFSET and SIZE are what the header
# says
make_zboot() {
	truncate -s 64 "$1"
	put_bytes "$1" 0 "MZ\\x00\\x00zimg$(le32 "$2")$(le32 "$3")"
	tail -c 100000 "$VMM" | gzip -n >>"$1"
}

case_input_arm64_zboot_header_lies() {
	local size

	mkdir in && make_zboot in/none 64 0
	size="$(($(stat -c %s in/none) - 64))"
	refuse_bare 'the EFI zboot header has no payload' in/none
	make_zboot in/itself 8 "$size"
	refuse_bare 'the EFI zboot header has no payload' in/itself
	make_zboot in/behind 0xffffffff 0xffffffff
	refuse_bare 'truncated: [0-9]+ bytes are missing' in/behind
	make_zboot in/short 64 "$((size + 1))"
	refuse_bare 'truncated: 1 bytes are missing' in/short
	make_zboot in/other 65 "$((size - 1))"
	refuse_bare 'an EFI zboot image with an unknown compression' in/other
	make_zboot in/cut 64 "$((size / 2))"
	refuse_bare 'its gzip data ends too early' in/cut
	make_zboot in/damaged 64 "$size" && put_bytes in/damaged 1000 'not here before'
	refuse_bare 'its gzip data is damaged' in/damaged
	make_zboot in/no_kernel 64 "$size"
	refuse_bare 'not a known kernel image' in/no_kernel
}

# ---- a zImage --------------------------------------------------------------------------------------------

# make_zimage FILE - 4 KiB with the header of a zImage and a table of sizes at offset 64: an entry of five words, which
# gives 256 as the offset of the unpacked size
make_zimage() {
	truncate -s 4K "$1"
	put_bytes "$1" 36 '\x18\x28\x6f\x01'
	put_bytes "$1" 44 "$(le32 4096)"
	put_bytes "$1" 48 '\x01\x02\x03\x04EEEE'
	put_bytes "$1" 56 "$(le32 64)"
	put_bytes "$1" 64 "$(le32 5)KLSZ$(le32 256)$(le32 4096)$(le32 0x8000)"
}

# refuse_zimage REGEX OFFSET BYTES - refused with BYTES at OFFSET of a valid header
refuse_zimage() {
	rm -f in/zimage && make_zimage in/zimage
	put_bytes in/zimage "$2" "$3"
	refuse_bare "$1" in/zimage
}

case_input_arm64_zimage_header_lies() {
	mkdir in
	refuse_zimage 'a big-endian arm kernel; a little-endian one is needed' 48 '\x04\x03\x02\x01'
	refuse_zimage "the zImage's header is damaged" 40 "$(le32 5000)"
	refuse_zimage 'truncated: 4096 bytes are missing' 44 "$(le32 8192)"
	refuse_zimage "the zImage's header is damaged" 44 "$(le32 16)"
}

case_input_arm64_zimage_table_lies() {
	mkdir in
	refuse_zimage "the zImage's table of sizes is damaged" 56 "$(le32 4093)"
	refuse_zimage "the zImage's table of sizes is damaged" 56 "$(le32 0xffffffff)"
	refuse_zimage "the zImage's table of sizes is damaged" 64 "$(le32 1)"
	refuse_zimage "the zImage's table of sizes is damaged" 64 "$(le32 0x7fffffff)"
	refuse_zimage "the zImage's table of sizes is damaged" 72 "$(le32 4093)"
	refuse_zimage "the zImage's table of sizes is damaged" 72 "$(le32 8)"
	refuse_zimage 'the zImage has a bad text offset, 0x8001' 80 "$(le32 0x8001)"
	refuse_zimage 'the zImage has a bad text offset, 0xfffff000' 80 "$(le32 0xfffff000)"
}

# ---- a device tree -----------------------------------------------------------------------------------------

# refuse_tree REGEX FILE
refuse_tree() {
	refuse_whole 2 "$2: $1" --dtb "$2"
}

case_input_arm64_not_a_device_tree() {
	mkdir -p in/directory && : >in/empty && head -c 4096 /dev/urandom >in/random && truncate -s 4K in/zeros
	truncate -s 2M in/large
	refuse_tree 'No such file or directory' in/none
	refuse_tree 'Is a directory' in/directory
	refuse_tree 'not a device tree, or damaged' in/empty
	refuse_tree 'not a device tree, or damaged' in/random
	refuse_tree 'not a device tree, or damaged' in/zeros
	refuse_tree 'File too large' in/large
}

# a tree that --dump-dtb has written, truncated or with one field changed
case_input_arm64_device_tree_damaged() {
	local offset

	mkdir in
	hostile hang --timeout 1 --dump-dtb in/tree
	[[ -s in/tree ]] || fail "no tree was written"
	head -c 1000 in/tree >in/truncated
	refuse_tree 'not a device tree, or damaged' in/truncated
	# total size; offsets of structure, strings and reservations; last compatible version; two sizes
	for offset in 4 8 12 16 24 32 36; do
		cp in/tree in/damaged && put_bytes in/damaged "$offset" '\x7f\xff\xff\xff'
		refuse_tree 'not a device tree, or damaged' in/damaged
	done
	# the first token of the structure
	cp in/tree in/damaged && put_bytes in/damaged "$((0x$(od -An -tx1 -j8 -N4 in/tree | tr -d ' ')))" '\x00\x00\x00\x07'
	refuse_tree 'not a device tree, or damaged' in/damaged
}
