// SPDX-License-Identifier: GPL-2.0-only
/* The driver of the portal device: binds, sends hello, and tears everything down in reverse. */
#define pr_fmt(fmt) "portal: " fmt

#include <linux/acpi.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/reboot.h>
#include <linux/workqueue.h>

#include <portal/wire.h>

#include "channel/buffer.h"
#include "channel/doorbell.h"
#include "channel/pool.h"
#include "compat/compat.h"
#include "hello.h"
#include "hooks/missed.h"
#include "hooks/rule_slots.h"
#include "hooks/table.h"
#include "hooks/trace.h"
#include "ops/session.h"
#include "ops/work.h"
#include "redirect/redirect.h"
#include "redirect/signal.h"
#include "sources/end.h"
#include "sources/syscall.h"

/*
 * Maximum time for which open sessions are left to end by themselves before the host cancels them.
 * A session may be in a page fault of its task that does not end, or its task may be frozen. The
 * driver core holds the device's lock meanwhile.
 */
#define UNBIND_WAIT   (5 * HZ)
#define SHUTDOWN_WAIT HZ

static unsigned int pages = 32;
module_param(pages, uint, 0444);
MODULE_PARM_DESC(pages, "pages shared with the host, 1 to 1024; each hooked call uses one");

static unsigned int max_pages = PORTAL_MAX_PAGES;
module_param(max_pages, uint, 0444);
MODULE_PARM_DESC(max_pages, "most pages, pages to 1024; they are added when all are in use");

static int state_get(char *buf, const struct kernel_param *param)
{
	return scnprintf(buf, PAGE_SIZE, "%s\n", hello_state_text());
}

static const struct kernel_param_ops state_ops = { .get = state_get };
module_param_cb(state, &state_ops, NULL, 0444);
MODULE_PARM_DESC(state, "no device, no host, not welcome, ready or down");

static int hooks_get(char *buf, const struct kernel_param *param)
{
	return scnprintf(buf, PAGE_SIZE, "%u\n", hook_table_count());
}

static const struct kernel_param_ops hooks_ops = { .get = hooks_get };
module_param_cb(hooks, &hooks_ops, NULL, 0444);
MODULE_PARM_DESC(hooks, "number of hooks that are installed");

/**
 * struct portal - the bound device
 * @regs: its registers
 * @irq: its interrupt
 * @reboot: writes to the state register how the machine is about to go down
 * @panic: writes to the state register that the kernel has panicked
 */
struct portal {
	void __iomem *regs;
	int irq;
	struct notifier_block reboot;
	struct notifier_block panic;
};

static void set_state(struct portal *portal, u32 state)
{
	writel(state, portal->regs + PORTAL_DEV_STATE);
}

static int on_reboot(struct notifier_block *block, unsigned long action, void *data)
{
	struct portal *portal = container_of(block, struct portal, reboot);

	if (action == SYS_POWER_OFF)
		set_state(portal, PORTAL_STATE_POWEROFF);
	else if (action == SYS_HALT)
		set_state(portal, PORTAL_STATE_HALT);
	else if (action == SYS_RESTART)
		set_state(portal, PORTAL_STATE_RESTART);
	return NOTIFY_DONE;
}

static int on_panic(struct notifier_block *block, unsigned long action, void *data)
{
	set_state(container_of(block, struct portal, panic), PORTAL_STATE_PANIC);
	return NOTIFY_DONE;
}

/* Reading takes the number out of the device. */
static void open_work(struct portal *portal)
{
	work_want(readl(portal->regs + PORTAL_DEV_WORK));
}

/* The host has no more requests than the pool has pages. */
static void cancel_sessions(struct portal *portal)
{
	unsigned int n;
	u32 page;

	for (n = 0; n < PORTAL_MAX_PAGES; n++) {
		page = readl(portal->regs + PORTAL_DEV_CANCEL);
		if (!page)
			return;
		session_cancel(page - 1, readl(portal->regs + PORTAL_DEV_CANCEL_GENERATION));
	}
}

