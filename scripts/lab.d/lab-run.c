/* SPDX-License-Identifier: MIT */
/*
 * lab-run - runs one command on this machine or in an L1 machine, with a time limit.
 *
 *	lab-run -t SECONDS [-p ADDRESS:PORT]... COMMAND...
 *	lab-run -t SECONDS [-p ADDRESS:PORT]... -q NR [-o OUT] [-d DIR]... [-m MODULES]
 *		[-c CONSOLE] [-v] QEMU... COMMAND...
 *
 * Only scripts/lab calls it. Each -p names a port of this machine that must be free, because QEMU,
 * or the command on this machine, will listen on it. With -q, the first NR words are the command
 * line of QEMU, which gets the socket of the virtio-serial port as descriptor 3 and the file for
 * the console as descriptor 4. The command gets the environment of lab-run. All processes that
 * lab-run starts end when it ends, for whatever reason.
 *
 * Exit status: the command's, or 128 + N if signal N killed it; 124 after the time limit; 125 when
 * the lab itself failed; 126 when the command cannot be run; 127 when it was not found.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab-wire.h"

#define EXIT_USAGE	2
#define EXIT_TIMED_OUT	124
#define EXIT_LAB_FAILED 125
#define EXIT_CANNOT_RUN 126
#define EXIT_NOT_FOUND	127
#define BOOT_LIMIT_S	120
#define TAIL_LINES	60
#define TAIL_BYTES	16384
#define PORT_FD		3
#define CONSOLE_FD	4
#define FIRST_FREE_FD	10
#define GRACE_MS	2000
#define MAX_DIRS	16
#define MAX_PORTS	16

struct run {
	unsigned int timeout_s;
	int nr_qemu; /* 0: native */
	const char *out;
	const char *modules;
	const char *console;
	char *dirs[MAX_DIRS + 1]; /* NULL-terminated */
	int nr_dirs;
	struct sockaddr_in ports[MAX_PORTS];
	int nr_ports;
	bool verbose;
	char **qemu; /* NULL-terminated copy */
	char **command;
	int port_fd;
	int console_fd;
	int messages_fd;
};

/* State for the signal handlers. The child leads its own process group. */
static volatile sig_atomic_t child_pid;
static volatile sig_atomic_t is_native;
static volatile sig_atomic_t is_started;
static volatile sig_atomic_t is_boot_timed_out;
static char timeout_message[128];

static void child_signal(int signal_nr)
{
	if (child_pid > 0)
		kill(-child_pid, signal_nr);
}

/* Wait up to GRACE_MS for the child to end: a broken KVM can make a process unkillable. */
static void child_wait_briefly(void)
{
	const struct timespec step = { .tv_nsec = 10 * 1000 * 1000 };
	int waited_ms;

	for (waited_ms = 0; waited_ms < GRACE_MS; waited_ms += 10) {
		if (child_pid <= 0 || waitpid(child_pid, NULL, WNOHANG) != 0)
			return;
		nanosleep(&step, NULL);
	}
}

static void on_signal(int signal_nr)
{
	if (is_native) {
		/* The command handles the signal; native_run() waits for its end. */
		child_signal(signal_nr);
		return;
	}
	child_signal(SIGKILL);
	child_wait_briefly();
	signal(signal_nr, SIG_DFL);
	raise(signal_nr);
}

static void on_alarm(int signal_nr)
{
	(void)signal_nr;
	if (!is_started) {
		/* The read from the port then fails, and lab_fail() reports the timeout. */
		is_boot_timed_out = 1;
		child_signal(SIGKILL);
		return;
	}
	if (write(STDERR_FILENO, timeout_message, strlen(timeout_message)) < 0)
		is_started = 0;
	if (is_native) {
		child_signal(SIGTERM);
		child_wait_briefly();
	}
	child_signal(SIGKILL);
	child_wait_briefly();
	_exit(EXIT_TIMED_OUT);
}

