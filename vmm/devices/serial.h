/* SPDX-License-Identifier: MIT */
/*
 * A 16550A UART (National Semiconductor PC16550D data sheet). Owns the registers and what waits to
 * be received; must not know where its output goes or where its input comes from.
 *
 * The line is infinitely fast: what is written to the transmitter is out when the write returns.
 * The other end does hardware flow control as a terminal with RTS/CTS does: bytes from
 * serial_receive() enter the receiver only while the guest asserts RTS, which Linux does once the
 * port is open. So nothing typed ahead is lost to a driver that empties the receiver while it
 * probes.
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
 * struct serial_sink - who takes what the guest sends
 * @out: called with the bytes in order, on a vCPU thread, with the device's lock held; must not
 *	block for long and must not call back into the device
 * @ctx: handed to @out
 */
struct serial_sink {
	void (*out)(void *ctx, const uint8_t *data, size_t len);
	void *ctx;
};

/* the receiver's FIFO and, behind it, what the far end has not sent yet */
struct serial_receiver {
	uint8_t fifo[SERIAL_FIFO_SIZE];
	unsigned int fifo_head, fifo_len;
	uint8_t queue[SERIAL_QUEUE_SIZE];
	unsigned int queue_head, queue_len;
};

struct serial {
	pthread_mutex_t lock; /* guards all below */
	struct serial_sink sink;
	struct irq_line irq;
	uint8_t ier, fcr, lcr, mcr, scr;
	uint8_t line_errors;  /* error bits of LSR, cleared by reading it */
	uint8_t modem_deltas; /* change bits of MSR, cleared by reading it */
	uint8_t divisor[2];
	bool thr_empty_pending;
	unsigned int causes; /* enabled interrupt causes as last shown on the line */
	struct serial_receiver rx;
};

/** serial_init() - in its state after reset. @sink and @irq are copied. */
void serial_init(struct serial *serial, const struct serial_sink *sink, const struct irq_line *irq);

/** serial_done() - no vCPU thread may touch it any more */
void serial_done(struct serial *serial);

/**
 * serial_attach() - put the eight registers on a bus
 * @serial: must live as long as the bus
 * @bus: port bus
 * @base: address of the first register, SERIAL_COM1_PORT on a PC
 *
 * An access wider than a byte is as many accesses to consecutive registers.
 *
 * Return: 0; -EEXIST, -ENOSPC as bus_add().
 */
must_check int serial_attach(struct serial *serial, struct bus *bus, uint64_t base);

/**
 * serial_receive() - bytes for the guest. Any thread.
 * @serial: serial
 * @data: bytes
 * @len: how many, any number
 *
 * Return: how many were taken, fewer than @len when SERIAL_QUEUE_SIZE bytes wait already.
 */
size_t serial_receive(struct serial *serial, const uint8_t *data, size_t len);

/**
 * serial_room() - bytes serial_receive() would take now. Any thread.
 *
 * Return: 0 .. SERIAL_QUEUE_SIZE.
 */
size_t serial_room(struct serial *serial);

#endif
