/* SPDX-License-Identifier: MIT */
/*
 * The exit statuses of portal-vmm. Scripts rely on them; the manual page lists them.
 */
#ifndef EXIT_STATUS_H
#define EXIT_STATUS_H

enum exit_status {
	EXIT_STATUS_POWEROFF = 0,      /* the guest powered off */
	EXIT_STATUS_INTERNAL = 1,      /* internal error */
	EXIT_STATUS_USAGE = 2,	       /* wrong command line or input file */
	EXIT_STATUS_HOST = 3,	       /* this host cannot run guests; --check shows why */
	EXIT_STATUS_REBOOT = 10,       /* the guest requested a reboot */
	EXIT_STATUS_HALT = 11,	       /* the guest halted without powering off */
	EXIT_STATUS_PANIC = 12,	       /* the guest kernel panicked */
	EXIT_STATUS_TRIPLE_FAULT = 13, /* triple fault after hello */
	EXIT_STATUS_DIED_EARLY = 14,   /* the guest kernel ended before hello */
	EXIT_STATUS_TIMEOUT = 124,     /* --timeout */
	EXIT_STATUS_SIGNAL_BASE = 128, /* + signal number: 130 SIGINT, 143 SIGTERM */
};

#endif
