// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "base/identity.h"

void identity_get(struct identity *ret_identity)
{
	ret_identity->start_time = current->group_leader->start_boottime;
	ret_identity->pid = task_tgid_nr(current);
	ret_identity->tid = task_pid_nr(current);
}

void identity_comm(u8 *comm)
{
	strscpy_pad((char *)comm, current->comm, TASK_COMM_LEN);
}

u32 identity_ppid(void)
{
	u32 ppid;

	rcu_read_lock();
	ppid = task_tgid_nr(rcu_dereference(current->real_parent));
	rcu_read_unlock();
	return ppid;
}

void identity_credentials(__le32 *ids)
{
	const struct cred *cred = current_cred();

	ids[0] = cpu_to_le32(from_kuid(&init_user_ns, cred->uid));
	ids[1] = cpu_to_le32(from_kgid(&init_user_ns, cred->gid));
	ids[2] = cpu_to_le32(from_kuid(&init_user_ns, cred->euid));
	ids[3] = cpu_to_le32(from_kgid(&init_user_ns, cred->egid));
}