static void handlers_set(unsigned int timeout_s)
{
	static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	size_t i;

	snprintf(timeout_message, sizeof(timeout_message),
		 "lab: error: the command did not end within %u s and was killed; "
		 "see --timeout\n",
		 timeout_s);
	for (i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaction(forwarded[i], &action, NULL);
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
}

/* Listen on the port as QEMU would; false, with errno set, when that fails. */
static bool port_is_free(const struct sockaddr_in *port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1, err;
	bool is_free;

	is_free = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		  bind(fd, (const struct sockaddr *)port, sizeof(*port)) == 0 && listen(fd, 1) == 0;
	err = errno;
	if (fd >= 0)
		close(fd);
	errno = err;
	return is_free;
}

static void ports_check(const struct run *run)
{
	char address[INET_ADDRSTRLEN];

	for (int i = 0; i < run->nr_ports; i++) {
		const struct sockaddr_in *port = &run->ports[i];

		if (port_is_free(port))
			continue;
		inet_ntop(AF_INET, &port->sin_addr, address, sizeof(address));
		fprintf(stderr, "lab: error: port %u of %s: %s; give --publish another port\n",
			ntohs(port->sin_port), address, strerror(errno));
		exit(EXIT_LAB_FAILED);
	}
}

static void child_prepare(pid_t parent)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_LAB_FAILED);
}

static void stdin_close(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		dup2(fd, STDIN_FILENO);
}

