// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kprobes.h>

#include "compat/compat.h"
#include "compat/kallsyms.h"

/* Registering a disabled kprobe looks up its symbol, but does not change kernel text. */
compat_lookup_fn *compat_kallsyms(void)
{
	struct kprobe probe = {
		.symbol_name = "kallsyms_lookup_name",
		.flags = KPROBE_FLAG_DISABLED,
	};
	unsigned long address;

	if (register_kprobe(&probe))
		return NULL;
	address = compat_function_start((unsigned long)probe.addr);
	unregister_kprobe(&probe);
	return (compat_lookup_fn *)address;
}
