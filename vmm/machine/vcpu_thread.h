/* SPDX-License-Identifier: MIT */
/*
 * The thread of a vCPU: runs the probe on the first vCPU, then the guest, and passes each exit on.
 * Owns the thread and the counts of its exits. Devices, channel and the end of the VM are behind
 * struct vcpu_board.
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
 * @channel: serves doorbell calls
 * @doorbell: form of the doorbell
 * @timer: records the first exit
 * @outcome: when it has a reason, vCPUs stop
 * @power: the guest requested power-off or reset without a device (PSCI); any vCPU thread
 * @triple_fault: triple fault; any vCPU thread
 * @stuck: KVM cannot continue, @text says where; any vCPU thread
 * @unfit: KVM failed the probe with @err; on the first vCPU's thread, before any guest code
 * @ctx: passed to each
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

/* exits by reason; other threads read them while the vCPU runs */
struct vcpu_exits {
	_Atomic uint64_t io, mmio, doorbell, interrupted, other;
};

/**
 * struct vcpu_thread - one vCPU and its thread
 * @vcpu: the vCPU
 * @board: what it shares with others
 * @exits: its exits so far
 * @thread: its thread
 * @stop: set before the kick that ends the thread
 */
struct vcpu_thread {
	struct vcpu vcpu;
	const struct vcpu_board *board;
	struct vcpu_exits exits;
	pthread_t thread;
	atomic_bool stop;
};

/** vcpu_thread_count_exits() - number of exits of all kinds. Any thread. */
uint64_t vcpu_thread_count_exits(const struct vcpu_thread *cpu);

/** vcpu_thread_start() - run the vCPU on a new thread. Return: 0; -errno. */
must_check int vcpu_thread_start(struct vcpu_thread *cpu, const struct vcpu_board *board);

/**
 * vcpu_thread_wake() - make the thread leave the guest and call channel_attend()
 *
 * Context: any thread, while the vCPU's thread runs.
 */
void vcpu_thread_wake(struct vcpu_thread *cpu);

/** vcpu_thread_stop() - stop the vCPU, cancel its suspended callbacks and join its thread. */
void vcpu_thread_stop(struct vcpu_thread *cpu);

#endif
