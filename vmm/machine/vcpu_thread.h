/* SPDX-License-Identifier: MIT */
/*
 * A vCPU's thread: runs the probe on the first one, then the guest, and hands each exit to whom it
 * concerns. Owns the thread and the counts of its exits; what devices, doorbell and end of the VM
 * mean is behind struct cpu_board.
 */
#ifndef CPU_H
#define CPU_H

#include <pthread.h>
#include <stdatomic.h>

#include "arch/arch.h"
#include "devices/bus.h"
#include "devices/power.h"
#include "kvm/mem.h"
#include "kvm/vcpu.h"
#include "machine/boot_timer.h"
#include "machine/outcome.h"

struct channel;

/**
 * struct cpu_board - what the vCPUs of a machine share
 * @mem: guest RAM, for the probe
 * @pio: port bus
 * @mmio: memory-mapped bus
 * @channel: answers the doorbell
 * @doorbell: how that calls
 * @timer: told of the first exit
 * @ending: when it has a reason no guest code runs any more
 * @power: the guest asked for it, not through a device; any vCPU thread
 * @triple_fault: the CPU gave up; any vCPU thread
 * @stuck: KVM cannot go on, @text says where; any vCPU thread
 * @unfit: the host's KVM has failed the probe with @err; the first vCPU's thread, no guest code has
 * run
 * @ctx: handed to them
 */
struct cpu_board {
	const struct guest_mem *mem;
	const struct bus *pio;
	const struct bus *mmio;
	struct channel *channel;
	enum arch_doorbell doorbell;
	struct boot_timer *timer;
	const struct ending *ending;
	void (*power)(void *ctx, enum power_event event);
	void (*triple_fault)(void *ctx);
	void (*stuck)(void *ctx, const char *text);
	void (*unfit)(void *ctx, int err);
	void *ctx;
};

/* exits by what they were for; read by other threads while the vCPU runs */
struct cpu_exits {
	_Atomic uint64_t io, mmio, doorbell, interrupted, other;
};

/**
 * struct cpu - one vCPU and its thread
 * @stop: set before the kick that makes the thread end
 */
struct cpu {
	struct vcpu vcpu;
	const struct cpu_board *board;
	struct cpu_exits exits;
	pthread_t thread;
	atomic_bool stop;
};

/** cpu_count_exits() - of all kinds. Any thread. */
uint64_t cpu_count_exits(const struct cpu *cpu);

/** cpu_start() - let the guest run on a thread of its own. Return: 0; -errno. */
must_check int cpu_start(struct cpu *cpu, const struct cpu_board *board);

/**
 * cpu_stop() - take the vCPU out of the guest, cancel its suspended callbacks and join its thread.
 */
void cpu_stop(struct cpu *cpu);

#endif
