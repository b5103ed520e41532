/* SPDX-License-Identifier: MIT */
/*
 * A bare guest, in the manner of kvm-unit-tests: guest_main() of each program does what no driver
 * would and says with check() what came of it; each fact is a line "PASS ..." or "FAIL ..." on
 * COM1. When it returns the guest powers off. Owns console, ports, memory access and exceptions; no
 * C library.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"

#define PAGE_SIZE     4096
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* what vmm/arch/x86/layout.h promises guests through ACPI */
#define SERIAL_PORT   0x3f8
#define SERIAL_LCR    (SERIAL_PORT + 3)
#define SERIAL_MCR    (SERIAL_PORT + 4)
#define SLEEP_PORT    0x600
#define RESET_PORT    0x602
#define RESET_CONTROL 0xcf9
#define I8042_COMMAND 0x64
#define VIRTIO_BLK    0xd0000000u
#define VIRTIO_RNG    0xd0001000u
#define VIRTIO_NONE   0xd0002000u /* nothing there */
#define PORTAL_DEVICE 0xd0100000u
#define MMIO_HOLE     0xd8000000u
#define LAPIC	      0xfee00000u

#define SLEEP_S5 (5 << 2 | 0x20)

/* the program's own */
void guest_main(void);

/** guest_ram_end() - end of the RAM that 1 MiB is in: never more than 3 GiB. */
uint64_t guest_ram_end(void);

/** guest_parameter() - NAME of a word NAME=NUMBER on the command line; 0: not there. */
uint64_t guest_parameter(const char *name);

/** power_off() - ACPI S5; does not return. */
void power_off(void) __attribute__((noreturn));

/** print() - text; print_number() - "NAME N", a line of its own, decimal. */
void print(const char *text);
void print_number(const char *name, uint64_t value);

/** check() - "PASS what" when @truth, else "FAIL what". Return: @truth. */
bool check(bool truth, const char *what);

/** serial_restore() - make the console usable after its registers were played with. */
void serial_restore(void);

/** user_run() - run @entry at CPL 3. Return: what it gave to user_done(); -1: it took an exception.
 */
uint64_t user_run(void (*entry)(void));

/** user_done() - back from CPL 3. */
static inline void user_done(uint64_t result)
{
	__asm__ volatile("int %0" : : "i"(VECTOR_USER_DONE), "a"(result));
}

/* ---- memory ------------------------------------------------------------------------------------
 */

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
	uint32_t value;

	__asm__ volatile("movl (%1), %0" : "=r"(value) : "r"(gpa) : "memory");
	return value;
}

static inline void mmio_write32(uint64_t gpa, uint32_t value)
{
	__asm__ volatile("movl %0, (%1)" : : "r"(value), "r"(gpa) : "memory");
}

/* ---- ports -------------------------------------------------------------------------------------
 */

static inline void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "d"(port));
}

static inline void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "d"(port));
}

static inline void out32(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "d"(port));
}

static inline uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

#endif
