/* SPDX-License-Identifier: MIT */
/*
 * bench_calls CALL N: makes one system call N times, checks each result, and prints the nanoseconds
 *that one took. What watches or answers the call is somebody else's business:
 *
 *	getppid		the cheapest call
 *	openat		a path of 64 bytes that is not there
 *	denied		the same; somebody has read it and denies it with EPERM
 *	register	ioctl() that somebody answers with the value of a switch register
 *	register-rule	the same with another number, which the guest itself answers
 *	register-blind	the same, of somebody who can only make up the result
 *	unanswered	the same ioctl() when nobody answers: what the call itself costs
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

struct call {
	const char *name;
	bool (*make)(int fd);
};

static bool make_getppid(int fd)
{
	(void)fd;
	return syscall(SYS_getppid) >= 0;
}

static bool make_openat(int fd)
{
	(void)fd;
	return syscall(SYS_openat, AT_FDCWD, BENCH_PATH, O_RDONLY) < 0 && errno == ENOENT;
}

static bool make_denied(int fd)
{
	(void)fd;
	return syscall(SYS_openat, AT_FDCWD, BENCH_PATH, O_RDONLY) < 0 && errno == EPERM;
}

static bool ask_register_by(int fd, unsigned long number, uint32_t *ret_value)
{
	struct bench_reg reg = { .number = BENCH_REG };
	struct ifreq request = { .ifr_name = BENCH_INTERFACE, .ifr_data = (char *)&reg };

	if (ioctl(fd, number, &request) != 0)
		return false;
	*ret_value = reg.value;
	return true;
}

static bool ask_register(int fd, uint32_t *ret_value)
{
	return ask_register_by(fd, BENCH_REG_READ, ret_value);
}

static bool make_register(int fd)
{
	uint32_t value;

	return ask_register(fd, &value) && value == BENCH_REG_VALUE;
}

static bool make_register_rule(int fd)
{
	uint32_t value;

	return ask_register_by(fd, BENCH_REG_RULE, &value) && value == BENCH_REG_VALUE;
}

static bool make_register_blind(int fd)
{
	uint32_t value;

	return ask_register(fd, &value);
}

static bool make_unanswered(int fd)
{
	uint32_t value;

	return !ask_register(fd, &value) && errno == ENODEV;
}

static const struct call calls[] = {
	{ "getppid", make_getppid },
	{ "openat", make_openat },
	{ "denied", make_denied },
	{ "register", make_register },
	{ "register-rule", make_register_rule },
	{ "register-blind", make_register_blind },
	{ "unanswered", make_unanswered },
};

static const struct call *find_call(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	return NULL;
}

int main(int argc, char *argv[])
{
	const struct call *call = argc == 3 ? find_call(argv[1]) : NULL;
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t start;

	if (!call || n == 0) {
		fputs("usage: bench_calls getppid|openat|denied|register|register-rule|register-blind|"
		      "unanswered N\n",
		      stderr);
		return 2;
	}
	if (fd < 0)
		bench_die("socket");
	start = bench_now_ns();
	for (unsigned long i = 0; i < n; i++) {
		if (!call->make(fd)) {
			fprintf(stderr, "bench_calls: %s %lu is wrong: %m\n", call->name, i);
			return EXIT_FAILURE;
		}
	}
	printf("%.1f\n", (double)(bench_now_ns() - start) / (double)n);
	return EXIT_SUCCESS;
}