static _Noreturn void native_exec(char **command)
{
	int err;

	stdin_close();
	execvp(command[0], command);
	err = errno;
	fprintf(stderr, "lab: cannot run %s: %s\n", command[0], strerror(err));
	_exit(err == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

static int exit_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static int native_run(const struct run *run)
{
	pid_t parent = getpid(), pid;
	int status;

	is_native = 1;
	is_started = 1;
	pid = fork();
	if (pid < 0) {
		fprintf(stderr, "lab: error: cannot fork: %s\n", strerror(errno));
		return EXIT_LAB_FAILED;
	}
	if (pid == 0) {
		child_prepare(parent);
		native_exec(run->command);
	}
	setpgid(pid, pid);
	child_pid = pid;
	alarm(run->timeout_s);
	while (waitpid(pid, &status, 0) < 0)
		;
	return exit_status(status);
}

/* At every start QEMU warns about features of the processor that it does not emulate. */
static bool is_noise(const char *line)
{
	return strstr(line, "TCG doesn't support requested feature") != NULL;
}

/* Print the last lines of a file, each with a prefix. */
static void tail_print(int fd, const char *title)
{
	char text[TAIL_BYTES + 1];
	char *line, *at;
	ssize_t size;
	off_t end = lseek(fd, 0, SEEK_END);
	int nr_lines = 0;

	size = pread(fd, text, TAIL_BYTES, end > TAIL_BYTES ? end - TAIL_BYTES : 0);
	if (size <= 0)
		return;
	text[size] = '\0';
	for (at = text + size; at > text && nr_lines <= TAIL_LINES; at--)
		nr_lines += at[-1] == '\n';
	line = at > text ? at + 1 : text;
	fprintf(stderr, "lab: %s:\n", title);
	for (line = strtok(line, "\r\n"); line; line = strtok(NULL, "\r\n"))
		if (!is_noise(line))
			fprintf(stderr, "  | %s\n", line);
}

static void qemu_end(int *ret_wait_status)
{
	child_signal(SIGKILL);
	while (waitpid(child_pid, ret_wait_status, 0) < 0 && errno == EINTR)
		;
	child_pid = 0;
}

__attribute__((noreturn)) static void lab_fail(const struct run *run, const char *reason)
{
	int wait_status = 0;
	siginfo_t info = { 0 };

	/* Give QEMU time to write its error message and exit. */
	for (int tries = 0; tries < 20 && info.si_pid == 0; tries++) {
		waitid(P_PID, (id_t)child_pid, &info, WEXITED | WNOHANG | WNOWAIT);
		usleep(5000);
	}
	qemu_end(&wait_status);
	alarm(0);
	if (is_boot_timed_out)
		fprintf(stderr, "lab: error: L1 did not come up within %d s\n", BOOT_LIMIT_S);
	else
		fprintf(stderr, "lab: error: %s\n", reason);
	tail_print(run->messages_fd, "QEMU's messages");
	tail_print(run->console_fd, "the end of L1's console");
	fprintf(stderr, "lab: keep the whole console with --console FILE\n");
	exit(EXIT_LAB_FAILED);
}

/* Move @fd above the descriptors that QEMU gets at fixed numbers. */
static int fd_lift(int fd)
{
	int lifted = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);

	close(fd);
	return lifted;
}

static int qemu_start(struct run *run)
{
	pid_t parent = getpid(), pid;
	int pair[2];

	run->messages_fd = fd_lift(memfd_create("messages", 0));
	run->console_fd =
		fd_lift(run->console ? open(run->console, O_RDWR | O_CREAT | O_TRUNC, 0666)
				     : memfd_create("console", 0));
	if (run->messages_fd < 0 || run->console_fd < 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return -errno;
	run->port_fd = fd_lift(pair[0]);
	pair[1] = fd_lift(pair[1]);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		child_prepare(parent);
		stdin_close();
		dup2(run->messages_fd, STDOUT_FILENO);
		dup2(run->messages_fd, STDERR_FILENO);
		dup2(pair[1], PORT_FD);
		dup2(run->console_fd, CONSOLE_FD);
		execvp(run->qemu[0], run->qemu);
		fprintf(stderr, "cannot run %s: %s; run scripts/setup\n", run->qemu[0],
			strerror(errno));
		_exit(EXIT_NOT_FOUND);
	}
	setpgid(pid, pid);
	child_pid = pid;
	close(pair[1]);
	return 0;
}

static void text_add(char **at, const char *string)
{
	size_t size = strlen(string) + 1;

	memcpy(*at, string, size);
	*at += size;
}

static size_t strings_size(char **strings, uint32_t *ret_nr)
{
	size_t size = 0;

	*ret_nr = 0;
	for (; *strings; strings++, (*ret_nr)++)
		size += strlen(*strings) + 1;
	return size;
}

/* Send the LAB_JOB frame. */
static int job_send(const struct run *run)
{
	struct lab_job head;
	char *directory = getcwd(NULL, 0);
	char *body, *at;
	size_t size;
	int err;

	if (!directory)
		return -errno;
	head.has_network = run->nr_ports > 0;
	size = sizeof(head) + strings_size(run->command, &head.nr_args) +
	       strings_size(environ, &head.nr_env) +
	       strings_size((char **)run->dirs, &head.nr_dirs) + strlen(directory) + 1 +
	       strlen(run->out) + 1 + strlen(run->modules) + 1;
	body = malloc(size);
	if (!body)
		return -ENOMEM;
	memcpy(body, &head, sizeof(head));
	at = body + sizeof(head);
	text_add(&at, directory);
	text_add(&at, run->out);
	text_add(&at, run->modules);
	for (char **string = run->command; *string; string++)
		text_add(&at, *string);
	for (char **string = environ; *string; string++)
		text_add(&at, *string);
	for (int i = 0; i < run->nr_dirs; i++)
		text_add(&at, run->dirs[i]);
	err = lab_send(run->port_fd, LAB_JOB, body, size);
	free(body);
	free(directory);
	return err;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void output_pass_on(const struct run *run, int fd, const char *data, uint32_t size)
{
	int err = lab_write_all(fd, data, size);
	char reason[128];

	if (err == 0)
		return;
	snprintf(reason, sizeof(reason), "cannot write the command's output: %s", strerror(-err));
	lab_fail(run, reason);
}

/* Wait for a frame. An emulated machine can hang; only the missing LAB_ALIVE shows it. */
static void frame_await(const struct run *run)
{
	struct pollfd port = { .fd = run->port_fd, .events = POLLIN };
	int nr;

	do {
		nr = poll(&port, 1, is_started ? LAB_SILENCE_MS : -1);
	} while (nr < 0 && errno == EINTR);
	if (nr == 0)
		lab_fail(run, "L1 has stopped: it sent nothing for a minute; try again");
}

static int nested_attend(const struct run *run, double start_s)
{
	static char data[LAB_FRAME_MAX + 1];
	struct lab_frame frame;
	int wait_status;

	for (;;) {
		frame_await(run);
		if (lab_read_all(run->port_fd, &frame, sizeof(frame)) < 0 ||
		    frame.size > LAB_FRAME_MAX || lab_read_all(run->port_fd, data, frame.size) < 0)
			lab_fail(run, "L1 ended before the command did");
		switch (frame.kind) {
		case LAB_READY:
			alarm(run->timeout_s);
			is_started = 1;
			if (run->verbose)
				fprintf(stderr, "lab: L1 is up after %.1f s\n", now_s() - start_s);
			break;
		case LAB_STDOUT:
			output_pass_on(run, STDOUT_FILENO, data, frame.size);
			break;
		case LAB_STDERR:
			output_pass_on(run, STDERR_FILENO, data, frame.size);
			break;
		case LAB_ALIVE:
			break;
		case LAB_STATUS:
			alarm(0);
			qemu_end(&wait_status);
			return (unsigned char)data[0];
		case LAB_BROKEN:
			data[frame.size] = '\0';
			lab_fail(run, data);
		default:
			lab_fail(run, "L1 sent a frame of unknown kind");
		}
	}
}

static int nested_run(struct run *run)
{
	double start_s = now_s();
	int err = qemu_start(run);

	if (err < 0) {
		fprintf(stderr, "lab: error: cannot start QEMU: %s\n", strerror(-err));
		return EXIT_LAB_FAILED;
	}
	alarm(BOOT_LIMIT_S);
	signal(SIGPIPE, SIG_IGN);
	err = job_send(run);
	if (err == -EMSGSIZE)
		lab_fail(run, "the command and its environment are longer than 1 MiB");
	/* Any other error makes the first read fail, too. */
	signal(SIGPIPE, SIG_DFL);
	return nested_attend(run, start_s);
}

/* @word: ADDRESS:PORT */
static int port_read(char *word, struct sockaddr_in *ret_port)
{
	char *colon = strrchr(word, ':');
	struct sockaddr_in port = { .sin_family = AF_INET };

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	port.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, word, &port.sin_addr) != 1)
		return -EINVAL;
	*ret_port = port;
	return 0;
}

