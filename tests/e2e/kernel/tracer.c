// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another user of what the guest module redirects functions with. Each parameter selects one use;
 * insmod fails with the error that the kernel answers.
 *
 *	insmod tracer.ko post=FUNCTION		a kprobe with a post handler
 *	insmod tracer.ko ipmodify=FUNCTION	an ftrace_ops that may change the next instruction
 *	insmod tracer.ko livepatch=FUNCTION	a live patch; it returns what the function returns
 *	insmod tracer.ko table=ADDRESS entry=N	another function in entry N of that table, which
 *						calls what it has found there
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/livepatch.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

static char *post, *ipmodify, *livepatch;
static unsigned long table;
static unsigned int entry, hits;
module_param(post, charp, 0444);
module_param(ipmodify, charp, 0444);
module_param(livepatch, charp, 0444);
module_param(table, ulong, 0444);
module_param(entry, uint, 0444);
module_param(hits, uint, 0444);

/* ---- kprobe ---- */

static void after(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
	hits++;
}

static struct kprobe probe = { .post_handler = after };

/* ---- ftrace ---- */

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define ftrace_regs		pt_regs
#define FTRACE_OPS_FL_RECURSION FTRACE_OPS_FL_RECURSION_SAFE
#endif

static void notrace traced(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			   struct ftrace_regs *regs)
{
	hits++;
}

static struct ftrace_ops ops = {
	.func = traced,
	.flags = FTRACE_OPS_FL_SAVE_REGS_IF_SUPPORTED | FTRACE_OPS_FL_IPMODIFY |
		 FTRACE_OPS_FL_RECURSION,
};

static int trace(void)
{
	int err = ftrace_set_filter(&ops, ipmodify, strlen(ipmodify), 1);

	return err ? err : register_ftrace_function(&ops);
}

/* ---- live patch ---- */

#ifdef CONFIG_LIVEPATCH
static long patched(const struct pt_regs *regs)
{
	hits++;
	return -ENOSYS;
}

static struct klp_func klp_funcs[] = { { .new_func = patched }, {} };
static struct klp_object klp_objects[] = { { .funcs = klp_funcs }, {} };
static struct klp_patch klp_patch = { .mod = THIS_MODULE, .objs = klp_objects };

static int patch(void)
{
	klp_funcs[0].old_name = livepatch;
	return klp_enable_patch(&klp_patch);
}
MODULE_INFO(livepatch, "Y");
#else
static int patch(void)
{
	return -EOPNOTSUPP;
}
#endif

/* ---- system call table ---- */

typedef long call_fn(unsigned long a, unsigned long b, unsigned long c, unsigned long d,
		     unsigned long e, unsigned long f);

static call_fn *found;

static long called(unsigned long a, unsigned long b, unsigned long c, unsigned long d,
		   unsigned long e, unsigned long f)
{
	hits++;
	return found(a, b, c, d, e, f);
}

static unsigned long table_exchange(unsigned long value)
{
	unsigned long at = table + entry * sizeof(at), old;
	struct page *page = pfn_to_page(PHYS_PFN(__pa_symbol(at)));
	void *map = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	if (!map)
		return 0;
	old = xchg((unsigned long *)(map + offset_in_page(at)), value);
	vunmap(map);
	return old;
}

static int change_entry(void)
{
	found = *(call_fn **)(table + entry * sizeof(table));
	return table_exchange((unsigned long)called) ? 0 : -ENOMEM;
}

/* ---- module ---- */

static int __init tracer_init(void)
{
	if (post) {
		probe.symbol_name = post;
		return register_kprobe(&probe);
	}
	if (ipmodify)
		return trace();
	if (livepatch)
		return patch();
	return table ? change_entry() : -EINVAL;
}

static void __exit tracer_exit(void)
{
	if (post)
		unregister_kprobe(&probe);
	if (ipmodify)
		unregister_ftrace_function(&ops);
	if (table)
		table_exchange((unsigned long)found);
}

module_init(tracer_init);
module_exit(tracer_exit);
MODULE_DESCRIPTION("another tracer, for the tests");
MODULE_LICENSE("GPL");
