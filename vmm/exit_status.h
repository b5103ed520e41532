/* SPDX-License-Identifier: MIT */
/*
 * How portal-vmm ended, as its exit status: a contract with scripts, listed in the manual page.
 */
#ifndef EXIT_STATUS_H
#define EXIT_STATUS_H

enum exit_status {
	EXIT_STATUS_POWEROFF = 0,      /* the guest switched itself off */
	EXIT_STATUS_INTERNAL = 1,      /* our own failure */
	EXIT_STATUS_USAGE = 2,	       /* command line or input file is wrong */
	EXIT_STATUS_HOST = 3,	       /* this host cannot do it: --check says why */
	EXIT_STATUS_REBOOT = 10,       /* the guest asked for a restart */
	EXIT_STATUS_HALT = 11,	       /* the guest halted without switching off */
	EXIT_STATUS_PANIC = 12,	       /* the guest kernel panicked */
	EXIT_STATUS_TRIPLE_FAULT = 13, /* the guest CPU gave up after the module had said hello */
	EXIT_STATUS_DIED_EARLY = 14,   /* the guest kernel ended before the module said hello */
	EXIT_STATUS_TIMEOUT = 124,     /* --timeout */
	EXIT_STATUS_SIGNAL_BASE = 128, /* + signal number: 130 SIGINT, 143 SIGTERM */
};

#endif
