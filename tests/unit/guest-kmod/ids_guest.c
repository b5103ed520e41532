/* SPDX-License-Identifier: MIT */
#include "ids_guest.h"

#include <stdlib.h>

#include <linux/gfp.h>
#include <linux/sched.h>

#include "hooks/table.h"

/* the table of hooks with its static functions; these four are wrapped below */
static int table_add(const struct portal_wire_hook *wire, u64 *ret_detail);
static int table_del(u32 id);
static u32 table_list(const struct hook_match *match, u64 bits, __le32 *ids, u32 *ret_flags);
static void table_match(enum syscall_table table, u32 nr, const struct filter_call *call,
			struct hook_match *ret_match);

#define hook_table_add	 table_add
#define hook_table_del	 table_del
#define hook_table_list	 table_list
#define hook_table_match table_match
#include "hooks/table.c"
#undef hook_table_add
#undef hook_table_del
#undef hook_table_list
#undef hook_table_match

#include "arch/doorbell.h"
#include "channel/buffer.h"
#include "channel/pool.h"
#include "fake_calls.h"
#include "fake_kernel.h"
#include "fake_task.h"
#include "hooks/trace.h"
#include "ops/dispatch.h"
#include "ops/op.h"
#include "ops/session.h"
#include "sources/end.h"
#include "sources/syscall.h"

#define NR_PAGES  8u
#define PATH_SIZE 64u

/* the ids of the event that a task builds, each with the bit that stands for it */
struct built {
	u64 bits[PORTAL_MAX_HOOKS];
	u32 table, nr;
};

char srcu_point;

static const struct ids_host *host;
static enum ids_way way;
static struct task_struct tasks[IDS_NR_TASKS];
static struct pt_regs regs[IDS_NR_TASKS];
static struct built built[IDS_NR_TASKS];

/* ---- the table of hooks, observed and changed ---- */

int hook_table_add(const struct portal_wire_hook *wire, u64 *ret_detail)
{
	int err = table_add(wire, ret_detail);

	if (!err)
		host->added(le32_to_cpu(wire->id), *ret_detail);
	return err;
}

int hook_table_del(u32 id)
{
	int err = table_del(id);

	if (!err)
		host->deleted(id);
	return err;
}

void hook_table_match(enum syscall_table table, u32 nr, const struct filter_call *call,
		      struct hook_match *ret_match)
{
	schedule_sleep();
	table_match(table, nr, call, ret_match);
	if (way == IDS_NO_SERIALS)
		ret_match->newest = U64_MAX;
}

u32 hook_table_list(const struct hook_match *match, u64 bits, __le32 *ids, u32 *ret_flags)
{
	struct built *of = &built[current->cpu];
	const struct hook *hook;
	u32 nr, i;

	schedule_sleep();
	nr = table_list(match, bits, ids, ret_flags);
	of->table = match->table;
	of->nr = match->nr;
	for (i = 0; i < nr; i++) {
		hook = find_hook(le32_to_cpu(ids[i]));
		of->bits[i] = hook ? hook->bit : 0;
	}
	return nr;
}

static u32 id_of_bit(const struct built *of, u64 bit)
{
	const struct hook_site *site;

	hlist_for_each_entry(site, hooks_of_call(of->table, of->nr), node)
		if (site->hook->bit == bit)
			return site->hook->id;
	return 0;
}

/* Names the hooks that have the bits of the event now. */
static void resolve_bits(struct portal_wire_event *event)
{
	__le32 *ids = (__le32 *)(event + 1);
	u32 i, id;

	event->newest = cpu_to_le64(U64_MAX);
	for (i = 0; i < le32_to_cpu(event->nr_hooks); i++) {
		id = id_of_bit(&built[current->cpu], built[current->cpu].bits[i]);
		if (id)
			ids[i] = cpu_to_le32(id);
	}
}

/* ---- where a task sleeps ---- */

size_t __wrap_user_mem_read(u64 addr, void *buf, size_t len);
size_t __real_user_mem_read(u64 addr, void *buf, size_t len);

/* The page of the memory is not there. */
size_t __wrap_user_mem_read(u64 addr, void *buf, size_t len)
{
	schedule_sleep();
	return __real_user_mem_read(addr, buf, len);
}

static long run_call(const struct pt_regs *of)
{
	(void)of;
	schedule_sleep();
	return 0;
}

/* ---- the doorbell ---- */

/* Before the call the task may have waited, for a page or for its CPU. */
bool doorbell_trap(phys_addr_t gpa, u32 index, u32 kind)
{
	struct portal_region *region = (struct portal_region *)(uintptr_t)gpa;

	(void)index;
	schedule_step(true, host, NULL, NULL, NULL);
	if (kind == PORTAL_CALL_EVENT && way == IDS_BITS)
		resolve_bits((struct portal_wire_event *)(void *)region->data);
	return host->call(current->cpu, gpa, kind) == 0;
}

