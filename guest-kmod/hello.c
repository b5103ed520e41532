// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) "portal: " fmt

#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/utsname.h>

#include "arch/arch.h"
#include "channel/doorbell.h"
#include "channel/pool.h"
#include "hello.h"
#include "hooks/table.h"
#include "ops/dispatch.h"
#include "ops/op.h"
#include "ops/session.h"
#include "sources/end.h"
#include "syscalls/table.h"

enum hello_state {
	HELLO_NO_DEVICE,
	HELLO_NO_HOST,
	HELLO_NOT_WELCOME,
	HELLO_READY,
	HELLO_DOWN,
};

static enum hello_state hello_state;

static void hello_fill(struct portal_wire_hello *hello)
{
	memset(hello, 0, sizeof(*hello));
	hello->version = cpu_to_le32(PORTAL_WIRE_VERSION);
	hello->sources = cpu_to_le64(BIT_ULL(PORTAL_SOURCE_SYSCALL));
	dispatch_list(hello->ops);
	hello->features = cpu_to_le64(end_is_seen() ? PORTAL_FEATURE_ENDS : 0);
	hello->abi = cpu_to_le32(syscall_table_abi(SYSCALL_NATIVE));
	hello->compat_abi = cpu_to_le32(syscall_table_abi(SYSCALL_COMPAT));
	hello->paging = cpu_to_le32(arch_paging());
	strscpy(hello->release, init_utsname()->release, sizeof(hello->release));
	strscpy(hello->module_version, THIS_MODULE->version, sizeof(hello->module_version));
	hello->nr_ranges = cpu_to_le32(pool_ranges(hello->ranges));
}

static int hello_session(void)
{
	struct guest_session session;
	int err;

	err = session_open_own(&session);
	if (err)
		return err;
	hello_fill(session_data(&session));
	err = session_run(&session, PORTAL_CALL_HELLO, PORTAL_OPEN_HELLO,
			  sizeof(struct portal_wire_hello));
	session_close(&session);
	return err;
}

void hello_send(void)
{
	int err;

	WRITE_ONCE(hello_state, HELLO_NOT_WELCOME);
	err = hello_session();
	if (err < 0) {
		WRITE_ONCE(hello_state, HELLO_NO_HOST);
		pr_info("hello was not answered (error %d), no hooks are installed\n", err);
	} else if (hello_state == HELLO_NOT_WELCOME) {
		pr_warn("the host does not accept wire version %d, no hooks are installed\n",
			PORTAL_WIRE_VERSION);
	} else {
		pr_info("ready, %u hooks\n", hook_table_count());
	}
}

static bool is_welcome(const struct portal_wire_welcome *welcome)
{
	return le32_to_cpu(welcome->version) == PORTAL_WIRE_VERSION && !welcome->reserved &&
	       !(le64_to_cpu(welcome->features) & ~(u64)PORTAL_FEATURES);
}

s64 op_welcome(struct op *op)
{
	struct portal_wire_welcome welcome;

	memcpy(&welcome, op->payload, sizeof(welcome));
	if (!is_welcome(&welcome))
		return -EPROTO;
	WRITE_ONCE(hello_state, HELLO_READY);
	return 0;
}

/* Also after a hello that failed: the host may have registered the pool before that. */
void hello_send_bye(void)
{
	if (hello_state != HELLO_DOWN)
		doorbell_call(pool_first_gpa(), 0, PORTAL_CALL_BYE);
	WRITE_ONCE(hello_state, HELLO_DOWN);
}

const char *hello_state_text(void)
{
	static const char *const texts[] = {
		[HELLO_NO_DEVICE] = "no device",
		[HELLO_NO_HOST] = "no host",
		[HELLO_NOT_WELCOME] = "not welcome",
		[HELLO_READY] = "ready",
		[HELLO_DOWN] = "down",
	};

	return texts[READ_ONCE(hello_state)];
}
