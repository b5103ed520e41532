/* SPDX-License-Identifier: MIT */
/*
 * bench_http PORT N SERVER [ARGUMENT]...: starts the web server SERVER, which has to listen on PORT
 * and to stay in the foreground, and makes N requests, one after the other. Prints their total
 * duration in nanoseconds. Stops the server and waits for its end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define WAIT_S	10u
#define WAIT_US 10000

static const char request[] = "GET /index.html HTTP/1.0\r\n\r\n";

static const char *server_name;
static pid_t server; /* 0: it does not run */

/* Print the reason and exit with status 1. */
__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
	va_list args;

	fputs("bench_http: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void server_start(char *argv[])
{
	pid_t parent = getpid();

	server_name = argv[0];
	server = fork();
	if (server < 0)
		fail("fork: %s", strerror(errno));
	if (server > 0)
		return;
	/* Otherwise a bench_http that is killed would leave a server on the next sample's port. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		execvp(argv[0], argv);
	fprintf(stderr, "bench_http: %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Fail if the server has exited. */
static void server_check(void)
{
	int status;

	if (waitpid(server, &status, WNOHANG) == 0)
		return;
	server = 0;
	if (WIFSIGNALED(status))
		fail("%s was ended by signal %d", server_name, WTERMSIG(status));
	fail("%s ended with status %d", server_name, WEXITSTATUS(status));
}

static void server_stop(void)
{
	if (server <= 0)
		return;
	kill(server, SIGTERM);
	waitpid(server, NULL, 0);
	server = 0;
}

/* Return: the connection; -1: there is none, see errno. */
static int connect_to(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		fail("socket: %s", strerror(errno));
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* Another server on the port would answer the requests, and SERVER could not listen on it. */
static void port_check(const struct sockaddr_in *address)
{
	if (connect_to(address) >= 0)
		fail("port %u has another server", ntohs(address->sin_port));
}

static void server_await(const struct sockaddr_in *address)
{
	uint64_t start = bench_now_ns();
	int fd;

	while ((fd = connect_to(address)) < 0) {
		if (errno != ECONNREFUSED)
			fail("connect: %s", strerror(errno));
		server_check();
		if (bench_now_ns() - start > WAIT_S * 1000000000ull)
			fail("%s did not listen within %u s", server_name, WAIT_S);
		usleep(WAIT_US);
	}
	close(fd);
}

/* Request @nr of @of. */
static void make_request(const struct sockaddr_in *address, unsigned long nr, unsigned long of)
{
	int fd = connect_to(address);
	char answer[4096];
	ssize_t got, total = 0;

	if (fd < 0)
		fail("request %lu of %lu: connect: %s", nr, of, strerror(errno));
	if (write(fd, request, sizeof(request) - 1) != sizeof(request) - 1)
		fail("request %lu of %lu: write: %s", nr, of, strerror(errno));
	while ((got = read(fd, answer, sizeof(answer))) > 0) {
		if (total == 0 && (got < 12 || memcmp(answer + 9, "200", 3) != 0))
			fail("request %lu of %lu: the answer is not 200 OK", nr, of);
		total += got;
	}
	if (got < 0)
		fail("request %lu of %lu: read: %s", nr, of, strerror(errno));
	if (total == 0)
		fail("request %lu of %lu: the answer is empty", nr, of);
	close(fd);
}

int main(int argc, char *argv[])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	unsigned long n = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
	uint64_t start;

	if (n == 0) {
		fputs("usage: bench_http PORT N SERVER [ARGUMENT]...\n", stderr);
		return 2;
	}
	address.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	port_check(&address);
	atexit(server_stop);
	server_start(argv + 3);
	server_await(&address);
	start = bench_now_ns();
	for (unsigned long i = 1; i <= n; i++)
		make_request(&address, i, n);
	start = bench_now_ns() - start;
	server_check();
	printf("%llu\n", (unsigned long long)start);
	return EXIT_SUCCESS;
}
