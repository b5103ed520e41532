/* SPDX-License-Identifier: MIT */
/*
 * Finds out whether the KVM of a VM can run kernels, by running the architecture's probe on a vCPU.
 * Owns how the probe is run and for how long. It knows nothing of the probe's code and does not
 * talk to the user; host_check.h does.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>

#include "arch/arch.h"
#include "kvm/mem.h"
#include "kvm/vcpu.h"

/** probe_has() - whether @vm has @cap, with all the bits that are needed. */
bool probe_has(const struct vm *vm, const struct arch_cap *cap);

/**
 * probe_caps() - check that @vm has all of arch_caps()
 *
 * Return: 0; -ENOTSUP: one is missing, host_check() reports which.
 */
must_check int probe_caps(const struct vm *vm);

/**
 * probe_run() - run arch_probe() to its end
 * @mem: mapped into the VM; zero where the probe goes, before and after
 * @doorbell: form of the doorbell that the VM was set up with
 * @vcpu: has not run yet; its registers are the same afterwards
 *
 * The probe takes a few exits where KVM works. Where it does not, the guest is stopped after five
 * seconds.
 *
 * Context: the thread that will run @vcpu, after vcpu_install_kick().
 * Return: 0; -ENOEXEC: the probe did not end with its doorbell; -ETIMEDOUT: it did not end;
 * -EFAULT: there is no RAM for the probe; -EIO: KVM does not return the vCPU's state; -errno of KVM
 * or of the timer. After an error the state of the vCPU is undefined.
 */
must_check int probe_run(const struct guest_mem *mem, enum arch_doorbell doorbell,
			 struct vcpu *vcpu);

#endif
