/* SPDX-License-Identifier: MIT */
/*
 * A KVM in user space: /dev/kvm, the VM, and its vCPUs are files in memory. A test sets what is
 * missing, which ioctl fails, and how KVM_RUN returns. It executes no guest code. A program that
 * uses it is linked with --wrap=ioctl, --wrap=open and --wrap=open64.
 */
#ifndef TESTS_MACHINE_FAKE_KVM_H
#define TESTS_MACHINE_FAKE_KVM_H

#include <linux/kvm.h>
#include <stdatomic.h>
#include <stdbool.h>

#define FAKE_KVM_MAX_VCPUS 8
#define FAKE_KVM_MAX_REGS  16

/* registers of a vCPU, as the ioctls of both architectures name them */
struct fake_kvm_regs {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_one_reg one[FAKE_KVM_MAX_REGS]; /* addr has the value; id 0: free */
};

/**
 * struct fake_kvm - what a test sets, and what it can look at; set it before a vCPU thread starts
 * @open_errno: of opening /dev/kvm; 0: it opens
 * @api_version: what KVM_GET_API_VERSION returns
 * @run_size: what KVM_GET_VCPU_MMAP_SIZE returns
 * @fail_request: this ioctl fails; 0: none
 * @fail_after: so many calls of it succeed before
 * @fail_times: so many calls of it fail; 0: all
 * @fail_errno: how it fails
 * @cap: this capability has the value @cap_value; the others have all bits
 * @run: answers KVM_RUN: fills @run and returns 0, or returns -errno; a kick ends KVM_RUN as the
 * kernel does, before this is called. NULL: fake_kvm_run_probe()
 * @has_immediate_exit: KVM_RUN respects kvm_run.immediate_exit
 * @nr_opened: how often /dev/kvm was opened
 * @nr_runs: calls of @run
 * @nr_irqs: calls of KVM_IRQ_LINE
 * @last_gsi: of the last of them
 * @regs: of the vCPU created last, as the last ioctl left them
 */
struct fake_kvm {
	int open_errno;
	int api_version;
	int run_size;
	unsigned long fail_request;
	unsigned int fail_after, fail_times;
	int fail_errno;
	long cap;
	int cap_value;
	int (*run)(struct kvm_run *run);
	bool has_immediate_exit;
	atomic_uint nr_opened, nr_runs, nr_irqs, last_gsi;
	struct fake_kvm_regs regs;
};

extern struct fake_kvm fake_kvm;

/** fake_kvm_reset() - a KVM that has everything and never fails. */
void fake_kvm_reset(void);

/** fake_kvm_vcpu() - the number that the vCPU with this page was created with. */
unsigned int fake_kvm_vcpu(const struct kvm_run *run);

/** fake_kvm_run_probe() - returns from KVM_RUN as if the probe had called the doorbell. */
int fake_kvm_run_probe(struct kvm_run *run);

#endif
