/* SPDX-License-Identifier: MIT */
#include "machine/probe.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "arch/arch.h"

#define LIMIT_S	  5
#define REKICK_NS 100000000 /* a kick just before the thread enters the guest is lost */

/* glibc 2.36 has the field, but not the name that timer_create(2) gives it */
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

/* @end: CLOCK_MONOTONIC */
struct limit {
	timer_t timer;
	struct timespec end;
};

bool probe_has(const struct vm *vm, const struct arch_cap *cap)
{
	int value = cap->has ? cap->has(vm) : vm_cap(vm, cap->cap);

	return value != 0 && (value & cap->wanted) == cap->wanted;
}

int probe_caps(const struct vm *vm)
{
	for (const struct arch_cap *cap = arch_caps(); cap->name; cap++)
		if (!probe_has(vm, cap))
			return -ENOTSUP;
	return 0;
}

/* kicks the calling thread, and no other, out of KVM_RUN when the time is over */
static int limit_start(struct limit *limit)
{
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD_ID,
		.sigev_signo = VCPU_KICK_SIGNAL,
		.sigev_notify_thread_id = gettid(),
	};
	struct itimerspec spec = { .it_interval.tv_nsec = REKICK_NS };
	int err;

	clock_gettime(CLOCK_MONOTONIC, &limit->end);
	limit->end.tv_sec += LIMIT_S;
	spec.it_value = limit->end;
	if (timer_create(CLOCK_MONOTONIC, &event, &limit->timer) < 0)
		return -errno;
	if (timer_settime(limit->timer, TIMER_ABSTIME, &spec, NULL) == 0)
		return 0;
	err = -errno;
	timer_delete(limit->timer);
	return err;
}

static bool is_over(const struct limit *limit)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > limit->end.tv_sec ||
	       (now.tv_sec == limit->end.tv_sec && now.tv_nsec >= limit->end.tv_nsec);
}

/* a signal that is not the limit's (the process was stopped and goes on) is no reason to give up */
static int run_until(struct vcpu *vcpu, const struct limit *limit)
{
	int err;

	do {
		err = vcpu_run(vcpu);
	} while (err == -EINTR && !is_over(limit));
	return err == -EINTR ? -ETIMEDOUT : err;
}

static bool is_call(const struct kvm_run *run, const struct arch_probe *probe)
{
	if (run->exit_reason != probe->exit_reason)
		return false;
	if (run->exit_reason == KVM_EXIT_MMIO)
		return !run->mmio.is_write && run->mmio.phys_addr == probe->nr;
	return run->hypercall.nr == probe->nr;
}

static int count_rings(struct vcpu *vcpu, const struct arch_probe *probe, const struct limit *limit)
{
	for (unsigned int i = 0; i < probe->calls; i++) {
		int err = run_until(vcpu, limit);

		if (err < 0)
			return err;
		if (!is_call(vcpu->run, probe))
			return -ENOEXEC;
		err = arch_doorbell_complete(vcpu, 0);
		if (err < 0)
			return err;
	}
	return vcpu_complete(vcpu);
}

static int run_limited(struct vcpu *vcpu, const struct arch_probe *probe)
{
	struct limit limit = { 0 };
	int err = limit_start(&limit);

	if (err < 0)
		return err;
	err = count_rings(vcpu, probe, &limit);
	timer_delete(limit.timer);
	return err;
}

int probe_run(const struct guest_mem *mem, enum arch_doorbell doorbell, struct vcpu *vcpu)
{
	const struct arch_probe *probe = arch_probe(vcpu, doorbell);
	uint8_t *code = probe ? mem_slice(mem, probe->gpa, probe->size) : NULL;
	struct arch_registers kept;
	int err;

	if (!probe)
		return -EIO;
	if (!code)
		return -EFAULT;
	err = arch_probe_enter(vcpu, &kept);
	if (err < 0)
		return err;
	memcpy(code, probe->code, probe->size);
	err = run_limited(vcpu, probe);
	memset(code, 0, probe->size);
	return err < 0 ? err : arch_probe_leave(vcpu, &kept);
}
