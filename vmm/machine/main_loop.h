/* SPDX-License-Identifier: MIT */
/*
 * The main thread while the VM runs: signals, time limit, console input, and the end. Everything
 * the guest waits for happens on vCPU threads; this loop only carries what comes from outside.
 */
#ifndef MAIN_LOOP_H
#define MAIN_LOOP_H

#include "base/cleanup.h"
#include "devices/console/console.h"
#include "devices/serial.h"
#include "machine/outcome.h"

/**
 * struct main_loop - what it watches; borrowed
 * @outcome: ends the loop when it has a reason
 * @console: input for @serial, output to be flushed
 * @serial: the guest's console port
 * @output_waits: set, and the loop woken, when the console may hold output; the loop flushes and
 * clears it
 * @timeout_s: 0 = none
 */
struct main_loop {
	struct outcome *outcome;
	struct console *console;
	struct serial *serial;
	atomic_bool *output_waits;
	unsigned int timeout_s;
};

/**
 * main_loop_block_signals() - before the first thread is made: the signals the loop wants go to
 * nobody else. Return: 0; -errno.
 */
must_check int main_loop_block_signals(void);

/**
 * main_loop_run() - until the outcome has a reason. Return: 0; -errno, the outcome is then
 * OUTCOME_INTERNAL.
 */
must_check int main_loop_run(const struct main_loop *loop);

#endif
