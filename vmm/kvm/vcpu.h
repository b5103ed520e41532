/* SPDX-License-Identifier: MIT */
/*
 * One vCPU: its descriptor, its shared kvm_run page, and how to run it and to make it return. Must
 * not know what an exit means.
 */
#ifndef KVM_VCPU_H
#define KVM_VCPU_H

#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "kvm/vm.h"

/* real-time signal that only interrupts KVM_RUN */
#define VCPU_KICK_SIGNAL (SIGRTMIN)

/**
 * struct vcpu - one virtual CPU
 * @id: counted from 0; also its APIC id
 * @fd: descriptor of the vCPU
 * @run: shared with the kernel; valid while vcpu_run() is not running
 * @run_size: size of @run in bytes
 */
struct vcpu {
	unsigned int id;
	int fd;
	struct kvm_run *run;
	size_t run_size;
};

/** vcpu_create() - create a vCPU; released with vcpu_destroy(). Return: 0; -errno. */
must_check int vcpu_create(const struct vm *vm, unsigned int id, struct vcpu *ret_vcpu);

/** vcpu_destroy() - close and unmap a vCPU */
void vcpu_destroy(struct vcpu *vcpu);

/**
 * vcpu_install_kick() - install the handler of VCPU_KICK_SIGNAL, once in the process and before the
 * first vcpu_kick(). Return: 0; -errno.
 */
must_check int vcpu_install_kick(void);

/**
 * vcpu_run() - enter the guest until it exits
 * @vcpu: the vCPU
 *
 * Context: always the same thread for a vCPU. KVM of many host kernels waits for an RCU grace
 * period when the thread changes.
 * Return: 0: the reason of the exit is in @vcpu->run; -EINTR: kicked; other -errno: the vCPU cannot
 * continue.
 */
must_check int vcpu_run(struct vcpu *vcpu);

/**
 * vcpu_complete() - complete the last exit without entering the guest
 * @vcpu: the reply to its last exit is in @vcpu->run
 *
 * KVM applies the reply at the next KVM_RUN. Only after that are the registers up to date.
 *
 * Context: as for vcpu_run().
 * Return: 0; -EPROTO: the guest was entered (the host lacks KVM_CAP_IMMEDIATE_EXIT); other -errno
 * as for vcpu_run().
 */
must_check int vcpu_complete(struct vcpu *vcpu);

/**
 * vcpu_kick() - make the present or the next vcpu_run() of a thread return -EINTR
 * @vcpu: the vCPU
 * @thread: the thread that runs @vcpu
 *
 * Context: any thread.
 */
void vcpu_kick(struct vcpu *vcpu, pthread_t thread);

#endif
