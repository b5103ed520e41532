/* SPDX-License-Identifier: MIT */
/* The command line as a struct. Owns the syntax and the limits of options. It does not open or
 * check files. */
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
 * struct vmm_config - the options of the command line; strings point into argv
 * @argv: argv of main(), possibly permuted by getopt_long()
 * @action: what to do; the other fields are for CONFIG_RUN only, @describe for CONFIG_DESCRIBE
 * @describe: hook module, with options
 * @timeout_s: seconds; 0: no limit
 * @stats_path: "": print to the log; NULL: no stats
 * @boot_timer_path: JSON file; "": print a table to the log only; NULL: no timer
 * @doorbell: the doorbell of the guest; ARCH_DOORBELL_NONE: the best that this host has
 * @dtb: device tree file to use instead of portal-vmm's own; NULL: portal-vmm's own
 * @dump_dtb: file to write the guest's device tree to; NULL: none
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
 * @argc: argument of main()
 * @argv: argument of main(); strings in @ret_config point into it
 * @ret_config: the parsed options
 *
 * Reports errors in the log.
 *
 * Return: 0; -EINVAL when the command line is wrong.
 */
must_check int config_parse(int argc, char **argv, struct vmm_config *ret_config);

/** config_print_help() - print the text of --help */
void config_print_help(FILE *out);

/**
 * config_print_options() - print the text of --list-options
 *
 * A line has the option, a tab, and the description of its argument, which is empty for an option
 * without argument.
 */
void config_print_options(FILE *out);

/**
 * config_parse_size() - parse a size such as "64", "512K", "64M", "1G" or "1T"
 * @text: a number with an optional unit, a power of 1024; without a unit the number is in MiB
 * @ret_bytes: the size in bytes
 *
 * Return: 0; -EINVAL when @text is not a size; -ERANGE when the size does not fit into 64 bits.
 */
must_check int config_parse_size(const char *text, uint64_t *ret_bytes);

#endif
