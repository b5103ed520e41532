// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "channel/buffer.h"

static DEFINE_PER_CPU(struct buffer *, cached_buffer);

struct buffer *buffer_get(void)
{
	struct buffer **cached = get_cpu_ptr(&cached_buffer);
	struct buffer *buffer = xchg(cached, NULL);

	put_cpu_ptr(&cached_buffer);
	return buffer ? buffer : kvmalloc(sizeof(*buffer), GFP_KERNEL);
}

void buffer_put(struct buffer *buffer)
{
	struct buffer **cached = get_cpu_ptr(&cached_buffer);
	struct buffer *other = xchg(cached, buffer);

	put_cpu_ptr(&cached_buffer);
	kvfree(other);
}

void buffers_free(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		kvfree(xchg(per_cpu_ptr(&cached_buffer, cpu), NULL));
}
