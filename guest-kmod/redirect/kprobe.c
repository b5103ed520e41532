// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "arch/arch.h"
#include "compat/compat.h"
#include "redirect/backend.h"

struct probe {
	struct hlist_node node;
	struct kprobe kprobe;
};

static DEFINE_HASHTABLE(probes, 8);

/*
 * Runs in the exception of a redirected function's first instruction. A return value of 1 means
 * that the handler has set the program counter: the instruction is not single-stepped, and the
 * wrapper starts after the exception has ended, where it may sleep. The handler calls no system
 * call function, so no other of these probes is hit, and missed, while it runs.
 */
static int redirect_entry(struct kprobe *kprobe, struct pt_regs *regs)
{
	if (!redirect_admit(arch_probed_caller(regs)))
		return 0;
	arch_redirect_probed(regs, (unsigned long)redirect_wrapper,
			     compat_function_start((unsigned long)kprobe->addr));
	return 1;
}
NOKPROBE_SYMBOL(redirect_entry);

/*
 * An empty post_handler. Kprobes with one are not optimized into a jump, whose handler could not
 * change the program counter.
 */
static void redirect_stay_probe(struct kprobe *kprobe, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(redirect_stay_probe);

/*
 * There is no cheap check other than registering a kprobe, and system call functions can always be
 * probed.
 */
bool redirect_backend_knows(unsigned long function)
{
	return true;
}

static struct probe *probe_find(unsigned long function)
{
	struct probe *probe;

	hash_for_each_possible(probes, probe, node, function)
		if (probe->kprobe.addr == (kprobe_opcode_t *)function)
			return probe;
	return NULL;
}

static void probes_free(struct kprobe **kprobes, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		kfree(container_of(kprobes[i], struct probe, kprobe));
}

static int probes_alloc(struct kprobe **kprobes, const unsigned long *functions, unsigned int nr)
{
	struct probe *probe;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		probe = kzalloc(sizeof(*probe), GFP_KERNEL);
		if (!probe) {
			probes_free(kprobes, i);
			return -ENOMEM;
		}
		probe->kprobe.addr = (kprobe_opcode_t *)functions[i];
		probe->kprobe.pre_handler = redirect_entry;
		probe->kprobe.post_handler = redirect_stay_probe;
		kprobes[i] = &probe->kprobe;
	}
	return 0;
}

static void probes_hash(struct kprobe **kprobes, unsigned int nr)
{
	struct probe *probe;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		probe = container_of(kprobes[i], struct probe, kprobe);
		hash_add(probes, &probe->node, (unsigned long)probe->kprobe.addr);
	}
}

static int probes_register(struct kprobe **kprobes, const unsigned long *functions, unsigned int nr)
{
	int err = probes_alloc(kprobes, functions, nr);

	if (err)
		return err;
	err = register_kprobes(kprobes, nr);
	if (err) {
		probes_free(kprobes, nr);
		return err == -EINVAL ? -ENOSYS : err;
	}
	probes_hash(kprobes, nr);
	return 0;
}

int redirect_backend_add(unsigned long *functions, unsigned int nr)
{
	struct kprobe **kprobes;
	int err;

	if (nr == 0)
		return 0;
	kprobes = kvmalloc_array(nr, sizeof(*kprobes), GFP_KERNEL);
	if (!kprobes)
		return -ENOMEM;
	err = probes_register(kprobes, functions, nr);
	kvfree(kprobes);
	return err;
}

static void probes_unregister(struct kprobe **kprobes, unsigned int nr)
{
	unsigned int i;

	if (nr > 0)
		unregister_kprobes(kprobes, nr);
	for (i = 0; i < nr; i++)
		hash_del(&container_of(kprobes[i], struct probe, kprobe)->node);
	probes_free(kprobes, nr);
}

/* unregister_kprobes() waits only once for all of them. */
void redirect_backend_remove(unsigned long *functions, unsigned int nr)
{
	struct kprobe **kprobes = kvmalloc_array(nr, sizeof(*kprobes), GFP_KERNEL | __GFP_NOFAIL);
	unsigned int i, nr_found = 0;
	struct probe *probe;

	for (i = 0; i < nr; i++) {
		probe = probe_find(functions[i]);
		if (!WARN_ON(!probe))
			kprobes[nr_found++] = &probe->kprobe;
	}
	probes_unregister(kprobes, nr_found);
	kvfree(kprobes);
}

void redirect_backend_remove_all(void)
{
	struct kprobe **kprobes;
	unsigned int bucket, nr = 0;
	struct probe *probe;

	hash_for_each(probes, bucket, probe, node) nr++;
	kprobes = kvmalloc_array(nr, sizeof(*kprobes), GFP_KERNEL | __GFP_NOFAIL);
	nr = 0;
	hash_for_each(probes, bucket, probe, node) kprobes[nr++] = &probe->kprobe;
	probes_unregister(kprobes, nr);
	kvfree(kprobes);
}

void redirect_backend_free(void)
{
}