void *ids_guest_ram(uint64_t gpa, uint64_t len)
{
	const struct pool_page *page;
	u32 i;

	for (i = 0; i < NR_PAGES; i++) {
		page = pool_find(i);
		if (page && gpa >= page->gpa && gpa - page->gpa < PAGE_SIZE &&
		    len <= PAGE_SIZE - (gpa - page->gpa))
			return (void *)(uintptr_t)gpa;
	}
	/* a range of pages */
	return len % PAGE_SIZE == 0 && pool_first_gpa() <= gpa ? (void *)(uintptr_t)gpa : NULL;
}

/* ---- operations that no hook of the test needs ---- */

s64 op_welcome(struct op *op)
{
	(void)op;
	return 0;
}

#define WITHOUT(name)                \
	s64 op_##name(struct op *op) \
	{                            \
		(void)op;            \
		abort();             \
	}

WITHOUT(read)
WITHOUT(write)
WITHOUT(read_str)
WITHOUT(proc_env)
WITHOUT(proc_pid)
WITHOUT(user_regs)
WITHOUT(rule_open)
WITHOUT(rule_add)
WITHOUT(rule_del)
WITHOUT(trace_open)
WITHOUT(read_vec)

/* ---- the module ---- */

static int send_hello(void)
{
	struct guest_session session;
	struct portal_wire_hello *hello;
	int err = session_open_own(&session);

	if (err)
		return err;
	hello = session_data(&session);
	memset(hello, 0, sizeof(*hello));
	hello->version = cpu_to_le32(PORTAL_WIRE_VERSION);
	hello->sources = cpu_to_le64(BIT_ULL(PORTAL_SOURCE_SYSCALL));
	dispatch_list(hello->ops);
	hello->features = cpu_to_le64(PORTAL_FEATURE_ENDS);
	hello->abi = cpu_to_le32(syscall_table_abi(SYSCALL_NATIVE));
	hello->compat_abi = cpu_to_le32(syscall_table_abi(SYSCALL_COMPAT));
	hello->nr_ranges = cpu_to_le32(pool_ranges(hello->ranges));
	memcpy(hello->release, "ids", sizeof("ids"));
	memcpy(hello->module_version, "0", sizeof("0"));
	err = session_run(&session, PORTAL_CALL_HELLO, PORTAL_OPEN_HELLO, sizeof(*hello));
	session_close(&session);
	return err;
}

int ids_guest_start(const struct ids_host *its_host)
{
	unsigned int i;
	int err;

	host = its_host;
	way = IDS_AS_IT_IS;
	fake_kernel_reset();
	fake_task_reset();
	fake_calls_reset();
	fake_calls.run = run_call;
	for (i = 0; i < IDS_NR_TASKS; i++)
		tasks[i] = (struct task_struct){ .cpu = i, .pid = 100 + i, .regs = &regs[i] };
	fake_current = &tasks[0];
	err = pool_create(NR_PAGES);
	if (!err)
		err = hook_table_open(syscall_hook_wrapper);
	if (err)
		return err;
	end_open();
	return send_hello();
}

unsigned int ids_guest_stop(void)
{
	end_close();
	hook_table_close();
	hook_table_drain();
	buffers_free();
	pool_destroy();
	return fake_kernel.nr_allocated;
}

void ids_guest_set_way(enum ids_way new_way)
{
	way = new_way;
}

void ids_guest_enter(unsigned int task, const char *comm)
{
	fake_current = &tasks[task];
	strncpy(tasks[task].comm, comm, sizeof(tasks[task].comm) - 1);
}

void ids_guest_call(uint32_t nr, const char *path, uint64_t arg1, uint64_t arg2)
{
	struct pt_regs *of = &regs[current->cpu];

	memset(of, 0, sizeof(*of));
	of->nr = nr;
	of->reg[0] = fake_task_put(PATH_SIZE * current->cpu, path, strlen(path) + 1);
	of->reg[1] = arg1;
	of->reg[2] = arg2;
	/* the wrapper looks whether there are hooks */
	schedule_sleep();
	schedule_step(false, &call_hooks[SYSCALL_NATIVE][nr].first, &every_call_hooks.first, NULL,
		      NULL);
	redirect_enter();
	syscall_hook_wrapper(of, syscall_table_function(SYSCALL_NATIVE, nr));
}

void ids_guest_work(void)
{
	struct guest_session session;

	if (session_open(&session, true))
		abort();
	if (session_run(&session, PORTAL_CALL_WORK, PORTAL_OPEN_WORK, 0))
		abort();
	session_close(&session);
}

bool ids_guest_is_clean(unsigned int nr)
{
	return hook_table_count() == nr && !hook_srcu.readers && !hook_srcu.waiting;
}
