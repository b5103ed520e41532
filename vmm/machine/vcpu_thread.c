/* SPDX-License-Identifier: MIT */
#include "machine/vcpu_thread.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/arch.h"
#include "base/log.h"
#include "machine/probe.h"
#include "portal/channel.h"

static void count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void handle_io(const struct vcpu_thread *cpu, struct kvm_run *run)
{
	uint8_t *data = (uint8_t *)run + run->io.data_offset;

	/* string instructions have a count; each element is a separate access */
	for (uint32_t i = 0; i < run->io.count; i++, data += run->io.size)
		bus_access(cpu->board->pio, run->io.port, data, run->io.size,
			   run->io.direction == KVM_EXIT_IO_OUT);
}

/* PSCI on arm64, which KVM emulates. Return: whether the vCPU may run again */
static bool handle_system_event(const struct vcpu_thread *cpu, uint32_t type)
{
	const struct vcpu_board *board = cpu->board;

	switch (type) {
	case KVM_SYSTEM_EVENT_SHUTDOWN:
		board->power(board->ctx, POWER_OFF);
		return false;
	case KVM_SYSTEM_EVENT_RESET:
		board->power(board->ctx, POWER_RESET);
		return false;
	case KVM_SYSTEM_EVENT_CRASH:
		board->triple_fault(board->ctx);
		return false;
	default:
		return true;
	}
}

static void report_stuck(const struct vcpu_thread *cpu, const char *what, uint64_t detail)
{
	char where[256];
	char text[384];

	arch_describe_stop(&cpu->vcpu, where, sizeof(where));
	snprintf(text, sizeof(text), "vCPU %u: %s %#llx at %s", cpu->vcpu.id, what,
		 (unsigned long long)detail, where);
	cpu->board->stuck(cpu->board->ctx, text);
}

static int serve_doorbell(const struct vcpu_thread *cpu, const struct arch_doorbell_call *call)
{
	struct channel *channel = cpu->board->channel;

	if (call->has_page)
		return channel_call(channel, cpu->vcpu.id, call->page, call->kind);
	return channel_call_index(channel, cpu->vcpu.id, call->index, call->kind);
}

/* Return: whether the vCPU may run again */
static bool answer_doorbell(struct vcpu_thread *cpu, int result)
{
	int err = arch_doorbell_complete(&cpu->vcpu, result);

	if (err < 0)
		report_stuck(cpu, "the doorbell cannot be answered, error", (uint64_t)-err);
	return err == 0;
}

static bool handle_hypercall(struct vcpu_thread *cpu)
{
	struct arch_doorbell_call call;
	bool is_call = arch_is_doorbell(&cpu->vcpu, &call);

	count(&cpu->exits.doorbell);
	return answer_doorbell(cpu, is_call ? serve_doorbell(cpu, &call) : -ENOSYS);
}

static bool handle_mmio(struct vcpu_thread *cpu, struct kvm_run *run)
{
	struct arch_doorbell_call call;

	if (cpu->board->doorbell == ARCH_DOORBELL_MMIO && arch_is_doorbell(&cpu->vcpu, &call)) {
		count(&cpu->exits.doorbell);
		return answer_doorbell(cpu, serve_doorbell(cpu, &call));
	}
	count(&cpu->exits.mmio);
	bus_access(cpu->board->mmio, run->mmio.phys_addr, run->mmio.data, run->mmio.len,
		   run->mmio.is_write);
	return true;
}

/* Return: whether the vCPU may run again */
static bool handle_undecoded(const struct vcpu_thread *cpu, uint64_t address)
{
	int err = arch_refuse_access(&cpu->vcpu);

	if (err < 0) {
		report_stuck(cpu, "KVM can neither decode nor abort an access to", address);
		return false;
	}
	log_guest(LOG_WARN,
		  "vCPU %u: an access to %#llx by an instruction that KVM cannot decode; the guest "
		  "takes an abort",
		  cpu->vcpu.id, (unsigned long long)address);
	return true;
}

