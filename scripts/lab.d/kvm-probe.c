/* SPDX-License-Identifier: MIT */
/*
 * kvm-probe - checks whether this machine's KVM runs stock kernels and reports hypercalls.
 *
 * CPU flags are not sufficient: a software KVM can advertise features that its emulator then
 * rejects. Therefore this program runs a tiny guest in long mode at CPL 0. The guest executes PXOR,
 * POPCNT and CMPXCHG16B, then vmcall and vmmcall with RAX = 12 (KVM_HC_MAP_GPA_RANGE). Both must
 * exit with KVM_EXIT_HYPERCALL and the guest's register values.
 *
 * Exit status: 0 usable; 1 wrong result of the guest; 2 wrong command line; 3 /dev/kvm is missing
 * or cannot be opened; 4 a required capability is missing; 5 the guest did not end within the time
 * limit. One line on stdout gives the reason.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

enum status {
	USABLE = 0,
	GUEST_WRONG = 1,
	USAGE = 2,
	NO_KVM = 3,
	NO_CAPABILITY = 4,
	TIMED_OUT = 5,
};

#define TIME_LIMIT_S	5
#define MEMORY_SIZE	0x10000U
#define CODE_GPA	0x1000U
#define PML4_GPA	0x2000U
#define PDPT_GPA	0x3000U
#define PD_GPA		0x4000U
#define DATA_GPA	0x5000U
#define STACK_GPA	0x8000U
#define HYPERCALL_NR	12U
#define HYPERCALL_GPA	0x100000U
#define HYPERCALL_PAGES 1U
#define RESULT_PORT	0xf4U
#define RESULT_GOOD	0x50U
#define MAX_CPUID	256U

#define EFER_LME (1ULL << 8)
#define EFER_LMA (1ULL << 10)

/*
 * The guest. RDI points to 32 zeroed bytes. It writes its result to port 0xf4; each wrong value
 * jumps to .Lbad. The code is position-independent and is copied to guest memory from here.
 */
__asm__(".pushsection .rodata\n"
	".global probe_guest_start, probe_guest_end\n"
	"probe_guest_start:\n"
	"	mov	$0x0123456789abcdef, %rax\n"
	"	movq	%rax, %xmm0\n"
	"	pxor	%xmm0, %xmm0\n"
	"	movq	%xmm0, %rcx\n"
	"	test	%rcx, %rcx\n"
	"	jnz	.Lbad\n"
	"	popcnt	%rax, %rcx\n"
	"	cmp	$32, %rcx\n"
	"	jne	.Lbad\n"
	"	xor	%eax, %eax\n"
	"	xor	%edx, %edx\n"
	"	mov	$7, %ebx\n"
	"	mov	$9, %ecx\n"
	"	lock cmpxchg16b (%rdi)\n"
	"	jnz	.Lbad\n"
	"	cmpq	$7, (%rdi)\n"
	"	jne	.Lbad\n"
	"	cmpq	$9, 8(%rdi)\n"
	"	jne	.Lbad\n"
	"	mov	$12, %eax\n"
	"	mov	$0x100000, %ebx\n"
	"	mov	$1, %ecx\n"
	"	xor	%edx, %edx\n"
	"	vmcall\n"
	"	test	%rax, %rax\n"
	"	jnz	.Lbad\n"
	"	mov	$12, %eax\n"
	"	vmmcall\n"
	"	test	%rax, %rax\n"
	"	jnz	.Lbad\n"
	"	mov	$0x50, %al\n"
	"	out	%al, $0xf4\n"
	".Lbad:	mov	$0x51, %al\n"
	"	out	%al, $0xf4\n"
	"	hlt\n"
	"probe_guest_end:\n"
	".popsection\n");

extern const uint8_t probe_guest_start[];
extern const uint8_t probe_guest_end[];

static _Noreturn void finish(enum status status, const char *what, int err)
{
	if (err != 0)
		printf("kvm-probe: %s: %s\n", what, strerror(err));
	else
		printf("kvm-probe: %s\n", what);
	fflush(stdout);
	/* Skip all cleanup: a broken KVM might hang in it. */
	_exit(status);
}

static void on_alarm(int signal_nr)
{
	static const char message[] = "kvm-probe: the guest did not end within 5 s\n";

	(void)signal_nr;
	if (write(STDOUT_FILENO, message, sizeof(message) - 1) < 0)
		_exit(TIMED_OUT);
	_exit(TIMED_OUT);
}

static int kvm_call(int fd, unsigned long request, void *arg, const char *name)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		finish(GUEST_WRONG, name, errno);
	return ret;
}

static int vm_create(int kvm)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_EXIT_HYPERCALL };
	int mask, vm;

	mask = ioctl(kvm, KVM_CHECK_EXTENSION, KVM_CAP_EXIT_HYPERCALL);
	if (mask < 0 || !((unsigned int)mask & (1U << HYPERCALL_NR)))
		finish(NO_CAPABILITY, "KVM_CAP_EXIT_HYPERCALL does not offer number 12", 0);
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		finish(NO_CAPABILITY, "KVM_CREATE_VM", errno);
	cap.args[0] = 1U << HYPERCALL_NR;
	if (ioctl(vm, KVM_ENABLE_CAP, &cap) < 0)
		finish(NO_CAPABILITY, "KVM_CAP_EXIT_HYPERCALL cannot be enabled", errno);
	return vm;
}

static void put_u64(uint8_t *memory, uint32_t at, uint64_t value)
{
	memcpy(memory + at, &value, sizeof(value));
}

