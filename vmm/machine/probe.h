/* SPDX-License-Identifier: MIT */
/*
 * Shows on a VM that is there whether its KVM can run kernels, by running the architecture's probe
 * on a vCPU. Owns how the probe is run and for how long; knows nothing of its code, and says
 * nothing to the user: that is check.h's part.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>

#include "arch/arch.h"
#include "kvm/mem.h"
#include "kvm/vcpu.h"

/** probe_has() - is @cap there, with all that is wanted of it? */
bool probe_has(const struct vm *vm, const struct arch_cap *cap);

/** probe_caps() - has @vm all of arch_caps()? Return: 0; -ENOTSUP one is missing, host_check() says
 * which. */
must_check int probe_caps(const struct vm *vm);

/**
 * probe_run() - run arch_probe() to its end
 * @mem: mapped into the VM; zero where the probe goes, and again afterwards
 * @doorbell: what the VM was set up with
 * @vcpu: no guest code has been run on it; on the thread that is to run it later, with
 * vcpu_install_kick() done. Has its registers back afterwards
 *
 * Takes some exits where KVM works. Where it does not, the guest is taken out after five seconds.
 *
 * Return: 0; -ENOEXEC the probe's code came to another end than its doorbell; -ETIMEDOUT to none;
 * -EFAULT @mem has no such page; -EIO KVM does not tell the vCPU's state; -errno of KVM or of the
 * timer. After an error the vCPU's state is undefined.
 */
must_check int probe_run(const struct guest_mem *mem, enum arch_doorbell doorbell,
			 struct vcpu *vcpu);

#endif
