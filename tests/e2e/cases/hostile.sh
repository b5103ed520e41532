# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034
# Bare guests (tests/guest) that do what no driver would do: the VMM refuses, counts, and goes on. At worst a
# guest ends its own VM, and the VMM reports how.

# there are no 32-bit bare guests
only_on 'x86_64 aarch64' 'hostile_*'

# hostile GUEST ARGUMENT... - boot a bare guest with 16 MiB of RAM and a disk of 1 MiB
hostile() {
	local guest="$1"
	shift

	printf 'hostile disk' >disk && truncate -s 1M disk
	LIMIT=90 vmm --kernel "$build/tests/guest/guest-$guest" --initrd /dev/null --memory 16M \
		--disk disk --timeout 60 --stats=stats "$@"
}

# survived LEAST - the guest powered off and printed at least LEAST lines PASS and no line FAIL
survived() {
	local found

	expect_status 0
	expect_err 'the guest powered off$'
	grep '^FAIL ' out.text && fail "the guest reports failures"
	found="$(grep -c '^PASS ' out.text)"
	((found >= $1)) || fail "$found lines PASS, expected $1"
	return 0
}

# printed NAME - the number N in the guest's line "NAME N"
printed() {
	awk -v name="$1" '$1 == name { print $2 }' out.text
}

# ---- virtio ----------------------------------------------------------------------------------------------

case_hostile_virtio_registers() {
	hostile virtio_registers
	survived 19
	# the same with RAM that ends at the hole below 4 GiB
	hostile virtio_registers --memory 4G
	survived 19
}

case_hostile_virtio_rings() {
	hostile virtio_rings
	survived 33
	[[ "$(head -c 12 disk)" == 'hostile disk' ]] || fail "the disk was written to"
}

case_hostile_virtio_descriptors_change_during_use() {
	hostile virtio_race --cpus 2
	survived 2
	(($(printed served) > 0)) || fail "no request was served"
}

# ---- accesses ----------------------------------------------------------------------------------------------

case_hostile_mmio_of_every_width() {
	hostile mmio
	survived 5
}

only_on aarch64 hostile_small_devices_of_every_width
case_hostile_small_devices_of_every_width() {
	hostile devices
	survived 3
}

only_on x86_64 hostile_string_io_on_every_port
case_hostile_string_io_on_every_port() {
	hostile pio
	survived 4
}

# on arm64, the guest takes an abort instead
only_on x86_64 hostile_code_outside_of_memory
case_hostile_code_outside_of_memory() {
	hostile mmio_exec
	expect_status 1
	expect_err 'KVM cannot emulate an instruction.* at rip=0xd8000000'
	expect_err 'the VM could not go on$'
}

# accesses that neither KVM nor the VMM decodes
only_on aarch64 hostile_accesses_without_a_syndrome_abort
case_hostile_accesses_without_a_syndrome_abort() {
	hostile aborts
	survived 13
	expect_err 'warn: vCPU 0: an access to 0xa000000 by an instruction that KVM cannot decode; the guest takes an abort'
	# the messages are rate limited
	(($(grep -c 'takes an abort' err) < 300)) || fail "the messages are not rate limited"
}

# ---- processors ----------------------------------------------------------------------------------------------

only_on x86_64 hostile_triple_fault_at_once_is_13
case_hostile_triple_fault_at_once_is_13() {
	hostile triple_fault
	expect_status 13
	expect_err 'took a triple fault$'
}

only_on x86_64 hostile_apic_storms
case_hostile_apic_storms() {
	hostile apic_storms --cpus 2
	survived 6
}

only_on aarch64 hostile_gic_storms
case_hostile_gic_storms() {
	hostile gic_storms --cpus 2
	survived 6
}

only_on aarch64 hostile_psci_misuse
case_hostile_psci_misuse() {
	hostile psci_misuse --cpus 2
	survived 11
}

case_hostile_sleeper_ends_by_timeout() {
	hostile hang --timeout 2
	expect_status 124
	expect_out '^asleep$'
}

case_hostile_spinner_ends_by_timeout() {
	hostile spin --timeout 2 --cpus 2
	expect_status 124
	expect_out '^awake$'
}

# end_hostile GUEST WORD SIGNAL STATUS - send SIGNAL when the guest has printed WORD
end_hostile() {
	local pid

	"$VMM" --kernel "$build/tests/guest/guest-$1" --initrd /dev/null --memory 16M --timeout 60 \
		>out 2>err </dev/null &
	pid=$!
	for _ in {1..100}; do
		! grep -q "$2" out || break
		sleep 0.1
	done
	kill -"$3" "$pid"
	status=0
	wait "$pid" || status=$?
	expect_status "$4"
	expect_err "ended by SIG$3"
}