/* Acknowledged first: what the host adds after that raises the interrupt again. */
static irqreturn_t on_interrupt(int irq, void *data)
{
	struct portal *portal = data;
	u32 bits = readl(portal->regs + PORTAL_DEV_IRQ);

	if (!bits)
		return IRQ_NONE;
	writel(bits, portal->regs + PORTAL_DEV_IRQ);
	if (bits & PORTAL_IRQ_WORK)
		open_work(portal);
	if (bits & PORTAL_IRQ_CANCEL)
		cancel_sessions(portal);
	return IRQ_HANDLED;
}

void __iomem *doorbell_window;

/* If the device has a second window, that is the doorbell. Only some hosts have one. */
static int find_doorbell(struct platform_device *device)
{
	struct resource *window = platform_get_resource(device, IORESOURCE_MEM, 1);
	void __iomem *at;

	doorbell_window = NULL;
	if (!window)
		return 0;
	if (resource_size(window) < PORTAL_DOORBELL_MMIO_SIZE)
		return -ENODEV;
	at = devm_ioremap_resource(&device->dev, window);
	if (IS_ERR(at))
		return PTR_ERR(at);
	doorbell_window = at;
	return 0;
}

static int portal_check(struct portal *portal)
{
	u32 magic = readl(portal->regs + PORTAL_DEV_MAGIC);
	u32 version = readl(portal->regs + PORTAL_DEV_VERSION);

	if (magic != PORTAL_DEV_MAGIC_VALUE) {
		pr_err("not a portal device: magic %#x\n", magic);
		return -ENODEV;
	}
	/* Not an error here: hello sends our version, and the host decides. */
	if (version != PORTAL_WIRE_VERSION)
		pr_warn("the host uses wire version %u, this module %u\n", version,
			PORTAL_WIRE_VERSION);
	return 0;
}

static void notifiers_register(struct portal *portal)
{
	portal->reboot.notifier_call = on_reboot;
	portal->panic.notifier_call = on_panic;
	register_reboot_notifier(&portal->reboot);
	atomic_notifier_chain_register(&panic_notifier_list, &portal->panic);
}

static void notifiers_unregister(struct portal *portal)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &portal->panic);
	unregister_reboot_notifier(&portal->reboot);
}

/* ---- coming and leaving ---- */

static int portal_open(void)
{
	int err;

	err = pool_create(pages);
	if (err)
		return err;
	err = hook_table_open(syscall_hook_wrapper);
	if (err) {
		pr_err("%s\n", err == -ENXIO ? "the kernel's system call tables are not found"
					     : "the kernel has no kallsyms_lookup_name; it needs "
					       "CONFIG_KALLSYMS and CONFIG_KPROBES");
		pool_close();
		return err;
	}
	end_open();
	return 0;
}

/*
 * Afterwards the host does not use this kernel's memory. Sessions that are still open have been
 * cancelled: the host refuses their next call, and they return their pages to the pool, which is
 * kept for that.
 */
static void portal_leave(long timeout)
{
	missed_flush();
	work_stop();
	pool_close();
	if (!pool_drain(timeout))
		pr_info("sessions are still open, the host cancels them\n");
	hello_send_bye();
}

static void portal_hello(void)
{
	hello_send();
	pool_let_grow(max_pages);
}

static int portal_start(struct portal *portal)
{
	int err;

	err = work_open();
	if (err)
		return err;
	err = portal_open();
	if (err)
		goto close_work;
	err = request_irq(portal->irq, on_interrupt, 0, "portal", portal);
	if (err)
		goto close;
	trace_bind(portal->regs + PORTAL_DEV_TRACE);
	notifiers_register(portal);
	return 0;

close:
	hook_table_close();
	end_close();
	pool_close();
close_work:
	work_close();
	return err;
}

static int portal_probe(struct platform_device *device)
{
	struct portal *portal;
	int err;

	portal = devm_kzalloc(&device->dev, sizeof(*portal), GFP_KERNEL);
	if (!portal)
		return -ENOMEM;
	portal->regs = devm_platform_ioremap_resource(device, 0);
	if (IS_ERR(portal->regs))
		return PTR_ERR(portal->regs);
	portal->irq = platform_get_irq(device, 0);
	if (portal->irq < 0)
		return portal->irq;
	err = portal_check(portal);
	if (!err)
		err = find_doorbell(device);
	if (err)
		return err;
	err = portal_start(portal);
	if (err)
		return err;
	platform_set_drvdata(device, portal);
	set_state(portal, PORTAL_STATE_UP);
	portal_hello();
	/* a request that was raised before the driver was bound */
	open_work(portal);
	return 0;
}

