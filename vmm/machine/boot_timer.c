/* SPDX-License-Identifier: MIT */
#include "machine/boot_timer.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/log.h"

static const struct {
	const char *key, *text;
} moments[BOOT_NR_MOMENTS] = {
	[BOOT_PROCESS] = { "process", "portal-vmm starts" },
	[BOOT_FILES] = { "files", "files read, initramfs made" },
	[BOOT_VM] = { "vm", "first instruction" },
	[BOOT_FIRST_EXIT] = { "first_exit", "kernel's first exit" },
	[BOOT_INIT] = { "init", "our init" },
	[BOOT_FIRMWARE] = { "firmware", "firmware's init" },
};

void boot_timer_reach(struct boot_timer *timer, enum boot_moment moment, uint64_t exits)
{
	struct timespec now;

	if (atomic_load_explicit(&timer->ns[moment], memory_order_relaxed))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	atomic_store(&timer->exits[moment], exits);
	atomic_store(&timer->ns[moment], (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

/* milliseconds since the process began */
static double at_ms(const struct boot_timer *timer, enum boot_moment moment)
{
	return (double)(timer->ns[moment] - timer->ns[BOOT_PROCESS]) / 1e6;
}

static void write_table(const struct boot_timer *timer)
{
	double last = 0;

	log_info("%-28s %10s %10s %8s", "boot", "at ms", "took ms", "exits");
	for (int i = BOOT_PROCESS; i < BOOT_NR_MOMENTS; i++) {
		if (!timer->ns[i])
			continue;
		log_info("%-28s %10.1f %10.1f %8llu", moments[i].text, at_ms(timer, i),
			 at_ms(timer, i) - last, (unsigned long long)timer->exits[i]);
		last = at_ms(timer, i);
	}
}

static int write_json(const struct boot_timer *timer, const char *path)
{
	FILE *file = fopen(path, "we");
	const char *comma = "";
	int err = 0;

	if (!file)
		return -errno;
	fputs("[", file);
	for (int i = BOOT_PROCESS; i < BOOT_NR_MOMENTS; i++) {
		if (!timer->ns[i])
			continue;
		fprintf(file, "%s\n  {\"moment\": \"%s\", \"at_ms\": %.3f, \"exits\": %llu}", comma,
			moments[i].key, at_ms(timer, i), (unsigned long long)timer->exits[i]);
		comma = ",";
	}
	fputs("\n]\n", file);
	if (ferror(file))
		err = -EIO;
	if (fclose(file) != 0 && err == 0)
		err = -errno;
	return err;
}

int boot_timer_write(const struct boot_timer *timer, const char *path)
{
	write_table(timer);
	return path[0] ? write_json(timer, path) : 0;
}
