/* SPDX-License-Identifier: MIT */
#include "string_probe.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define TRACEPOINT_ID "/sys/kernel/tracing/events/syscalls/sys_enter_openat/id"

/* offset of the path in the tracepoint's record, from its "format" file */
#define FILENAME_OFFSET 24

/* a record of the program: 8 bytes for the length with the NUL, then the text */
#define TEXT_OFFSET 8

#define INSN(opcode, dst, src, offset, value)                                          \
	{                                                                              \
		.code = (opcode), .dst_reg = (dst), .src_reg = (src), .off = (offset), \
		.imm = (int32_t)(value)                                                \
	}
#define MOV(dst, src)		INSN(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define MOV_IMM(dst, value)	INSN(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value)
#define ADD_IMM(dst, value)	INSN(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, value)
#define SHIFT_RIGHT(dst, bits)	INSN(BPF_ALU64 | BPF_RSH | BPF_K, dst, 0, 0, bits)
#define LOAD(dst, src, offset)	INSN(BPF_LDX | BPF_MEM | BPF_DW, dst, src, offset, 0)
#define STORE(dst, offset, src) INSN(BPF_STX | BPF_MEM | BPF_DW, dst, src, offset, 0)
#define LOAD_MAP(dst, fd) \
	INSN(BPF_LD | BPF_IMM | BPF_DW, dst, BPF_PSEUDO_MAP_FD, 0, fd), INSN(0, 0, 0, 0, 0)
#define CALL(helper)		    INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_##helper)
#define SKIP_UNLESS(dst, value, nr) INSN(BPF_JMP | BPF_JNE | BPF_K, dst, 0, nr, value)
#define SKIP_IF(dst, value, nr)	    INSN(BPF_JMP | BPF_JEQ | BPF_K, dst, 0, nr, value)
#define SKIP_UP_TO(dst, value, nr)  INSN(BPF_JMP | BPF_JLE | BPF_K, dst, 0, nr, value)
#define EXIT()			    INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

static int bpf(enum bpf_cmd command, union bpf_attr *attr, const char *what)
{
	long ret = syscall(SYS_bpf, command, attr, sizeof(*attr));

	if (ret < 0)
		bench_die(what);
	return (int)ret;
}

static int make_ring(void)
{
	union bpf_attr attr = { 0 };

	attr.map_type = BPF_MAP_TYPE_RINGBUF;
	attr.max_entries = STRING_PROBE_RING_SIZE;
	return bpf(BPF_MAP_CREATE, &attr, "BPF_MAP_CREATE");
}

/*
 * The cheapest eBPF program for this: it formats nothing, and a record has only the required size.
 * As trace hooks do, it wakes the reader only when more than a quarter of the ring is full. The
 * last operand of SKIP_* is the number of instructions to skip; the first two skip to the end.
 */
static int load_program(int ring, pid_t pid, uint32_t size)
{
	const struct bpf_insn code[] = {
		MOV(BPF_REG_6, BPF_REG_1),
		CALL(get_current_pid_tgid),
		SHIFT_RIGHT(BPF_REG_0, 32),
		SKIP_UNLESS(BPF_REG_0, pid, 22),
		LOAD_MAP(BPF_REG_1, ring),
		MOV_IMM(BPF_REG_2, TEXT_OFFSET + size),
		MOV_IMM(BPF_REG_3, 0),
		CALL(ringbuf_reserve),
		SKIP_IF(BPF_REG_0, 0, 16),
		MOV(BPF_REG_7, BPF_REG_0),
		MOV(BPF_REG_1, BPF_REG_0),
		ADD_IMM(BPF_REG_1, TEXT_OFFSET),
		MOV_IMM(BPF_REG_2, size),
		LOAD(BPF_REG_3, BPF_REG_6, FILENAME_OFFSET),
		CALL(probe_read_user_str),
		STORE(BPF_REG_7, 0, BPF_REG_0),
		LOAD_MAP(BPF_REG_1, ring),
		MOV_IMM(BPF_REG_2, BPF_RB_AVAIL_DATA),
		CALL(ringbuf_query),
		MOV_IMM(BPF_REG_2, BPF_RB_NO_WAKEUP),
		SKIP_UP_TO(BPF_REG_0, STRING_PROBE_RING_SIZE / 4, 1),
		MOV_IMM(BPF_REG_2, BPF_RB_FORCE_WAKEUP),
		MOV(BPF_REG_1, BPF_REG_7),
		CALL(ringbuf_submit),
		MOV_IMM(BPF_REG_0, 0),
		EXIT(),
	};
	static const char license[] = "Dual MIT/GPL";
	union bpf_attr attr = { 0 };

	attr.prog_type = BPF_PROG_TYPE_TRACEPOINT;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = sizeof(code) / sizeof(code[0]);
	attr.license = (uintptr_t)license;
	return bpf(BPF_PROG_LOAD, &attr, "BPF_PROG_LOAD");
}

static unsigned long tracepoint_id(void)
{
	FILE *file = fopen(TRACEPOINT_ID, "re");
	unsigned long id = 0;

	if (!file || fscanf(file, "%lu", &id) != 1)
		bench_die(TRACEPOINT_ID);
	fclose(file);
	return id;
}

/* one perf event is enough for all CPUs: the program is attached to the tracepoint */
static void attach(int program)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	int fd;

	attr.config = tracepoint_id();
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0 || ioctl(fd, PERF_EVENT_IOC_SET_BPF, program) < 0 ||
	    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) < 0)
		bench_die("perf_event_open");
}

static void *map_ring(int ring, size_t size, int protection, long offset)
{
	void *at = mmap(NULL, size, protection, MAP_SHARED, ring, offset);

	if (at == MAP_FAILED)
		bench_die("mmap of the ring");
	return at;
}

void string_probe_start(struct string_probe *probe, pid_t pid, uint32_t size)
{
	long page = sysconf(_SC_PAGESIZE);
	const uint8_t *shown;

	probe->ring_fd = make_ring();
	probe->consumed = map_ring(probe->ring_fd, (size_t)page, PROT_READ | PROT_WRITE, 0);
	shown = map_ring(probe->ring_fd, (size_t)page + 2 * STRING_PROBE_RING_SIZE, PROT_READ,
			 page);
	probe->produced = (const void *)shown;
	probe->data = shown + page;
	attach(load_program(probe->ring_fd, pid, size));
}

void string_probe_read(struct string_probe *probe, string_probe_fn *fn, void *data)
{
	unsigned long at = *probe->consumed;

	while (at < __atomic_load_n(probe->produced, __ATOMIC_ACQUIRE)) {
		const uint8_t *record = probe->data + (at & (STRING_PROBE_RING_SIZE - 1));
		const void *header = record, *length = record + BPF_RINGBUF_HDR_SZ;
		uint32_t size = __atomic_load_n((const uint32_t *)header, __ATOMIC_ACQUIRE);
		int64_t len = *(const int64_t *)length;

		if (size & BPF_RINGBUF_BUSY_BIT)
			return;
		if (len > 0)
			fn((const char *)record + BPF_RINGBUF_HDR_SZ + TEXT_OFFSET, (size_t)len - 1,
			   data);
		at += (BPF_RINGBUF_HDR_SZ + size + 7) / 8 * 8;
		__atomic_store_n(probe->consumed, at, __ATOMIC_RELEASE);
	}
}