/* All hooks are removed first, at once. */
static void portal_remove(struct platform_device *device)
{
	struct portal *portal = platform_get_drvdata(device);

	notifiers_unregister(portal);
	hook_table_close();
	end_close();
	free_irq(portal->irq, portal);
	portal_leave(UNBIND_WAIT);
	work_close();
	trace_close();
}

/*
 * Before a power-off, a reboot, and a kexec, whose kernel reuses this kernel's memory. Hooks, rules
 * and rings need not be removed: without the pool there are no events and no records, and the host
 * has ended the rules.
 */
static void portal_shutdown(struct platform_device *device)
{
	portal_leave(SHUTDOWN_WAIT);
}

/* Before the kernel sleeps, and before and after it writes an image of its memory to a disk. */
static int __maybe_unused portal_suspend(struct device *device)
{
	hook_table_close();
	end_close();
	portal_leave(SHUTDOWN_WAIT);
	trace_close();
	return 0;
}

static void send_hello(struct work_struct *work)
{
	portal_hello();
}

/*
 * After that, possibly on another host. Hello runs in a kernel thread, because the task that
 * resumes the system may be being killed.
 */
static int __maybe_unused portal_resume(struct device *device)
{
	struct work_struct work;
	int err;

	err = portal_open();
	if (err)
		return err;
	set_state(dev_get_drvdata(device), PORTAL_STATE_UP);
	INIT_WORK_ONSTACK(&work, send_hello);
	queue_work(system_unbound_wq, &work);
	flush_work(&work);
	destroy_work_on_stack(&work);
	/* a request that was raised while the system slept */
	open_work(dev_get_drvdata(device));
	return 0;
}

static SIMPLE_DEV_PM_OPS(portal_pm_ops, portal_suspend, portal_resume);

static const struct acpi_device_id portal_acpi_ids[] = {
	{ PORTAL_DEV_ACPI_HID },
	{},
};

static const struct of_device_id portal_of_ids[] = {
	{ .compatible = PORTAL_DEV_OF_COMPATIBLE },
	{},
};

COMPAT_REMOVE_FN(portal_remove)

/* Probed synchronously: when insmod returns, the hooks are installed. */
static struct platform_driver portal_driver = {
	.probe = portal_probe,
	COMPAT_REMOVE(portal_remove),
	.shutdown = portal_shutdown,
	.driver = {
		.name = "portal",
		.acpi_match_table = portal_acpi_ids,
		.of_match_table = portal_of_ids,
		.pm = &portal_pm_ops,
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

static int __init portal_init(void)
{
	if (pages < 1 || pages > PORTAL_MAX_PAGES) {
		pr_err("pages=%u is out of range, use 1 to %u\n", pages, PORTAL_MAX_PAGES);
		return -EINVAL;
	}
	if (max_pages < pages || max_pages > PORTAL_MAX_PAGES) {
		pr_err("max_pages=%u is out of range, use %u to %u\n", max_pages, pages,
		       PORTAL_MAX_PAGES);
		return -EINVAL;
	}
	return platform_driver_register(&portal_driver);
}

static void __exit portal_exit(void)
{
	platform_driver_unregister(&portal_driver);
	signal_drain();
	redirect_drain();
	hook_table_drain();
	rule_slots_free();
	pool_destroy();
	buffers_free();
}

module_init(portal_init);
module_exit(portal_exit);

/* Written out because a modpost built for a 64-bit machine misreads the tables of a 32-bit one. */
MODULE_ALIAS("acpi*:" PORTAL_DEV_ACPI_HID ":*");
MODULE_ALIAS("of:N*T*C" PORTAL_DEV_OF_COMPATIBLE);
MODULE_ALIAS("of:N*T*C" PORTAL_DEV_OF_COMPATIBLE "C*");
MODULE_DESCRIPTION("Lets a portal-vmm host hook this kernel's system calls");
MODULE_AUTHOR("the portal-vmm authors");
MODULE_VERSION("0.2.0");
MODULE_LICENSE("GPL");
