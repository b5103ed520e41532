/* SPDX-License-Identifier: MIT */
/*
 * One vCPU: its descriptor, its shared kvm_run page, and how to run it and to get it out again.
 * What an exit means is not known here.
 */
#ifndef KVM_VCPU_H
#define KVM_VCPU_H

#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "kvm/vm.h"

/* real-time signal whose only work is to interrupt KVM_RUN */
#define VCPU_KICK_SIGNAL (SIGRTMIN)

/**
 * struct vcpu - one virtual CPU
 * @id: 0 .. ; also its APIC id
 * @fd: the vCPU
 * @run: shared with the kernel; valid between two vcpu_run()
 * @run_size: bytes of @run
 */
struct vcpu {
	unsigned int id;
	int fd;
	struct kvm_run *run;
	size_t run_size;
};

/** vcpu_create() - Return: 0; -errno. vcpu_destroy() after success. */
must_check int vcpu_create(const struct vm *vm, unsigned int id, struct vcpu *ret_vcpu);
void vcpu_destroy(struct vcpu *vcpu);

/** vcpu_install_kick() - once in the process, before the first vcpu_kick(). Return: 0; -errno. */
must_check int vcpu_install_kick(void);

/**
 * vcpu_run() - enter the guest until it exits
 * @vcpu: on one thread, always the same: KVM of many host kernels waits for an RCU grace period
 * when it changes
 *
 * Return: 0, @vcpu->run says why; -EINTR kicked; other -errno: the vCPU cannot go on.
 */
must_check int vcpu_run(struct vcpu *vcpu);

/**
 * vcpu_complete() - let KVM do what it has put off until the next entry, without one: registers are
 * true then
 * @vcpu: after an exit whose answer is in @vcpu->run; as for vcpu_run()
 *
 * Return: 0; -EPROTO the guest was entered (the host lacks KVM_CAP_IMMEDIATE_EXIT); other -errno as
 * for vcpu_run().
 */
must_check int vcpu_complete(struct vcpu *vcpu);

/**
 * vcpu_kick() - make the vcpu_run() that @thread is in, or its next one, return -EINTR. Any thread.
 */
void vcpu_kick(struct vcpu *vcpu, pthread_t thread);

#endif