case_hostile_sleeper_ends_by_signal() {
	end_hostile hang asleep TERM 143
}

case_hostile_spinner_ends_by_signal() {
	end_hostile spin awake TERM 143
}

case_hostile_power_off_and_reset_at_once() {
	local _

	for _ in {1..5}; do
		hostile power_race --cpus 2
		[[ $status == 0 || $status == 10 ]] || fail "exit status $status, expected 0 or 10"
		expect_count 1 'powered off$|requested a reboot$' err
	done
}

# ---- the portal ----------------------------------------------------------------------------------------------

# doorbells_agree - the VMM has counted as many doorbell calls as the guest
doorbells_agree() {
	local calls

	calls="$(awk '/^doorbells\./ && !/refused/ { n += $2 } END { print n + 0 }' stats)"
	[[ "$calls" == "$(printed calls)" ]] || fail "$calls calls counted, but the guest made $(printed calls)"
	expect_stat doorbells.refused "$(printed refused)"
}

# each_doorbell COMMAND... - run COMMAND with --doorbell for each doorbell of this architecture
each_doorbell() {
	"$@" --doorbell hypercall
	[[ $GUEST_ARCH == x86_64 ]] || "$@" --doorbell mmio
}

bad_rings() {
	hostile portal_rings "$@"
	survived 57
	doorbells_agree
	expect_err 'the guest module uses protocol version 3, but this portal-vmm uses version 2'
}

case_hostile_portal_rings() {
	each_doorbell bad_rings
}

bad_calls() {
	hostile calls "$@"
	survived 8
	doorbells_agree
}

# function numbers inside and outside the range of the doorbell, by HVC and SMC, from EL1 and EL0
only_on aarch64 hostile_calls_of_every_number
case_hostile_calls_of_every_number() {
	each_doorbell bad_calls
}

bad_reads() {
	hostile window "$@"
	survived 6
	doorbells_agree
}

# the window, with and without a doorbell in it
only_on aarch64 hostile_doorbell_window_of_every_width
case_hostile_doorbell_window_of_every_width() {
	each_doorbell bad_reads
}

flood() {
	hostile portal_flood "$@"
	survived 4
	doorbells_agree
	expect_stat events.enter 12500
}

case_hostile_portal_flood() {
	each_doorbell flood
}

# each invalid answer ends the VM, with one message and without a hook
case_hostile_portal_lies_to_hello() {
	local lie

	for lie in {0..13}; do
		hostile portal_names --append "lie=$lie"
		expect_status 2
		expect_out '^PASS a valid hello'
		expect_count 1 'the guest module bare gave an unexpected answer' err
		expect_stat sessions.protocol_errors 1
		expect_stat doorbells.refused 1
		((status == 2)) || fail "with lie=$lie"
	done
}

case_hostile_portal_lies_to_a_hook() {
	hostile portal_answers --hook "$HOOKS/memory_access.so"
	survived 10
	doorbells_agree
	expect_stat sessions.protocol_errors "$(printed invalid)"
}

# An invalid address of the rule slots ends the VM. Of the contents of the slots, the VMM uses only the counts.
case_hostile_portal_lies_about_rules() {
	local lie

	for lie in {1..7}; do
		hostile portal_rules --hook "$HOOKS/raeth.so,rule=1" --append "lie=$lie"
		expect_status 2
		expect_stat sessions.protocol_errors 1
		expect_stat doorbells.refused 1
		expect_stat rules.hits 0
		((status == 2)) || fail "with lie=$lie"
	done
	hostile portal_rules --hook "$HOOKS/raeth.so,rule=1"
	survived 4
	expect_stat sessions.protocol_errors 0
	expect_stat doorbells.refused 0
	expect_stat operations.RULE_ADD 4
	expect_stat rules.hits "$(printed hits)"
}

# shared_page ANSWERS ARGUMENT...
shared_page() {
	hostile portal_race --append "answers=$1" "${@:2}"
	case $status in
	0) survived 2 ;;
	2) expect_err 'gave an unexpected answer' ;;
	*) fail "exit status $status, expected 0 or 2" ;;
	esac
}

# One CPU makes a hello while the other makes calls for the same page and writes to it. The VM goes on, or ends with a
# message because a hello was interrupted.
case_hostile_portal_page_shared_by_two_cpus() {
	each_doorbell shared_page 0 --cpus 2
	each_doorbell shared_page 1 --cpus 2
}
