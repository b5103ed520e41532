/* SPDX-License-Identifier: MIT */
/*
 * bench_ptrace denied|register COMMAND...: runs COMMAND under ptrace(). A seccomp filter stops it
 * only at the calls that are answered, once for each call, which is the cheapest way of ptrace.
 * This program reads the memory and answers in place of the kernel.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "judge.h"
#include "seccomp_filter.h"

#define STOP_SECCOMP (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)

static _Noreturn void run(const struct judge *judge, char *argv[])
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		bench_die("PTRACE_TRACEME");
	raise(SIGSTOP);
	seccomp_filter_on(judge->nr, SECCOMP_RET_TRACE, 0);
	execvp(argv[0], argv);
	bench_die(argv[0]);
}

static void answer(const struct judge *judge, pid_t child)
{
	struct user_regs_struct regs;
	uint64_t args[6];
	int result;

	if (ptrace(PTRACE_GETREGS, child, NULL, &regs) < 0)
		bench_die("PTRACE_GETREGS");
	args[0] = regs.rdi, args[1] = regs.rsi, args[2] = regs.rdx;
	args[3] = regs.r10, args[4] = regs.r8, args[5] = regs.r9;
	result = judge->answer(child, args);
	if (result > 0)
		return;
	/* with number -1, the kernel runs no system call and returns RAX */
	regs.orig_rax = (unsigned long long)-1;
	regs.rax = (unsigned long long)(long long)result;
	if (ptrace(PTRACE_SETREGS, child, NULL, &regs) < 0)
		bench_die("PTRACE_SETREGS");
}

/* Return: the child's wait status. */
static int supervise(const struct judge *judge, pid_t child)
{
	int status, signal_nr = 0;

	for (;;) {
		if (ptrace(PTRACE_CONT, child, NULL, (void *)(intptr_t)signal_nr) < 0 ||
		    waitpid(child, &status, 0) < 0)
			bench_die("ptrace");
		if (!WIFSTOPPED(status))
			return status;
		signal_nr = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
		if (status >> 8 == STOP_SECCOMP)
			answer(judge, child);
	}
}

int main(int argc, char *argv[])
{
	const struct judge *judge = argc > 2 ? judge_find(argv[1]) : NULL;
	int status;
	pid_t child;

	if (!judge) {
		fputs("usage: bench_ptrace denied|register COMMAND...\n", stderr);
		return 2;
	}
	child = fork();
	if (child < 0)
		bench_die("fork");
	if (child == 0)
		run(judge, argv + 2);
	if (waitpid(child, &status, 0) < 0 ||
	    ptrace(PTRACE_SETOPTIONS, child, NULL,
		   (void *)(PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL)) < 0)
		bench_die("PTRACE_SETOPTIONS");
	status = supervise(judge, child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
