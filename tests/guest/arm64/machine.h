/* SPDX-License-Identifier: MIT */
/* The arm64 machine, as defined by vmm/arch/arm64/layout.h, and access to its devices. */
#ifndef GUEST_ARM64_MACHINE_H
#define GUEST_ARM64_MACHINE_H

#include <stdint.h>

#include "arch/arm64/layout.h"

#include "layout.h"

#define RAM_BASE    ARM64_RAM
#define VIRTIO_BLK  ((uint64_t)ARM64_VIRTIO_BASE)
#define VIRTIO_RNG  (VIRTIO_BLK + ARM64_VIRTIO_STRIDE)
#define VIRTIO_NONE (VIRTIO_BLK + 2 * ARM64_VIRTIO_STRIDE)
#define VIRTIO_SIZE ARM64_VIRTIO_SIZE
#define MMIO_HOLE   0x0c000000ull

#define PORTAL_DEVICE	   ((uint64_t)ARM64_PORTAL_BASE)
#define PORTAL_DEVICE_SIZE 0x1000

/* a device that KVM emulates */
#define IRQCHIP ARM64_GICD

/* addresses that read as all ones; the first is a window without a device */
#define NOTHING_THERE                                 \
	{                                             \
		VIRTIO_NONE, MMIO_HOLE, 0, 0x3ffff000 \
	}

/* system call tables (<portal/wire.h>) */
#define GUEST_ABI	 PORTAL_ABI_ARM64
#define GUEST_COMPAT_ABI PORTAL_ABI_ARM

/* unknown kinds of calls; this doorbell cannot transfer others */
#define UNKNOWN_CALLS     \
	{                 \
		0, 10, 15 \
	}

/**
 * attempt() - run @entry at EL1. Return: the syndrome (ESR_EL1) of its exception; 0: no exception.
 */
uint64_t attempt(void (*entry)(void));

/** user_done() - return from EL0. */
static inline void user_done(uint64_t result)
{
	register uint64_t x0 __asm__("x0") = result;

	__asm__ volatile("svc #0" : : "r"(x0) : "memory");
}

static inline void cpu_relax(void)
{
	__asm__ volatile("yield" : : : "memory");
}

/** cpu_sleep() - sleep with interrupts off. */
static inline void cpu_sleep(void)
{
	__asm__ volatile("msr daifset, #15\n\twfi" : : : "memory");
}

/* device memory allows no unaligned accesses: use the mapping as normal memory for these */
static inline uint64_t mmio_at(uint64_t gpa, unsigned int width)
{
	return gpa % width == 0 ? gpa : gpa + VA_UNALIGNED;
}

/** mmio_read() - @width: 1, 2, 4, 8; @gpa below 1 GiB, of any alignment. */
static inline uint64_t mmio_read(uint64_t gpa, unsigned int width)
{
	uint64_t value, at = mmio_at(gpa, width);

	switch (width) {
	case 1:
		__asm__ volatile("ldrb %w0, [%1]" : "=r"(value) : "r"(at) : "memory");
		break;
	case 2:
		__asm__ volatile("ldrh %w0, [%1]" : "=r"(value) : "r"(at) : "memory");
		break;
	case 4:
		__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(at) : "memory");
		break;
	default:
		__asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(at) : "memory");
		break;
	}
	return value;
}

/** mmio_write() - like mmio_read(). */
static inline void mmio_write(uint64_t gpa, unsigned int width, uint64_t value)
{
	uint64_t at = mmio_at(gpa, width);

	switch (width) {
	case 1:
		__asm__ volatile("strb %w0, [%1]" : : "rZ"(value), "r"(at) : "memory");
		break;
	case 2:
		__asm__ volatile("strh %w0, [%1]" : : "rZ"(value), "r"(at) : "memory");
		break;
	case 4:
		__asm__ volatile("str %w0, [%1]" : : "rZ"(value), "r"(at) : "memory");
		break;
	default:
		__asm__ volatile("str %x0, [%1]" : : "rZ"(value), "r"(at) : "memory");
		break;
	}
}

/** serial_write() - write register @reg of the console. */
static inline void serial_write(unsigned int reg, uint8_t value)
{
	mmio_write(ARM64_SERIAL_BASE + reg, 1, value);
}

#endif
