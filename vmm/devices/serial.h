/* SPDX-License-Identifier: MIT */
/*
 * A 16550A UART (National Semiconductor PC16550D data sheet). Owns the registers and the queue of
 * received bytes; must not know where its output goes or where its input comes from.
 *
 * The line is infinitely fast: a byte has been sent when the write to the transmitter returns. The
 * far end does hardware flow control like a terminal with RTS/CTS: bytes from serial_receive()
 * enter the receiver only while the guest asserts RTS, which Linux does once the port is open.
 * Therefore a driver that clears the receiver while it probes does not lose input that was typed
 * before.
 */
#ifndef DEVICES_SERIAL_H
#define DEVICES_SERIAL_H

#include <pthread.h>
#include <stdint.h>

#include "devices/bus.h"
#include "devices/irq_line.h"

#define SERIAL_COM1_PORT 0x3f8
#define SERIAL_COM1_GSI	 4
#define SERIAL_NR_PORTS	 8

#define SERIAL_FIFO_SIZE  16
#define SERIAL_QUEUE_SIZE 4096

/**
 * struct serial_sink - receiver of the bytes that the guest sends
 * @out: called with the bytes in order, on a vCPU thread, with the device's lock held; must not
 *	block for long and must not call back into the device
 * @ctx: passed to @out
 */
struct serial_sink {
	void (*out)(void *ctx, const uint8_t *data, size_t len);
	void *ctx;
};

/* the receiver's FIFO, and the queue of bytes that the far end has not sent yet */
struct serial_receiver {
	uint8_t fifo[SERIAL_FIFO_SIZE];
	unsigned int fifo_head, fifo_len;
	uint8_t queue[SERIAL_QUEUE_SIZE];
	unsigned int queue_head, queue_len;
};

struct serial {
	pthread_mutex_t lock; /* protects all fields below */
	struct serial_sink sink;
	struct irq_line irq;
	uint8_t ier, fcr, lcr, mcr, scr;
	uint8_t line_errors;  /* error bits of LSR, cleared by reading it */
	uint8_t modem_deltas; /* change bits of MSR, cleared by reading it */
	uint8_t divisor[2];
	bool thr_empty_pending;
	unsigned int causes; /* enabled interrupt causes at the last update of the line */
	struct serial_receiver rx;
};

/** serial_init() - initialise to the state after reset. @sink and @irq are copied. */
void serial_init(struct serial *serial, const struct serial_sink *sink, const struct irq_line *irq);

/** serial_done() - release; vCPU threads must not access @serial any more */
void serial_done(struct serial *serial);

/**
 * serial_attach() - add the eight registers to a bus
 * @serial: must live as long as the bus
 * @bus: bus of ports or of guest physical addresses
 * @base: address of the first register, SERIAL_COM1_PORT on a PC
 *
 * An access of several bytes accesses as many consecutive registers.
 *
 * Return: 0; -EEXIST, -ENOSPC as bus_add().
 */
must_check int serial_attach(struct serial *serial, struct bus *bus, uint64_t base);

/**
 * serial_receive() - queue input for the guest
 * @serial: serial port
 * @data: bytes
 * @len: number of bytes, any value
 *
 * Context: any thread.
 * Return: number of bytes queued; fewer than @len if the queue of SERIAL_QUEUE_SIZE bytes is full.
 */
size_t serial_receive(struct serial *serial, const uint8_t *data, size_t len);

/**
 * serial_free_bytes() - get the number of bytes that serial_receive() would queue now
 *
 * Context: any thread.
 * Return: 0 .. SERIAL_QUEUE_SIZE.
 */
size_t serial_free_bytes(struct serial *serial);

#endif
