/* SPDX-License-Identifier: MIT */
/*
 * A bare guest, in the manner of kvm-unit-tests. guest_main() of each program does what no driver
 * would do, and reports the results with check(): each fact is a line "PASS ..." or "FAIL ..." on
 * the console. When it returns, the guest powers off. Owns console, memory access and exceptions;
 * there is no C library. The code for each architecture is in x86/ and arm64/.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The machine, from the directory that meson selects: the addresses of devices and of holes;
 * mmio_read(), mmio_write(), serial_write(), cpu_relax(), cpu_sleep() and user_done().
 */
#include "machine.h"

#define PAGE_SIZE     4096
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* registers of the console, a 16550 */
#define SERIAL_DATA 0
#define SERIAL_IER  1
#define SERIAL_LCR  3
#define SERIAL_MCR  4

/* defined by each program */
void guest_main(void);

/** guest_ram_end() - end of the RAM that contains the program. */
uint64_t guest_ram_end(void);

/** guest_cmdline() - the command line, NUL-terminated. */
const char *guest_cmdline(void);

/** guest_parameter() - value of NAME=NUMBER on the command line; 0: not given. */
uint64_t guest_parameter(const char *name);

/** power_off() - power_reset() - as a driver does it; neither returns. */
void power_off(void) __attribute__((noreturn));
void power_reset(void) __attribute__((noreturn));

/** print() - print text; print_number() - print a line "NAME N", in decimal. */
void print(const char *text);
void print_number(const char *name, uint64_t value);

/** check() - print "PASS what" if @truth, else "FAIL what". Return: @truth. */
bool check(bool truth, const char *what);

/** serial_restore() - make the console usable after its registers were overwritten. */
void serial_restore(void);

/**
 * user_run() - run @entry without privileges, at CPL 3 or EL0
 *
 * Return: the argument of its user_done(); -1: it took an exception.
 */
uint64_t user_run(void (*entry)(void));

/* ---- memory ---- */

void *memset(void *to, int byte, size_t len);
void *memcpy(void *to, const void *from, size_t len);
int memcmp(const void *a, const void *b, size_t len);
size_t strlen(const char *text);

static inline uint64_t gpa_of(const volatile void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static inline uint32_t mmio_read32(uint64_t gpa)
{
	return (uint32_t)mmio_read(gpa, 4);
}

static inline void mmio_write32(uint64_t gpa, uint32_t value)
{
	mmio_write(gpa, 4, value);
}

#endif
