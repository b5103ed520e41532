# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# The kernel "bare" of scripts/build-kernel, which lacks what the guest module needs.

case_bare_kernel_refuses_and_the_reason_is_named() {
	boot
	expect_status 14
	tail -1 err | grep -qE '^portal-vmm: the guest ended before the guest module said hello: cannot load guest module portal.ko: .*built without CONFIG_(FUNCTION_TRACER|KPROBES)' ||
		fail "the last message is '$(tail -1 err)'"
}
