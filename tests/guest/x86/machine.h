/* SPDX-License-Identifier: MIT */
/* The x86 machine, as defined by vmm/arch/x86/layout.h, and access to its devices. */
#ifndef GUEST_X86_MACHINE_H
#define GUEST_X86_MACHINE_H

#include <stdint.h>

#include "layout.h"

#define SERIAL_PORT   0x3f8
#define SLEEP_PORT    0x600
#define RESET_PORT    0x602
#define RESET_CONTROL 0xcf9

#define RAM_BASE    0ull
#define VIRTIO_BLK  0xd0000000u
#define VIRTIO_RNG  0xd0001000u
#define VIRTIO_SIZE 0x1000u
#define MMIO_HOLE   0xd8000000u
#define LAPIC	    0xfee00000u

#define PORTAL_DEVICE	   0xd0100000u
#define PORTAL_DEVICE_SIZE 0x1000u

/* a device that KVM emulates */
#define IRQCHIP LAPIC

/* addresses that read as all ones; the first is a window without a device */
#define NOTHING_THERE                                            \
	{                                                        \
		0xd0002000u, MMIO_HOLE, 0xfe000000u, 0xfffff000u \
	}

#define SLEEP_S5 (5 << 2 | 0x20)

/* system call tables (<portal/wire.h>) */
#define GUEST_ABI	 PORTAL_ABI_X86_64
#define GUEST_COMPAT_ABI PORTAL_ABI_I386

/* unknown kinds of calls; this doorbell can transfer any 32-bit value */
#define UNKNOWN_CALLS                               \
	{                                           \
		0, 10, 0xff, 0x7fffffff, 0xffffffff \
	}

/** user_done() - return from CPL 3. */
static inline void user_done(uint64_t result)
{
	__asm__ volatile("int %0" : : "i"(VECTOR_USER_DONE), "a"(result));
}

static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/** cpu_sleep() - halt with interrupts off. */
static inline void cpu_sleep(void)
{
	__asm__ volatile("cli\n\thlt");
}

/** mmio_read() - @width: 1, 2, 4, 8; @gpa of any alignment. */
static inline uint64_t mmio_read(uint64_t gpa, unsigned int width)
{
	uint64_t value = 0;

	switch (width) {
	case 1:
		__asm__ volatile("movb (%1), %b0" : "+r"(value) : "r"(gpa) : "memory");
		break;
	case 2:
		__asm__ volatile("movw (%1), %w0" : "+r"(value) : "r"(gpa) : "memory");
		break;
	case 4:
		__asm__ volatile("movl (%1), %k0" : "+r"(value) : "r"(gpa) : "memory");
		break;
	default:
		__asm__ volatile("movq (%1), %0" : "+r"(value) : "r"(gpa) : "memory");
		break;
	}
	return value;
}

/** mmio_write() - like mmio_read(). */
static inline void mmio_write(uint64_t gpa, unsigned int width, uint64_t value)
{
	switch (width) {
	case 1:
		__asm__ volatile("movb %b0, (%1)" : : "q"(value), "r"(gpa) : "memory");
		break;
	case 2:
		__asm__ volatile("movw %w0, (%1)" : : "r"(value), "r"(gpa) : "memory");
		break;
	case 4:
		__asm__ volatile("movl %k0, (%1)" : : "r"(value), "r"(gpa) : "memory");
		break;
	default:
		__asm__ volatile("movq %0, (%1)" : : "r"(value), "r"(gpa) : "memory");
		break;
	}
}

/* ---- ports ---- */

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

/** serial_write() - write register @reg of the console. */
static inline void serial_write(unsigned int reg, uint8_t value)
{
	out8((uint16_t)(SERIAL_PORT + reg), value);
}

#endif
