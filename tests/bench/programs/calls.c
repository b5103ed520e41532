/* SPDX-License-Identifier: MIT */
/*
 *	getppid		the cheapest system call
 *	openat		a path of 63 characters that does not exist, always the same
 *	path-LEN	paths of LEN characters that do not exist, see path.h
 *	denied		the same as openat; the watcher reads the path and denies it with EPERM
 *	register	ioctl() that the watcher answers with the value of a switch register
 *	register-rule	the same with another number, which the guest module answers by a rule
 *	register-blind	the same, for a watcher that can set only the result
 *	unanswered	the same ioctl() without an answer: the cost of the system call itself
 */
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

static bool make_getppid(struct caller *caller)
{
	(void)caller;
	return syscall(SYS_getppid) >= 0;
}

static bool open_is(const char *path, int wanted)
{
	return syscall(SYS_openat, AT_FDCWD, path, O_RDONLY) < 0 && errno == wanted;
}

static bool make_openat(struct caller *caller)
{
	(void)caller;
	return open_is(BENCH_PATH, ENOENT);
}

static bool make_path(struct caller *caller)
{
	path_set_number(&caller->path, caller->number++);
	return open_is(caller->path.text, ENOENT);
}

static bool make_denied(struct caller *caller)
{
	(void)caller;
	return open_is(BENCH_PATH, EPERM);
}

static bool read_register(int fd, unsigned long number, uint32_t *ret_value)
{
	struct bench_reg reg = { .number = BENCH_REG };
	struct ifreq request = { .ifr_name = BENCH_INTERFACE, .ifr_data = (char *)&reg };

	if (ioctl(fd, number, &request) != 0)
		return false;
	*ret_value = reg.value;
	return true;
}

static bool make_register(struct caller *caller)
{
	uint32_t value;

	return read_register(caller->fd, BENCH_REG_READ, &value) && value == BENCH_REG_VALUE;
}

static bool make_register_rule(struct caller *caller)
{
	uint32_t value;

	return read_register(caller->fd, BENCH_REG_RULE, &value) && value == BENCH_REG_VALUE;
}

static bool make_register_blind(struct caller *caller)
{
	uint32_t value;

	return read_register(caller->fd, BENCH_REG_READ, &value);
}

static bool make_unanswered(struct caller *caller)
{
	uint32_t value;

	return !read_register(caller->fd, BENCH_REG_READ, &value) && errno == ENODEV;
}

static const struct bench_call calls[] = {
	{ .name = "getppid", .make = make_getppid },
	{ .name = "openat", .make = make_openat },
	{ .name = "path-64", .path_len = 64, .make = make_path },
	{ .name = "path-255", .path_len = 255, .make = make_path },
	{ .name = "path-4000", .path_len = 4000, .make = make_path },
	{ .name = "denied", .make = make_denied },
	{ .name = "register", .make = make_register },
	{ .name = "register-rule", .make = make_register_rule },
	{ .name = "register-blind", .make = make_register_blind },
	{ .name = "unanswered", .make = make_unanswered },
};

#define NR_CALLS (sizeof(calls) / sizeof(calls[0]))

const struct bench_call *calls_find(const char *name)
{
	for (size_t i = 0; i < NR_CALLS; i++)
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	return NULL;
}

void calls_list(void)
{
	for (size_t i = 0; i < NR_CALLS; i++)
		fprintf(stderr, "%s%s", i ? "|" : "CALL: ", calls[i].name);
	fputc('\n', stderr);
}

void calls_prepare(const struct bench_call *call, struct caller *caller)
{
	caller->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (caller->fd < 0)
		bench_die("socket");
	caller->number = 0;
	if (call->path_len > 0)
		path_init(&caller->path, call->path_len);
}

uint64_t calls_repeat(const struct bench_call *call, struct caller *caller, unsigned long n)
{
	uint64_t start = bench_now_ns();

	for (unsigned long i = 0; i < n; i++) {
		if (!call->make(caller)) {
			fprintf(stderr, "%s %lu is wrong: %m\n", call->name, i);
			exit(EXIT_FAILURE);
		}
	}
	return bench_now_ns() - start;
}