/* Return: whether the vCPU may run again */
static bool handle_exit(struct vcpu_thread *cpu)
{
	struct kvm_run *run = cpu->vcpu.run;

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		count(&cpu->exits.io);
		handle_io(cpu, run);
		return true;
	case KVM_EXIT_MMIO:
		return handle_mmio(cpu, run);
	case KVM_EXIT_HYPERCALL:
		return handle_hypercall(cpu);
	case KVM_EXIT_SYSTEM_EVENT:
		count(&cpu->exits.other);
		return handle_system_event(cpu, run->system_event.type);
	case KVM_EXIT_SHUTDOWN:
		count(&cpu->exits.other);
		cpu->board->triple_fault(cpu->board->ctx);
		return false;
	case KVM_EXIT_ARM_NISV:
		count(&cpu->exits.other);
		return handle_undecoded(cpu, run->arm_nisv.fault_ipa);
	case KVM_EXIT_INTERNAL_ERROR:
		report_stuck(cpu, "KVM cannot emulate an instruction, suberror",
			     run->internal.suberror);
		return false;
	case KVM_EXIT_FAIL_ENTRY:
		report_stuck(cpu, "the hardware refuses to enter the guest, reason",
			     run->fail_entry.hardware_entry_failure_reason);
		return false;
	default:
		report_stuck(cpu, "unexpected KVM exit", run->exit_reason);
		return false;
	}
}

uint64_t vcpu_thread_count_exits(const struct vcpu_thread *cpu)
{
	const struct vcpu_exits *exits = &cpu->exits;

	return atomic_load(&exits->io) + atomic_load(&exits->mmio) + atomic_load(&exits->doorbell) +
	       atomic_load(&exits->interrupted) + atomic_load(&exits->other);
}

static void run_guest(struct vcpu_thread *cpu)
{
	while (!atomic_load(&cpu->stop) &&
	       atomic_load(&cpu->board->outcome->reason) == OUTCOME_NONE) {
		int err;

		channel_attend(cpu->board->channel, cpu->vcpu.id);
		err = vcpu_run(&cpu->vcpu);
		if (err == -EINTR) {
			count(&cpu->exits.interrupted);
			continue;
		}
		if (err < 0) {
			report_stuck(cpu, "KVM_RUN failed, error", (uint64_t)-err);
			return;
		}
		boot_timer_reach(cpu->board->timer, BOOT_FIRST_EXIT, 1);
		if (!handle_exit(cpu))
			return;
	}
}

/* vCPUs are identical: it is enough to probe the first */
static bool is_fit(struct vcpu_thread *cpu)
{
	int err = cpu->vcpu.id == 0 ? probe_run(cpu->board->mem, cpu->board->doorbell, &cpu->vcpu)
				    : 0;

	if (err < 0)
		cpu->board->unfit(cpu->board->ctx, err);
	return err == 0;
}

static void *cpu_thread(void *arg)
{
	struct vcpu_thread *cpu = arg;
	char name[16];

	snprintf(name, sizeof(name), "vcpu%u", cpu->vcpu.id);
	pthread_setname_np(pthread_self(), name);
	if (is_fit(cpu))
		run_guest(cpu);
	channel_cancel_vcpu(cpu->board->channel, cpu->vcpu.id);
	return NULL;
}

int vcpu_thread_start(struct vcpu_thread *cpu, const struct vcpu_board *board)
{
	cpu->board = board;
	atomic_store(&cpu->stop, false);
	return -pthread_create(&cpu->thread, NULL, cpu_thread, cpu);
}

void vcpu_thread_wake(struct vcpu_thread *cpu)
{
	vcpu_kick(&cpu->vcpu, cpu->thread);
}

void vcpu_thread_stop(struct vcpu_thread *cpu)
{
	atomic_store(&cpu->stop, true);
	vcpu_kick(&cpu->vcpu, cpu->thread);
	pthread_join(cpu->thread, NULL);
}