static void memory_fill(int vm)
{
	struct kvm_userspace_memory_region region = { .memory_size = MEMORY_SIZE };
	uint8_t *memory;

	memory =
		mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		finish(GUEST_WRONG, "mmap", errno);
	memcpy(memory + CODE_GPA, probe_guest_start,
	       (uintptr_t)probe_guest_end - (uintptr_t)probe_guest_start);
	/* identity-map 2 MiB: present, writable; the page directory entry has the page-size bit */
	put_u64(memory, PML4_GPA, PDPT_GPA | 0x3U);
	put_u64(memory, PDPT_GPA, PD_GPA | 0x3U);
	put_u64(memory, PD_GPA, 0x83U);
	region.userspace_addr = (uint64_t)(uintptr_t)memory;
	kvm_call(vm, KVM_SET_USER_MEMORY_REGION, &region, "KVM_SET_USER_MEMORY_REGION");
}

static void cpuid_pass_on(int kvm, int vcpu)
{
	static uint64_t
		storage[(sizeof(struct kvm_cpuid2) + MAX_CPUID * sizeof(struct kvm_cpuid_entry2)) /
			sizeof(uint64_t)];
	struct kvm_cpuid2 *cpuid = (struct kvm_cpuid2 *)storage;

	cpuid->nent = MAX_CPUID;
	kvm_call(kvm, KVM_GET_SUPPORTED_CPUID, cpuid, "KVM_GET_SUPPORTED_CPUID");
	kvm_call(vcpu, KVM_SET_CPUID2, cpuid, "KVM_SET_CPUID2");
}

static void registers_set(int vcpu)
{
	struct kvm_segment code = {
		.limit = 0xffffffff, .selector = 8, .type = 11, .present = 1, .s = 1, .l = 1, .g = 1
	};
	struct kvm_segment data = { .limit = 0xffffffff,
				    .selector = 16,
				    .type = 3,
				    .present = 1,
				    .s = 1,
				    .db = 1,
				    .g = 1 };
	struct kvm_regs regs = { .rip = CODE_GPA, .rsp = STACK_GPA, .rdi = DATA_GPA, .rflags = 2 };
	struct kvm_sregs sregs;

	kvm_call(vcpu, KVM_GET_SREGS, &sregs, "KVM_GET_SREGS");
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.cr0 = 0x80000033; /* PG, NE, ET, MP, PE */
	sregs.cr3 = PML4_GPA;
	sregs.cr4 = 0x620; /* OSXMMEXCPT, OSFXSR, PAE */
	sregs.efer = EFER_LME | EFER_LMA;
	kvm_call(vcpu, KVM_SET_SREGS, &sregs, "KVM_SET_SREGS");
	kvm_call(vcpu, KVM_SET_REGS, &regs, "KVM_SET_REGS");
}

static bool is_our_hypercall(const struct kvm_run *run)
{
	return run->hypercall.nr == HYPERCALL_NR && run->hypercall.args[0] == HYPERCALL_GPA &&
	       run->hypercall.args[1] == HYPERCALL_PAGES && run->hypercall.args[2] == 0;
}

/* Run the guest and return the result that it wrote. On an error, end the program. */
static uint8_t guest_run(int vcpu, struct kvm_run *run, unsigned int *nr_hypercalls)
{
	char message[64];

	for (;;) {
		kvm_call(vcpu, KVM_RUN, NULL, "KVM_RUN");
		switch (run->exit_reason) {
		case KVM_EXIT_HYPERCALL:
			if (!is_our_hypercall(run))
				finish(GUEST_WRONG, "a hypercall arrived with wrong arguments", 0);
			run->hypercall.ret = 0;
			(*nr_hypercalls)++;
			break;
		case KVM_EXIT_IO:
			if (run->io.port != RESULT_PORT)
				finish(GUEST_WRONG, "an unexpected port access", 0);
			return *((uint8_t *)run + run->io.data_offset);
		default:
			snprintf(message, sizeof(message), "unexpected exit %u", run->exit_reason);
			finish(GUEST_WRONG, message, 0);
		}
	}
}

int main(int argc, char **argv)
{
	unsigned int nr_hypercalls = 0;
	struct kvm_run *run;
	int kvm, vm, vcpu, run_size;
	uint8_t result;

	(void)argv;
	if (argc > 1)
		finish(USAGE, "takes no arguments; exit status 0: usable", 0);
	signal(SIGALRM, on_alarm);
	alarm(TIME_LIMIT_S);

	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		finish(NO_KVM, "/dev/kvm", errno);
	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		finish(NO_KVM, "/dev/kvm does not have API version 12", 0);
	vm = vm_create(kvm);
	memory_fill(vm);
	vcpu = kvm_call(vm, KVM_CREATE_VCPU, NULL, "KVM_CREATE_VCPU");
	cpuid_pass_on(kvm, vcpu);
	registers_set(vcpu);
	run_size = kvm_call(kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "KVM_GET_VCPU_MMAP_SIZE");
	run = mmap(NULL, (size_t)run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);
	if (run == MAP_FAILED)
		finish(GUEST_WRONG, "mmap of the vCPU", errno);

	result = guest_run(vcpu, run, &nr_hypercalls);
	if (result != RESULT_GOOD)
		finish(GUEST_WRONG, "an instruction or a hypercall gave a wrong result", 0);
	if (nr_hypercalls != 2)
		finish(GUEST_WRONG, "vmcall or vmmcall did not exit to user space", 0);
	finish(USABLE, "usable: stock instructions run, vmcall and vmmcall exit", 0);
}
