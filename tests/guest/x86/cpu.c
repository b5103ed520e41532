/* SPDX-License-Identifier: MIT */
/* What both CPUs do after start.S, exceptions, power-off and reset. */
#include "guest.h"
#include "smp.h"
#include "start_info.h"

#define GATE_INTERRUPT 0x8e00
#define GATE_USER      0xee00
#define STUB_SIZE      16
#define TSS_TYPE       0x89

struct gate {
	uint16_t low, selector, flags, middle;
	uint32_t high, reserved;
};

/* only RSP0, the stack for interrupts from CPL 3, is used; its upper half is at offset 8 */
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

void power_off(void)
{
	out8(SLEEP_PORT, SLEEP_S5);
	for (;;)
		cpu_relax();
}

void power_reset(void)
{
	out8(RESET_PORT, 1);
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
		start_info_set(start_info);
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
