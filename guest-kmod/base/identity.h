/* SPDX-License-Identifier: GPL-2.0-only */
/* Identity of the current task: its numbers, its parent and its credentials. */
#ifndef GUEST_IDENTITY_H
#define GUEST_IDENTITY_H

#include <linux/types.h>

/* user and group, real and effective */
#define IDENTITY_NR_CREDENTIALS 4

/**
 * struct identity - numbers of a task
 * @start_time: start time of its process, in ns since boot; with @pid it names a process for good
 * @pid: thread group id in the initial pid namespace
 * @tid: thread id in the initial pid namespace
 */
struct identity {
	u64 start_time;
	u32 pid;
	u32 tid;
};

/**
 * identity_get() - get the numbers of the current task
 * @ret_identity: written
 */
void identity_get(struct identity *ret_identity);

/**
 * identity_comm() - get the name of the current task
 * @comm: TASK_COMM_LEN bytes; NUL padded
 *
 * Takes no lock, unlike get_task_comm(). While another thread changes the name, @comm may get the
 * beginning of one name and the end of the other.
 */
void identity_comm(u8 *comm);

/**
 * identity_ppid() - get the thread group id of the current task's parent
 *
 * Return: in the initial pid namespace; 0 if it has none there.
 */
u32 identity_ppid(void);

/**
 * identity_credentials() - get the credentials of the current task
 * @ids: IDENTITY_NR_CREDENTIALS entries, written: user, group, effective user, effective group, in
 *	the initial user namespace
 */
void identity_credentials(__le32 *ids);

#endif /* GUEST_IDENTITY_H */
