/* SPDX-License-Identifier: MIT */
/*
 * A vCPU's thread: runs the probe on the first one, then the guest, and hands each exit to whom it
 * concerns. Owns the thread and the counts of its exits; what devices, doorbell and end of the VM
 * mean is behind struct vcpu_board.
 */
#ifndef VCPU_THREAD_H
#define VCPU_THREAD_H

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
 * struct vcpu_board - what the vCPUs of a machine share
 * @mem: guest RAM, for the probe
 * @pio: port bus
 * @mmio: memory-mapped bus
 * @channel: answers the doorbell
 * @doorbell: how that calls
 * @timer: told of the first exit
 * @outcome: when it has a reason no guest code runs any more
 * @power: the guest asked for it, not through a device; any vCPU thread
 * @triple_fault: the CPU gave up; any vCPU thread
 * @stuck: KVM cannot go on, @text says where; any vCPU thread
 * @unfit: the host's KVM has failed the probe with @err; the first vCPU's thread, no guest code has
 * run
 * @ctx: handed to them
 */
struct vcpu_board {
	const struct guest_mem *mem;
	const struct bus *pio;
	const struct bus *mmio;
	struct channel *channel;
	enum arch_doorbell doorbell;
	struct boot_timer *timer;
	const struct outcome *outcome;
	void (*power)(void *ctx, enum power_event event);
	void (*triple_fault)(void *ctx);
	void (*stuck)(void *ctx, const char *text);
	void (*unfit)(void *ctx, int err);
	void *ctx;
};

/* exits by what they were for; read by other threads while the vCPU runs */
struct vcpu_exits {
	_Atomic uint64_t io, mmio, doorbell, interrupted, other;
};

/**
 * struct vcpu_thread - one vCPU and its thread
 * @stop: set before the kick that makes the thread end
 */
struct vcpu_thread {
	struct vcpu vcpu;
	const struct vcpu_board *board;
	struct vcpu_exits exits;
	pthread_t thread;
	atomic_bool stop;
};

/** vcpu_thread_count_exits() - of all kinds. Any thread. */
uint64_t vcpu_thread_count_exits(const struct vcpu_thread *cpu);

/** vcpu_thread_start() - let the guest run on a thread of its own. Return: 0; -errno. */
must_check int vcpu_thread_start(struct vcpu_thread *cpu, const struct vcpu_board *board);

/**
 * vcpu_thread_stop() - take the vCPU out of the guest, cancel its suspended callbacks and join its
 * thread.
 */
void vcpu_thread_stop(struct vcpu_thread *cpu);

#endif
