/* SPDX-License-Identifier: MIT */
#include "guest.h"

#include "smp.h"

/* offsets in the PVH start info (Xen, public/arch-x86/hvm/start_info.h) */
#define INFO_CMDLINE   24
#define INFO_MEMMAP    40
#define INFO_NR_MEMMAP 48
#define MEMMAP_ENTRY   24
#define MEMMAP_RAM     1
#define SOME_RAM       0x100000u

#define GATE_INTERRUPT 0x8e00
#define GATE_USER      0xee00
#define STUB_SIZE      16
#define TSS_TYPE       0x89

struct gate {
	uint16_t low, selector, flags, middle;
	uint32_t high, reserved;
};

/* only the stack for interrupts from CPL 3 is used: its upper half at offset 8 */
struct tss {
	uint32_t reserved, rsp0_low, rsp0_high, rest[23];
};

extern const uint8_t exception_stubs[], nmi_entry[], user_done_entry[];
extern uint64_t gdt_tss[];
extern uint8_t interrupt_stacks[];
extern volatile uint64_t user_run_stack; /* 0: nothing runs at CPL 3 */
void user_abandon(void) __attribute__((noreturn));
void guest_start(unsigned int cpu, const uint8_t *start_info) __attribute__((noreturn));
void guest_exception(uint64_t vector, const uint64_t *frame) __attribute__((noreturn));

static struct gate idt[VECTOR_USER_DONE + 1];
static struct tss tss[NR_CPUS];
static const uint8_t *info;

static uint32_t load32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static uint64_t load64(const uint8_t *p)
{
	return load32(p) | (uint64_t)load32(p + 4) << 32;
}

void *memset(void *to, int byte, size_t len)
{
	uint8_t *p = to;

	while (len-- > 0)
		*p++ = (uint8_t)byte;
	return to;
}

void *memcpy(void *to, const void *from, size_t len)
{
	uint8_t *p = to;
	const uint8_t *q = from;

	while (len-- > 0)
		*p++ = *q++;
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *p = a, *q = b;

	for (; len > 0; len--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

size_t strlen(const char *text)
{
	size_t len = 0;

	while (text[len])
		len++;
	return len;
}

/* ---- console -----------------------------------------------------------------------------------
 */

void print(const char *text)
{
	while (*text)
		out8(SERIAL_PORT, (uint8_t)*text++);
}

static void print_decimal(uint64_t value)
{
	char digits[21];
	char *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	print(at);
}

void print_number(const char *name, uint64_t value)
{
	print(name);
	print(" ");
	print_decimal(value);
	print("\n");
}

bool check(bool truth, const char *what)
{
	print(truth ? "PASS " : "FAIL ");
	print(what);
	print("\n");
	return truth;
}

void serial_restore(void)
{
	out8(SERIAL_LCR, 0x03);
	out8(SERIAL_MCR, 0x03);
	out8(SERIAL_PORT + 1, 0);
	print("\n");
}

/* ---- what the loader left
 * ------------------------------------------------------------------------ */

uint64_t guest_ram_end(void)
{
	const uint8_t *entry = (const uint8_t *)(uintptr_t)load64(info + INFO_MEMMAP);

	for (uint32_t i = 0; i < load32(info + INFO_NR_MEMMAP); i++, entry += MEMMAP_ENTRY) {
		uint64_t start = load64(entry), size = load64(entry + 8);

		if (load32(entry + 16) == MEMMAP_RAM && SOME_RAM >= start &&
		    SOME_RAM - start < size)
			return start + size;
	}
	return 0;
}

uint64_t guest_parameter(const char *name)
{
	const char *at = (const char *)(uintptr_t)load64(info + INFO_CMDLINE);
	size_t len = strlen(name);
	uint64_t value = 0;

	while (*at && (memcmp(at, name, len) != 0 || at[len] != '='))
		at++;
	if (*at == '\0')
		return 0;
	for (at += len + 1; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	return value;
}

/* ---- the processor
 * ------------------------------------------------------------------------------- */

void power_off(void)
{
	out8(SLEEP_PORT, SLEEP_S5);
	for (;;)
		cpu_relax();
}

void guest_exception(uint64_t vector, const uint64_t *frame)
{
	if (user_run_stack != 0)
		user_abandon();
	check(false, "no exception");
	print_number("exception", vector);
	print_number("at or error code", frame[0]);
	power_off();
}

static void set_gate(unsigned int vector, const uint8_t *entry, uint16_t flags)
{
	uint64_t at = gpa_of(entry);

	idt[vector] = (struct gate){
		.low = (uint16_t)at,
		.selector = CODE64,
		.flags = flags,
		.middle = (uint16_t)(at >> 16),
	};
}

static void fill_idt(void)
{
	for (unsigned int i = 0; i < NR_EXCEPTIONS; i++)
		set_gate(i, exception_stubs + i * STUB_SIZE, GATE_INTERRUPT);
	set_gate(VECTOR_NMI, nmi_entry, GATE_INTERRUPT);
	set_gate(VECTOR_USER_DONE, user_done_entry, GATE_USER);
}

static void load_tables(unsigned int cpu)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = { sizeof(idt) - 1, gpa_of(idt) };
	uint64_t base = gpa_of(&tss[cpu]);
	uint16_t selector = (uint16_t)(TSS_CPU0 + 16 * cpu);

	tss[cpu].rsp0_low = (uint32_t)gpa_of(interrupt_stacks + (cpu + 1) * STACK_SIZE);
	gdt_tss[2 * cpu] = (sizeof(struct tss) - 1) | (base & 0xffffff) << 16 |
			   (uint64_t)TSS_TYPE << 40 | (base >> 24) << 56;
	__asm__ volatile("lidt %0\n\tltr %1" : : "m"(pointer), "r"(selector) : "memory");
}

void guest_start(unsigned int cpu, const uint8_t *start_info)
{
	if (cpu == 0) {
		info = start_info;
		fill_idt();
		load_tables(cpu);
		guest_main();
		power_off();
	}
	load_tables(cpu);
	smp_second();
	for (;;)
		__asm__ volatile("hlt");
}
