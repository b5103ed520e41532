/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"

#define LINE_SIZE 2048

static _Atomic int max_level = LOG_INFO;
static const char *const level_names[] = { "error", "warn", "info", "debug" };

void log_set_level(enum log_level level)
{
	atomic_store(&max_level, (int)level);
}

bool log_wants(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&max_level, memory_order_relaxed);
}

int log_level_parse(const char *text, enum log_level *ret_level)
{
	for (size_t i = 0; i < ARRAY_SIZE(level_names); i++) {
		if (strcmp(text, level_names[i]) == 0) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* a control character of the C1 set (ISO/IEC 6429): a byte outside of UTF-8, or U+0080 .. U+009F */
static bool is_c1(unsigned char before, unsigned char c)
{
	return c >= 0x80 && c < 0xa0 && (before < 0x80 || before == 0xc2);
}

/*
 * Messages contain strings from the guest: no control character may reach the user's terminal, and
 * no newline may make one message look like two.
 */
static void make_printable(char *text, size_t len)
{
	unsigned char before = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f || is_c1(before, c))
			text[i] = '?';
		before = c;
	}
}

void log_vline(enum log_level level, const char *fmt, va_list ap)
{
	char line[LINE_SIZE];
	int saved_errno = errno;
	size_t len;
	int n;

	if (!log_wants(level))
		return;
	if (level == LOG_INFO)
		n = snprintf(line, sizeof(line), "portal-vmm: ");
	else
		n = snprintf(line, sizeof(line), "portal-vmm: %s: ", level_names[level]);
	len = (size_t)n;
	n = vsnprintf(line + len, sizeof(line) - len - 1, fmt, ap);
	if (n > 0)
		len += (size_t)n < sizeof(line) - len - 1 ? (size_t)n : sizeof(line) - len - 2;
	make_printable(line, len);
	line[len++] = '\n';
	/* a failed write to the log cannot be reported anywhere */
	if (write(STDERR_FILENO, line, len) < 0)
		len = 0;
	errno = saved_errno;
}

void log_line(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_vline(level, fmt, ap);
	va_end(ap);
}

bool log_limit_pass(struct log_limit *limit, const char *what)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	unsigned int nr_dropped = 0;
	struct timespec now;
	bool pass;

	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&lock);
	if ((uint64_t)now.tv_sec != limit->second) {
		nr_dropped = limit->dropped;
		*limit = (struct log_limit){ .second = (uint64_t)now.tv_sec };
	}
	pass = limit->printed < LOG_LIMIT_BURST;
	if (pass)
		limit->printed++;
	else
		limit->dropped++;
	pthread_mutex_unlock(&lock);
	if (nr_dropped)
		log_warn("%s: %u similar messages dropped", what, nr_dropped);
	return pass;
}
