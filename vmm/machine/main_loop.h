/* SPDX-License-Identifier: MIT */
/*
 * The main thread while the VM runs: signals, time limit, console input and the outcome. Everything
 * that the guest waits for happens on vCPU threads; this loop handles what comes from outside.
 */
#ifndef MAIN_LOOP_H
#define MAIN_LOOP_H

#include "base/cleanup.h"
#include "devices/console/console.h"
#include "devices/serial.h"
#include "machine/outcome.h"

/**
 * struct main_loop - what the loop watches; must stay valid
 * @outcome: the loop ends when it has a reason
 * @console: input for @serial, and output to flush
 * @serial: the guest's console port
 * @output_waits: set, with a wake-up of the loop, when the console may hold output; the loop clears
 *	it and flushes
 * @timeout_s: seconds until the VM ends; 0: no limit
 */
struct main_loop {
	struct outcome *outcome;
	struct console *console;
	struct serial *serial;
	atomic_bool *output_waits;
	unsigned int timeout_s;
};

/**
 * main_loop_block_signals() - block the signals that the loop handles, in this and all later
 * threads
 *
 * Context: before the first thread is created.
 * Return: 0; -errno.
 */
must_check int main_loop_block_signals(void);

/**
 * main_loop_run() - run until the outcome has a reason
 *
 * Return: 0; -errno of signalfd(2), and the outcome has no reason yet.
 */
must_check int main_loop_run(const struct main_loop *loop);

#endif
