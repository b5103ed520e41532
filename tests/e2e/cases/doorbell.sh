# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
# Doorbells other than a hypercall.

# A host without the hypercall filter uses a doorbell window instead. Nothing else differs.
only_on 'aarch64 armhf' doorbell_mmio_does_what_the_hypercall_does
case_doorbell_mmio_does_what_the_hypercall_does() {
	boot_run 'mtk7530_switch clear' --doorbell mmio --hook "$HOOKS/raeth.so"
	expect_out '^done\.$'
	expect_count 1 'RAEth ioctl: reg=REG_ESW_WT_MAC_AD0, returning val=0x2' err
	expect_stat doorbells.hello 1
	expect_stat doorbells.event 1
	expect_stat operations.VERDICT 1
	expect_stat hooks.callbacks 1
	expect_stat doorbells.refused 0
	expect_stat doorbells.unknown 0
	expect_stat sessions.protocol_errors 0
	expect_stat exits.doorbell "$(($(stat_of doorbells.hello) + $(stat_of doorbells.event) +
		$(stat_of doorbells.answer) + $(stat_of doorbells.bye)))"
}

# the other architectures have both doorbells
only_on x86_64 doorbell_unsupported_by_host_is_3
case_doorbell_unsupported_by_host_is_3() {
	boot --doorbell mmio
	expect_status 3
	expect_err '--doorbell: this host has no such doorbell'
}
