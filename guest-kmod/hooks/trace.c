// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "channel/doorbell.h"
#include "channel/pool.h"
#include "hooks/trace.h"
#include "hooks/trace_writer.h"

/* maximum number of calls to make room for one record; other tasks may take the room meanwhile */
#define TRACE_MAX_CALLS 100

/*
 * @size: bytes of each ring, 0 if there are none. @lock serializes opening and closing. A task with
 * a record may come after the rings were closed: it looks at @size and writes with preemption
 * disabled, and RCU waits for that before the rings are freed.
 */
static struct {
	struct mutex lock;
	u32 size;
	void __iomem *wake_reg;
} traces = {
	.lock = __MUTEX_INITIALIZER(traces.lock),
};

static DEFINE_PER_CPU(struct trace_writer, trace_rings);

/* ---- opening and closing ---- */

static void ring_free(struct trace_writer *ring, u32 size)
{
	if (ring->shared)
		free_pages_exact(ring->shared, PORTAL_PAGE_SIZE + size);
	*ring = (struct trace_writer){ 0 };
}

/* Contiguous pages, zeroed so that the VMM sees no old kernel data. */
static int ring_alloc(struct trace_writer *ring, u32 size)
{
	void *pages = alloc_pages_exact(PORTAL_PAGE_SIZE + size, GFP_KERNEL | __GFP_ZERO);

	if (!pages)
		return -ENOMEM;
	*ring = (struct trace_writer){
		.shared = pages,
		.data = pages + PORTAL_PAGE_SIZE,
		.size = size,
	};
	return 0;
}

static void free_rings(u32 size)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		ring_free(per_cpu_ptr(&trace_rings, cpu), size);
}

static int make_rings(u32 size)
{
	unsigned int cpu;
	int err;

	for_each_possible_cpu(cpu) {
		err = ring_alloc(per_cpu_ptr(&trace_rings, cpu), size);
		if (err) {
			free_rings(size);
			return err;
		}
	}
	smp_store_release(&traces.size, size);
	return 0;
}

static int list_rings(__le64 *gpas)
{
	unsigned int cpu;
	int nr = 0;

	for_each_possible_cpu(cpu)
		gpas[nr++] = cpu_to_le64(virt_to_phys(per_cpu_ptr(&trace_rings, cpu)->shared));
	return nr;
}

int trace_open(u64 size, __le64 *gpas)
{
	int err = 0;

	if (size < PORTAL_TRACE_RING_MIN || size > PORTAL_TRACE_RING_MAX || !is_power_of_2(size))
		return -EINVAL;
	if (num_possible_cpus() > PORTAL_MAX_TRACE_RINGS)
		return -E2BIG;
	mutex_lock(&traces.lock);
	if (!traces.size)
		err = make_rings(size);
	else if (traces.size != size)
		err = -EEXIST;
	if (!err)
		err = list_rings(gpas);
	mutex_unlock(&traces.lock);
	return err;
}

bool trace_is_open(void)
{
	return READ_ONCE(traces.size) != 0;
}

void trace_bind(void __iomem *wake_reg)
{
	traces.wake_reg = wake_reg;
}

void trace_close(void)
{
	u32 size;

	mutex_lock(&traces.lock);
	size = traces.size;
	WRITE_ONCE(traces.size, 0);
	if (size) {
		synchronize_rcu();
		free_rings(size);
	}
	mutex_unlock(&traces.lock);
}

/* ---- writing ---- */

/*
 * A record for rings that are closed is dropped.
 *
 * System calls are hooked in process context only, so with preemption disabled the ring has one
 * writer. The time is read in that section, too, from a clock that is the same on all CPUs: a
 * record that is written after a record of another CPU does not have an earlier time.
 */
static bool put_here(struct portal_wire_trace_record *record, u32 size, bool drop)
{
	struct trace_writer *ring = get_cpu_ptr(&trace_rings);
	bool wake = false, done = true;

	if (smp_load_acquire(&traces.size)) {
		done = trace_writer_put(ring, record, size, ktime_get_ns(), &wake);
		if (!done && drop)
			trace_writer_drop(ring);
		if (wake)
			writel(raw_smp_processor_id(), traces.wake_reg);
	}
	put_cpu_ptr(&trace_rings);
	return done;
}

struct portal_wire_trace_record *trace_begin(void)
{
	struct trace_writer *ring = get_cpu_ptr(&trace_rings);
	struct portal_wire_trace_record *record = NULL;

	if (smp_load_acquire(&traces.size))
		record = trace_writer_reserve(ring, PORTAL_TRACE_RECORD_MAX);
	if (record)
		pagefault_disable();
	else
		put_cpu_ptr(&trace_rings);
	return record;
}

void trace_end(u32 size)
{
	struct trace_writer *ring = this_cpu_ptr(&trace_rings);

	pagefault_enable();
	if (size && trace_writer_commit(ring, size, ktime_get_ns()))
		writel(raw_smp_processor_id(), traces.wake_reg);
	put_cpu_ptr(&trace_rings);
}

/* Calls the host to make room; not for rings that are closed, whose pool may be gone. */
static bool make_room(void)
{
	bool served = false;

	preempt_disable();
	if (trace_is_open())
		served = doorbell_call(pool_first_gpa(), 0, PORTAL_CALL_TRACE);
	preempt_enable();
	return served;
}

void trace_put(struct portal_wire_trace_record *record, u32 size, bool block)
{
	unsigned int n;

	for (n = 0; block && n < TRACE_MAX_CALLS && !fatal_signal_pending(current); n++) {
		if (put_here(record, size, false))
			return;
		if (!make_room())
			break;
		cond_resched();
	}
	put_here(record, size, true);
}

void trace_drop(void)
{
	struct trace_writer *ring = get_cpu_ptr(&trace_rings);

	if (trace_is_open())
		trace_writer_drop(ring);
	put_cpu_ptr(&trace_rings);
}
