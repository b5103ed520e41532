#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Checks what portal-vmm reports on this machine, outside the lab, if its KVM emulates instructions in software
# and cannot run stock kernels. The case is skipped on a machine with another KVM.
set -euo pipefail

HERE="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/e2e/lib.sh
. "$HERE/lib.sh"

usage() {
	cat <<-EOT
		Usage: tests/e2e/host.sh --kernel-dir DIR --build DIR --guest DIR

		  --kernel-dir DIR  as scripts/fetch-kernel prints it
		  --build DIR       build directory of meson
		  --guest DIR       where guest/<release>/portal.ko and fixtures/ are
	EOT
}

readonly ADVICE='a tiny guest does not run to its end .*: this KVM emulates instructions in software or lacks hardware virtualisation.*; use a host with AMD-V or Intel VT-x'

# why_not - print why the case cannot run here; false if it can
why_not() {
	vmm --check
	if [[ $status == 0 ]]; then
		echo "this machine's KVM runs guests"
	elif ! grep -q '^ok *[/]dev/kvm opens' out.text; then
		echo "this machine has no usable /dev/kvm"
	else
		return 1
	fi
}

case_host_software_kvm() {
	local reason

	! reason="$(why_not)" || skip_case "$reason"
	vmm --check
	expect_status 3
	expect_out "^MISSING $ADVICE"
	vmm --kernel "$kernel_dir/vmlinuz" --modules "$kernel_dir/root" --rootfs "$guest/fixtures/rootfs.squashfs" \
		--guest-module "$guest/guest/$(<"$kernel_dir/release")/portal.ko"
	expect_status 3
	expect_err "^portal-vmm: error: $ADVICE"
	expect_count 1 '^portal-vmm: error: ' err
}

kernel_dir="" build="" guest=""
while (($#)); do
	case $1 in
	--kernel-dir) kernel_dir="$2" && shift ;;
	--build) build="$2" && shift ;;
	--guest) guest="$2" && shift ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done
[[ -n $kernel_dir && -n $build && -n $guest ]] || { usage >&2 && exit 2; }
VMM="$(cd -- "$build" && pwd)/vmm/portal-vmm"
guest="$(cd -- "$guest" && pwd)"

work="$(mktemp -d)"
trap 'rm -rf -- "$work"' EXIT
cd -- "$work"
(set +e && case_host_software_kvm) >log 2>&1 || : >failed
if [[ -e failed ]]; then
	printf 'not ok host_software_kvm\n%s\n0 passed, 1 failed, 0 skipped\n' "$(<log)"
	exit 1
elif [[ -e skipped ]]; then
	printf 'skip host_software_kvm: %s\n0 passed, 0 failed, 1 skipped\n' "$(<skipped)"
else
	printf 'ok host_software_kvm\n1 passed, 0 failed, 0 skipped\n'
fi
