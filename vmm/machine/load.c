/* SPDX-License-Identifier: MIT */
#include "machine/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "machine/dtb.h"

static uint64_t to_mib(uint64_t bytes)
{
	return (bytes + MIB(1) - 1) >> 20;
}

static int make_cmdline(const struct vmm_config *config, const struct kernel_entry *entry,
			char **ret_cmdline)
{
	/* these know no KASLR, and 32-bit arm not even the word; the others do it unless they are
	 * told not to */
	bool knows_kaslr = entry->protocol != KERNEL_PVH && entry->protocol != KERNEL_ARM;
	bool nokaslr = knows_kaslr && !config->kaslr;
	auto_free char *cmdline = NULL;
	size_t len;

	if (asprintf(&cmdline, "%s%s%s%s", arch_platform()->cmdline, nokaslr ? " nokaslr" : "",
		     config->append[0] ? " " : "", config->append) < 0) {
		log_error("cannot allocate the kernel command line");
		return -ENOMEM;
	}
	len = strlen(cmdline);
	if (len > entry->cmdline_max) {
		log_error(
			"the kernel command line is %zu bytes long, this kernel takes %u; shorten "
			"--append by %zu",
			len, entry->cmdline_max, len - entry->cmdline_max);
		return -EINVAL;
	}
	*ret_cmdline = take_ptr(cmdline);
	return 0;
}

/* RAM below the first hole: where the kernel is loaded and the initrd has to be */
static struct mem_slot low_ram(const struct guest_mem *mem)
{
	size_t nr;
	const struct mem_slot *slots = mem_slots(mem, &nr);

	return nr ? slots[0] : (struct mem_slot){ 0 };
}

/* enough to come up: Linux unpacks the initrd beside itself, and a small userland takes 16 MiB */
static int too_small(uint64_t kernel_bytes, uint64_t initrd_bytes)
{
	log_error("guest memory is too small: the kernel takes %llu MiB and the initial RAM file "
		  "system %llu MiB; use --memory %lluM or more",
		  (unsigned long long)to_mib(kernel_bytes),
		  (unsigned long long)to_mib(initrd_bytes),
		  (unsigned long long)(to_mib(kernel_bytes) + 2 * to_mib(initrd_bytes) + 16));
	return -EINVAL;
}

/* as high as possible, so that the kernel has room above itself */
static int place_initrd(const struct load_initrd *initrd, const struct guest_mem *mem,
			const struct kernel_entry *entry, gpa_t *ret_gpa)
{
	const struct mem_slot ram = low_ram(mem);
	uint64_t top = ram.base.value + ram.size;
	uint64_t start;

	if (entry->initrd_max < top)
		top = align_down(entry->initrd_max + 1, MEM_PAGE_SIZE);
	start = initrd->len < top ? align_down(top - initrd->len, MEM_PAGE_SIZE) : 0;
	if (start < entry->load_end.value)
		return too_small(entry->load_end.value - ram.base.value, initrd->len);
	*ret_gpa = GPA(start);
	return mem_write(mem, *ret_gpa, initrd->data, initrd->len);
}

static int load_kernel(const struct vmm_config *config, const struct kernel_image *kernel,
		       const struct load_initrd *initrd, const struct guest_mem *mem,
		       struct kernel_entry *ret_entry)
{
	struct load_error why = { 0 };
	int err = kernel_load(kernel, mem, ret_entry, &why);

	if (err == 0)
		return 0;
	if (err == -ENOMEM && why.need_bytes)
		return too_small(why.need_bytes, initrd->len);
	log_error("%s: %s", config->kernel, why.text);
	return -EINVAL;
}

static int setup_failed(const struct vmm_config *config, int err)
{
	if (config->dtb && (err == -EBADMSG || err == -E2BIG)) {
		log_error("%s: %s", config->dtb,
			  err == -E2BIG ? "the device tree is too large"
					: "not a device tree, or damaged");
		return -EINVAL;
	}
	log_error("cannot set the boot processor up: %s", strerror(-err));
	return err;
}

/* a boot protocol: its value in boot/, in arch/, and its name in the log */
static const struct {
	enum arch_entry entry;
	const char *name;
} protocols[] = {
	[KERNEL_PVH] = { ARCH_ENTRY_PVH, "PVH" },
	[KERNEL_LINUX64] = { ARCH_ENTRY_LINUX64, "64-bit" },
	[KERNEL_ARM64] = { ARCH_ENTRY_ARM64, "arm64" },
	[KERNEL_ARM] = { ARCH_ENTRY_ARM, "32-bit arm" },
};

int load_guest(const struct vmm_config *config, const struct kernel_image *kernel,
	       const struct load_initrd *initrd, const struct load_target *target)
{
	auto_free char *cmdline = NULL;
	auto_free void *devtree = NULL;
	struct kernel_entry entry;
	struct arch_boot boot = {
		.kaslr = config->kaslr,
		.nr_cpus = config->cpus,
		.nr_virtio = target->nr_virtio,
		.doorbell = target->doorbell,
	};
	int err = load_kernel(config, kernel, initrd, target->mem, &entry);

	if (err == 0)
		err = make_cmdline(config, &entry, &cmdline);
	if (err == 0 && initrd->len)
		err = place_initrd(initrd, target->mem, &entry, &boot.initrd);
	if (err == 0)
		err = dtb_read(config, &devtree, &boot.devtree_len);
	if (err < 0)
		return err;
	boot.devtree = devtree;
	boot.protocol = protocols[entry.protocol].entry;
	boot.entry = entry.entry;
	boot.tables = entry.tables;
	boot.setup_header = entry.setup_header_len ? entry.setup_header : NULL;
	boot.setup_header_len = entry.setup_header_len;
	boot.initrd_size = initrd->len;
	boot.cmdline = cmdline;
	log_debug("kernel %s: %s entry at %#llx, command line: %s", kernel->release,
		  protocols[entry.protocol].name, (unsigned long long)entry.entry.value, cmdline);
	err = arch_boot_setup(target->vm, target->mem, target->cpu, &boot);
	if (err < 0)
		return setup_failed(config, err);
	return dtb_dump(config, target->mem, boot.tables);
}
