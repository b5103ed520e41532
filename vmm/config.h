/* SPDX-License-Identifier: MIT */
/* The command line as a struct. Owns its syntax and its bounds; whether files exist and fit is
 * found out later. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "arch/arch.h"
#include "base/cleanup.h"
#include "base/log.h"

#define CONFIG_MAX_HOOKS 32
#define CONFIG_MAX_DISKS 6

#define CONFIG_MEMORY_DEFAULT (256ull << 20)
#define CONFIG_MEMORY_MIN     (16ull << 20)
#define CONFIG_MEMORY_MAX     (1ull << 40)

enum config_action {
	CONFIG_RUN = 0,
	CONFIG_HELP,
	CONFIG_VERSION,
	CONFIG_CHECK,
	CONFIG_DESCRIBE,
	CONFIG_LIST_OPTIONS,
};

/**
 * struct vmm_config - what the user asked for; strings are argv's
 * @argv: main's, in an order that means the same
 * @action: what to do; the other fields count for CONFIG_RUN only, @describe for CONFIG_DESCRIBE
 * @timeout_s: 0 = none
 * @stats_path: "" = the log; NULL = no stats
 * @boot_timer_path: JSON file; "" = table in the log only; NULL = no timer
 * @dtb: device tree file instead of our own; NULL = ours
 * @doorbell: how the guest rings; ARCH_DOORBELL_NONE = as this host can best
 * @dump_dtb: file to put the device tree into as the guest gets it; NULL = none
 */
struct vmm_config {
	char *const *argv;
	enum config_action action;
	const char *describe;
	const char *kernel;
	const char *rootfs;
	const char *initrd;
	const char *init;
	const char *append;
	const char *modules;
	const char *guest_module;
	const char *console;
	const char *stats_path;
	const char *boot_timer_path;
	enum arch_doorbell doorbell;
	const char *dtb;
	const char *dump_dtb;
	const char *hooks[CONFIG_MAX_HOOKS];
	size_t nr_hooks;
	const char *disks[CONFIG_MAX_DISKS];
	size_t nr_disks;
	uint64_t memory_bytes;
	unsigned int cpus;
	unsigned int timeout_s;
	bool kaslr;
	bool huge_pages;
	bool prefault;
	bool direct;
	enum log_level log_level;
};

/**
 * config_parse() - read the command line
 * @argc: main's
 * @argv: main's; strings in @ret_config point into it
 * @ret_config: filled
 *
 * Says on the log what is wrong and where to look.
 *
 * Return: 0; -EINVAL.
 */
must_check int config_parse(int argc, char **argv, struct vmm_config *ret_config);

/** config_print_help() - print the text of --help. */
void config_print_help(FILE *out);

/**
 * config_print_options() - print the text of --list-options
 *
 * A line has the option, a tab, and what its argument is; nothing behind the tab for an option
 * without one.
 */
void config_print_options(FILE *out);

/**
 * config_parse_size() - "64", "64M", "1G", "512K" (binary multiples; a plain number is MiB)
 *
 * Return: 0; -EINVAL not a size; -ERANGE does not fit 64 bits.
 */
must_check int config_parse_size(const char *text, uint64_t *ret_bytes);

#endif
