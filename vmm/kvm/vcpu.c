/* SPDX-License-Identifier: MIT */
#include "kvm/vcpu.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

int vcpu_create(const struct vm *vm, unsigned int id, struct vcpu *ret_vcpu)
{
	auto_close int fd = ioctl(vm->fd, KVM_CREATE_VCPU, (unsigned long)id);
	void *run;

	if (fd < 0)
		return -errno;
	run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (run == MAP_FAILED)
		return -errno;
	*ret_vcpu = (struct vcpu){ .id = id, .run = run, .run_size = vm->run_size };
	ret_vcpu->fd = take_fd(&fd);
	return 0;
}

void vcpu_destroy(struct vcpu *vcpu)
{
	munmap(vcpu->run, vcpu->run_size);
	close(vcpu->fd);
}

static void kick_handler(int sig)
{
	(void)sig;
}

int vcpu_install_kick(void)
{
	/* no SA_RESTART: the signal must make KVM_RUN return */
	struct sigaction action = { .sa_handler = kick_handler };

	return sigaction(VCPU_KICK_SIGNAL, &action, NULL) < 0 ? -errno : 0;
}

int vcpu_run(struct vcpu *vcpu)
{
	do {
		if (ioctl(vcpu->fd, KVM_RUN, 0) == 0)
			return 0;
	} while (errno == EAGAIN);
	if (errno == EINTR)
		__atomic_store_n(&vcpu->run->immediate_exit, 0, __ATOMIC_SEQ_CST);
	return -errno;
}

int vcpu_complete(struct vcpu *vcpu)
{
	int err;

	__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	err = vcpu_run(vcpu);
	if (err == -EINTR)
		return 0;
	return err < 0 ? err : -EPROTO;
}

void vcpu_kick(struct vcpu *vcpu, pthread_t thread)
{
	/* the flag stops a thread that is about to enter the guest; the signal, one that is in
	 * it */
	__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
	pthread_kill(thread, VCPU_KICK_SIGNAL);
}