static int arguments_read(int argc, char **argv, struct run *ret_run)
{
	int option;

	while ((option = getopt(argc, argv, "+t:q:o:m:c:d:p:v")) != -1) {
		switch (option) {
		case 't':
			ret_run->timeout_s = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'q':
			ret_run->nr_qemu = (int)strtol(optarg, NULL, 10);
			break;
		case 'o':
			ret_run->out = optarg;
			break;
		case 'm':
			ret_run->modules = optarg;
			break;
		case 'c':
			ret_run->console = optarg;
			break;
		case 'd':
			if (ret_run->nr_dirs == MAX_DIRS)
				return -EINVAL;
			ret_run->dirs[ret_run->nr_dirs++] = optarg;
			break;
		case 'p':
			if (ret_run->nr_ports == MAX_PORTS ||
			    port_read(optarg, &ret_run->ports[ret_run->nr_ports++]) < 0)
				return -EINVAL;
			break;
		case 'v':
			ret_run->verbose = true;
			break;
		default:
			return -EINVAL;
		}
	}
	if (ret_run->timeout_s == 0 || ret_run->nr_qemu < 0 || ret_run->nr_qemu >= argc - optind)
		return -EINVAL;
	ret_run->command = argv + optind + ret_run->nr_qemu;
	ret_run->qemu = calloc((size_t)ret_run->nr_qemu + 1, sizeof(*ret_run->qemu));
	if (!ret_run->qemu)
		return -ENOMEM;
	memcpy(ret_run->qemu, argv + optind, (size_t)ret_run->nr_qemu * sizeof(*ret_run->qemu));
	return 0;
}

int main(int argc, char **argv)
{
	struct run run = { .out = "", .modules = "" };

	if (arguments_read(argc, argv, &run) < 0) {
		fprintf(stderr, "lab-run: wrong arguments; use scripts/lab\n");
		return EXIT_USAGE;
	}
	ports_check(&run);
	handlers_set(run.timeout_s);
	return run.nr_qemu > 0 ? nested_run(&run) : native_run(&run);
}
