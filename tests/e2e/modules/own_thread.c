// SPDX-License-Identifier: MIT
/*
 * Changes hooks from a thread of its own, outside events. It waits until the guest calls getsid(),
 * then hooks getpgid(); waits until that is called, then removes the hook.
 */
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <portal/hook.h>

#define PAUSE_US 300000 /* until the event that woke the thread has ended and the guest sleeps */

static pthread_t thread;
static sem_t seen;

static int answer(struct portal_ctx *ctx, void *data)
{
	(void)data;
	sem_post(&seen);
	return portal_skip(ctx, 31337);
}

static int begin(struct portal_ctx *ctx, void *data)
{
	(void)ctx;
	(void)data;
	sem_post(&seen);
	return 0;
}

static const struct portal_syscall_hook later = {
	PORTAL_SYSCALL_HOOK_INIT,
	.when = PORTAL_ON_ENTER,
	.name = "getpgid",
	.fn = answer,
};

static void *run(void *arg)
{
	struct portal_module *mod = arg;
	struct portal_hook *hook;

	sem_wait(&seen);
	usleep(PAUSE_US);
	if (portal_hook_syscall(mod, &later, &hook) < 0)
		return NULL;
	sem_wait(&seen);
	usleep(PAUSE_US);
	portal_unhook(hook);
	return NULL;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook first = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = "getsid",
		.fn = begin,
	};
	int err = portal_hook_syscall(mod, &first, NULL);

	if (err == 0)
		err = -sem_init(&seen, 0, 0);
	return err < 0 ? err : -pthread_create(&thread, NULL, run, mod);
}

/* the event that the thread waits for does not come any more, so wake it */
static void unload(struct portal_module *mod)
{
	(void)mod;
	sem_post(&seen);
	sem_post(&seen);
	pthread_join(thread, NULL);
	sem_destroy(&seen);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "own_thread",
	.load = load,
	.unload = unload,
};
