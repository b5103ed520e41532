/* SPDX-License-Identifier: MIT */
/*
 * bench_seccomp N COMMAND...: runs COMMAND under a seccomp filter that denies N system calls that
 * are never made and allows all others.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <unistd.h>

#include "bench.h"
#include "seccomp_filter.h"

#define MAX_CALLS 200
#define FIRST_NR  1000 /* no system call has this number or a higher one */

static void install(unsigned int nr_calls)
{
	struct sock_filter code[MAX_CALLS + 3] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	const struct sock_fprog program = { .len = (unsigned short)(nr_calls + 3), .filter = code };

	for (unsigned int i = 0; i < nr_calls; i++)
		code[1 + i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FIRST_NR + i,
							   (unsigned char)(nr_calls - i), 0);
	code[1 + nr_calls] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[2 + nr_calls] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	seccomp_filter_install(&program, 0);
}

int main(int argc, char *argv[])
{
	unsigned long n = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;

	if (n == 0 || n > MAX_CALLS) {
		fputs("usage: bench_seccomp N COMMAND...\n", stderr);
		return 2;
	}
	install((unsigned int)n);
	execvp(argv[2], argv + 2);
	bench_die(argv[2]);
}
