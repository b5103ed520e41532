/* SPDX-License-Identifier: MIT */
/*
 * bench_http PORT N: waits for the web server on this machine, then makes N requests, one after the
 * other. Prints their total duration in nanoseconds.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define WAIT_TRIES 500
#define WAIT_US	   10000

static const char request[] = "GET /index.html HTTP/1.0\r\n\r\n";

static int connect_to(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		bench_die("socket");
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void wait_for(const struct sockaddr_in *address)
{
	for (int i = 0; i < WAIT_TRIES; i++) {
		int fd = connect_to(address);

		if (fd >= 0) {
			close(fd);
			return;
		}
		usleep(WAIT_US);
	}
	bench_die("bench_http: no server");
}

static void make_request(const struct sockaddr_in *address)
{
	int fd = connect_to(address);
	char answer[4096];
	ssize_t got, total = 0;

	if (fd < 0 || write(fd, request, sizeof(request) - 1) != sizeof(request) - 1)
		bench_die("bench_http: request");
	while ((got = read(fd, answer, sizeof(answer))) > 0) {
		if (total == 0 && (got < 12 || memcmp(answer + 9, "200", 3) != 0))
			bench_die("bench_http: not 200 OK");
		total += got;
	}
	close(fd);
	if (got < 0 || total == 0)
		bench_die("bench_http: answer");
}

int main(int argc, char *argv[])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	uint64_t start;

	if (n == 0) {
		fputs("usage: bench_http PORT N\n", stderr);
		return 2;
	}
	address.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	wait_for(&address);
	start = bench_now_ns();
	for (unsigned long i = 0; i < n; i++)
		make_request(&address);
	printf("%llu\n", (unsigned long long)(bench_now_ns() - start));
	return EXIT_SUCCESS;
}
