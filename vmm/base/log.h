/* SPDX-License-Identifier: MIT */
/*
 * The program's log: whole lines on stderr, "portal-vmm: error: ...". Owns the level and nothing
 * else. The lower layers return error codes; the machine, the hooks and main() report each error
 * once.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

/* the values equal PORTAL_ERROR .. PORTAL_DEBUG of the SDK */
enum log_level { LOG_ERROR = 0, LOG_WARN = 1, LOG_INFO = 2, LOG_DEBUG = 3 };

/** log_set_level() - drop lines above @level; the default is LOG_INFO. Any thread. */
void log_set_level(enum log_level level);

/** log_wants() - check whether lines of @level are printed, before formatting one. Any thread. */
bool log_wants(enum log_level level);

/**
 * log_level_parse() - parse "error", "warn", "info" or "debug"
 *
 * Return: 0; -EINVAL.
 */
int log_level_parse(const char *text, enum log_level *ret_level);

/**
 * log_line() - print one line, with one write(2), so that lines of threads do not mix. Any thread.
 */
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_vline(enum log_level level, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

/* Messages that a guest can cause: at most LOG_LIMIT_BURST a second from each call site; the rest
 * is counted. */
#define LOG_LIMIT_BURST 10
struct log_limit {
	uint64_t second;
	unsigned int printed, dropped;
};

/**
 * log_limit_pass() - check whether a rate-limited message may be printed now
 * @limit: state of the call site
 * @what: names the call site, in the report of how many messages were dropped
 *
 * Context: any thread.
 * Return: true if it may be printed.
 */
bool log_limit_pass(struct log_limit *limit, const char *what);

#define log_guest(level, ...)                           \
	do {                                            \
		static struct log_limit limit_;         \
		if (log_limit_pass(&limit_, __func__))  \
			log_line((level), __VA_ARGS__); \
	} while (0)

#endif
