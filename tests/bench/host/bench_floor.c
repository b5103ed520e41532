/* SPDX-License-Identifier: MIT */
/*
 * bench_floor vmcall|out|ioeventfd N: prints the nanoseconds that KVM takes for one doorbell call
 * with an empty answer: only the exit to user space and the entry. A guest of ten instructions in
 * flat 32-bit mode makes N calls. ioeventfd does not exit to user space: it is the cost of a
 * doorbell without an answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define MEMORY_SIZE   0x10000
#define CODE_GPA      0x1000
#define DOORBELL_PORT 0x88
#define END_PORT      0xf4
#define HYPERCALL_NR  12 /* KVM_HC_MAP_GPA_RANGE, the only one that KVM passes to user space */

/* EDI: number of calls; each program ends with a write to END_PORT */
__asm__(".pushsection .rodata\n"
	".code32\n"
	"floor_vmcall:\n"
	"1:	movl	$12, %eax\n"
	"	movl	$0x1000, %ebx\n"
	"	movl	$1, %ecx\n"
	"	xorl	%edx, %edx\n"
	"	vmmcall\n"
	"	decl	%edi\n"
	"	jnz	1b\n"
	"	outb	%al, $0xf4\n"
	"floor_vmcall_end:\n"
	"floor_out:\n"
	"1:	outl	%eax, $0x88\n"
	"	decl	%edi\n"
	"	jnz	1b\n"
	"	outb	%al, $0xf4\n"
	"floor_out_end:\n"
	".code64\n"
	".popsection\n");

extern const uint8_t floor_vmcall[], floor_vmcall_end[], floor_out[], floor_out_end[];

struct doorbell {
	const char *name;
	const uint8_t *code, *code_end;
	void (*prepare)(int vm);
};

struct machine {
	int kvm, vm, vcpu;
	uint8_t *memory;
	struct kvm_run *run;
};

static int call(int fd, unsigned long request, const void *arg, const char *name)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		bench_die(name);
	return ret;
}

static void prepare_vmcall(int vm)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_EXIT_HYPERCALL,
				      .args = { 1u << HYPERCALL_NR } };

	call(vm, KVM_ENABLE_CAP, &cap, "KVM_CAP_EXIT_HYPERCALL");
}

static void prepare_out(int vm)
{
	(void)vm;
}

static void prepare_ioeventfd(int vm)
{
	struct kvm_ioeventfd event = { .addr = DOORBELL_PORT,
				       .len = 4,
				       .fd = eventfd(0, EFD_CLOEXEC),
				       .flags = KVM_IOEVENTFD_FLAG_PIO };

	call(vm, KVM_IOEVENTFD, &event, "KVM_IOEVENTFD");
}

static const struct doorbell doorbells[] = {
	{ "vmcall", floor_vmcall, floor_vmcall_end, prepare_vmcall },
	{ "out", floor_out, floor_out_end, prepare_out },
	{ "ioeventfd", floor_out, floor_out_end, prepare_ioeventfd },
};

static const struct doorbell *find_doorbell(const char *name)
{
	for (size_t i = 0; i < sizeof(doorbells) / sizeof(doorbells[0]); i++)
		if (strcmp(doorbells[i].name, name) == 0)
			return &doorbells[i];
	return NULL;
}

static void add_memory(struct machine *m, const struct doorbell *doorbell)
{
	struct kvm_userspace_memory_region region = { .memory_size = MEMORY_SIZE };

	m->memory =
		mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m->memory == MAP_FAILED)
		bench_die("mmap");
	memcpy(m->memory + CODE_GPA, doorbell->code,
	       (uintptr_t)doorbell->code_end - (uintptr_t)doorbell->code);
	region.userspace_addr = (uintptr_t)m->memory;
	call(m->vm, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
}

static void set_registers(const struct machine *m, uint32_t nr_calls)
{
	struct kvm_segment flat = { .limit = 0xffffffff, .present = 1, .s = 1, .db = 1, .g = 1 };
	struct kvm_regs regs = { .rip = CODE_GPA, .rdi = nr_calls, .rflags = 2 };
	struct kvm_sregs sregs;

	call(m->vcpu, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS");
	flat.selector = 16, flat.type = 3;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = flat;
	flat.selector = 8, flat.type = 11;
	sregs.cs = flat;
	sregs.cr0 |= 1;
	call(m->vcpu, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS");
	call(m->vcpu, KVM_SET_REGS, &regs, "KVM_SET_REGS");
}

static void machine_init(struct machine *m, const struct doorbell *doorbell)
{
	int size;

	m->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (m->kvm < 0)
		bench_die("/dev/kvm");
	m->vm = call(m->kvm, KVM_CREATE_VM, NULL, "KVM_CREATE_VM");
	doorbell->prepare(m->vm);
	add_memory(m, doorbell);
	m->vcpu = call(m->vm, KVM_CREATE_VCPU, NULL, "KVM_CREATE_VCPU");
	size = call(m->kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE");
	m->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, m->vcpu, 0);
	if (m->run == MAP_FAILED)
		bench_die("mmap of the vCPU");
}

/* Return: number of exits, without the last one. */
static uint32_t run(const struct machine *m)
{
	uint32_t nr_exits = 0;

	for (;; nr_exits++) {
		call(m->vcpu, KVM_RUN, NULL, "KVM_RUN");
		if (m->run->exit_reason == KVM_EXIT_HYPERCALL)
			m->run->hypercall.ret = 0;
		else if (m->run->exit_reason != KVM_EXIT_IO)
			bench_die("bench_floor: an unexpected exit");
		else if (m->run->io.port == END_PORT)
			return nr_exits;
	}
}

int main(int argc, char *argv[])
{
	const struct doorbell *doorbell = argc == 3 ? find_doorbell(argv[1]) : NULL;
	uint32_t n = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0, nr_exits;
	struct machine m;
	uint64_t start;

	if (!doorbell || n == 0) {
		fputs("usage: bench_floor vmcall|out|ioeventfd N\n", stderr);
		return 2;
	}
	machine_init(&m, doorbell);
	/* warm up: KVM may patch the instruction */
	set_registers(&m, 16);
	run(&m);
	set_registers(&m, n);
	start = bench_now_ns();
	nr_exits = run(&m);
	printf("%.1f\n", (double)(bench_now_ns() - start) / n);
	if (nr_exits != (strcmp(doorbell->name, "ioeventfd") == 0 ? 0 : n)) {
		fprintf(stderr, "bench_floor: %s: %u exits of %u\n", doorbell->name, nr_exits, n);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
