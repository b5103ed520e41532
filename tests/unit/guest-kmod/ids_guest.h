/* SPDX-License-Identifier: MIT */
/*
 * A guest module of test_hook_ids.c, with its real table of hooks, events, sessions and operations,
 * over the fake kernel. It has the types of the host's side, because the headers of both sides have
 * files of the same name. Tasks are those of schedule.h, each on a CPU of its own.
 */
#ifndef IDS_GUEST_H
#define IDS_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDS_NR_TASKS 4u

/* what is done in another way than by the guest module and the host */
enum ids_way {
	IDS_AS_IT_IS,
	/*
	 * As in version 1 of the protocol: an event has the hooks' bits, which are resolved when
	 * the host gets the event.
	 */
	IDS_BITS,
	/* The guest module does not compare serials, and events have none. */
	IDS_NO_SERIALS,
};

/**
 * struct ids_host - the host, called by the guest; a call is a step that writes to this struct
 * @call: serves a call of the doorbell; returns 0 or a negative errno
 * @added: the guest has installed a hook
 * @deleted: the guest has removed a hook
 */
struct ids_host {
	int (*call)(unsigned int vcpu, uint64_t gpa, uint32_t kind);
	void (*added)(uint32_t id, uint64_t serial);
	void (*deleted)(uint32_t id);
};

/** ids_guest_start() - load the guest module, up to the end of hello. Return: 0; negative errno. */
int ids_guest_start(const struct ids_host *host);

/** ids_guest_stop() - unload the guest module. Return: allocations that it has not freed. */
unsigned int ids_guest_stop(void);

/** ids_guest_set_way() - do something in another way from now on */
void ids_guest_set_way(enum ids_way way);

/** ids_guest_enter() - continue as task @task, below IDS_NR_TASKS, whose name is @comm */
void ids_guest_enter(unsigned int task, const char *comm);

/** ids_guest_call() - the current task makes call @nr, "callNR". @path: a string of the task. */
void ids_guest_call(uint32_t nr, const char *path, uint64_t arg1, uint64_t arg2);

/** ids_guest_work() - the current task opens a session for work of the host */
void ids_guest_work(void);

/** ids_guest_is_clean() - check that there are @nr hooks, and that removed ones are freed */
bool ids_guest_is_clean(unsigned int nr);

/** ids_guest_ram() - the address of @len bytes of RAM at @gpa; NULL: they are no RAM */
void *ids_guest_ram(uint64_t gpa, uint64_t len);

#endif
