/* SPDX-License-Identifier: MIT */
#include "devices/console/console.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <termios.h>

#include "base/log.h"
#include "devices/console/escape.h"
#include "devices/console/output.h"

#define FILE_PREFIX "file:"
#define READ_SIZE   512
#define PATH_SIZE   64
#define FILE_MODE   0666

struct console {
	pthread_mutex_t lock; /* guards output */
	struct console_output output;
	int out_fd;
	int in_fd;
	int ready_fd; /* always ready; used instead of an in_fd that epoll refuses; otherwise -1 */
	int slave_fd; /* pty: kept open, so that the master gets no hang-up when a user leaves;
			 otherwise -1 */
	bool on_terminal;
	struct console_escape escape;
};

/* static, because a signal handler uses them */
static struct termios original_mode;
static atomic_bool terminal_is_raw;

void console_restore_terminal(void)
{
	if (atomic_exchange(&terminal_is_raw, false))
		tcsetattr(STDIN_FILENO, TCSANOW, &original_mode);
}

/* output processing stays enabled, because the log uses the same terminal */
static int make_terminal_raw(void)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &original_mode) < 0)
		return -errno;
	raw = original_mode;
	cfmakeraw(&raw);
	raw.c_oflag = original_mode.c_oflag;
	atomic_store(&terminal_is_raw, true);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0) {
		atomic_store(&terminal_is_raw, false);
		return -errno;
	}
	return 0;
}

/*
 * O_NONBLOCK is a flag of the open file description, which standard streams share with the shell
 * that started us. So open the underlying file again, if it is of a type without a file position.
 */
static int reopen(int fd, int flags)
{
	char path[PATH_SIZE];
	struct stat st;
	int again = -1;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		again = open(path, flags | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	}
	if (again < 0)
		again = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	return again < 0 ? -errno : again;
}

static bool epoll_accepts(int fd)
{
	auto_close int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_fd >= 0 && epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* a closed standard stream is not an error: there is no input, or the output is discarded */
static int open_stdio(struct console *console)
{
	int err;

	err = reopen(STDOUT_FILENO, O_WRONLY);
	if (err < 0 && err != -EBADF)
		return err;
	console->out_fd = err < 0 ? -1 : err;
	err = reopen(STDIN_FILENO, O_RDONLY);
	if (err == -EBADF)
		return 0;
	if (err < 0)
		return err;
	console->in_fd = err;
	if (!epoll_accepts(console->in_fd)) {
		console->ready_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
		if (console->ready_fd < 0)
			return -errno;
	}
	console->on_terminal = isatty(STDIN_FILENO);
	return console->on_terminal ? make_terminal_raw() : 0;
}

static int open_file(struct console *console, const char *path)
{
	if (*path == '\0')
		return -EINVAL;
	console->out_fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, FILE_MODE);
	return console->out_fd < 0 ? -errno : 0;
}

/* raw from the start, because echo would return the guest's own output to it */
static int open_pty(struct console *console)
{
	char path[PATH_SIZE];
	struct termios raw;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (master < 0)
		return -errno;
	console->in_fd = console->out_fd = master;
	if (grantpt(master) < 0 || unlockpt(master) < 0)
		return -errno;
	if (ptsname_r(master, path, sizeof(path)) != 0)
		return -errno;
	console->slave_fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (console->slave_fd < 0 || tcgetattr(console->slave_fd, &raw) < 0)
		return -errno;
	cfmakeraw(&raw);
	if (tcsetattr(console->slave_fd, TCSANOW, &raw) < 0)
		return -errno;
	log_info("the guest's console is on %s", path);
	return 0;
}

static int open_spec(struct console *console, const char *spec)
{
	if (strcmp(spec, "stdio") == 0)
		return open_stdio(console);
	if (strcmp(spec, "null") == 0)
		return 0;
	if (strcmp(spec, "pty") == 0)
		return open_pty(console);
	if (strncmp(spec, FILE_PREFIX, strlen(FILE_PREFIX)) == 0)
		return open_file(console, spec + strlen(FILE_PREFIX));
	return -EINVAL;
}

int console_create(const char *spec, struct console **ret_console)
{
	struct console *console = calloc(1, sizeof(*console));
	int err;

	if (!console)
		return -ENOMEM;
	pthread_mutex_init(&console->lock, NULL);
	console->out_fd = console->in_fd = console->ready_fd = console->slave_fd = -1;
	console_output_init(&console->output, -1);
	err = open_spec(console, spec);
	if (err < 0) {
		console_destroy(console);
		return err;
	}
	console_output_init(&console->output, console->out_fd);
	*ret_console = console;
	return 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void console_destroy(struct console *console)
{
	if (!console)
		return;
	console_output_drain(&console->output, CONSOLE_OUTPUT_TIMEOUT_MS);
	if (console->on_terminal)
		console_restore_terminal();
	close_fd(console->slave_fd);
	close_fd(console->ready_fd);
	if (console->in_fd != console->out_fd)
		close_fd(console->in_fd);
	close_fd(console->out_fd);
	pthread_mutex_destroy(&console->lock);
	free(console);
}

void console_write(void *opaque, const uint8_t *data, size_t len)
{
	struct console *console = opaque;

	pthread_mutex_lock(&console->lock);
	console_output_write(&console->output, data, len);
	pthread_mutex_unlock(&console->lock);
}

bool console_flush(struct console *console)
{
	bool is_empty;

	pthread_mutex_lock(&console->lock);
	console_output_drain(&console->output, 0);
	is_empty = console->output.len == 0;
	pthread_mutex_unlock(&console->lock);
	return is_empty;
}

int console_fd(const struct console *console)
{
	return console->ready_fd >= 0 ? console->ready_fd : console->in_fd;
}

int console_read(struct console *console, uint8_t *buf, size_t len, bool *ret_quit)
{
	uint8_t typed[READ_SIZE];
	ssize_t n;

	if (len < 2)
		return -EINVAL;
	n = read(console->in_fd, typed, len - 1 < sizeof(typed) ? len - 1 : sizeof(typed));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return -ENODATA;
	if (console->on_terminal)
		return (int)console_escape_filter(&console->escape, typed, (size_t)n, buf,
						  ret_quit);
	memcpy(buf, typed, (size_t)n);
	return (int)n;
}
