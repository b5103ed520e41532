/* SPDX-License-Identifier: MIT */
#include "devices/serial.h"

#include "base/bytes.h"

/* registers; while DLAB is set, the first two are the divisor */
#define REG_DATA 0
#define REG_IER	 1
#define REG_IIR	 2 /* read */
#define REG_FCR	 2 /* write */
#define REG_LCR	 3
#define REG_MCR	 4
#define REG_LSR	 5
#define REG_MSR	 6
#define REG_SCR	 7

#define IER_RX_DATA 0x01
#define IER_THR	    0x02
#define IER_LINE    0x04
#define IER_MODEM   0x08
#define IER_ALL	    0x0f

#define IIR_NONE       0x01
#define IIR_MODEM      0x00
#define IIR_THR	       0x02
#define IIR_RX_DATA    0x04
#define IIR_LINE       0x06
#define IIR_RX_TIMEOUT 0x0c
#define IIR_FIFO       0xc0

#define FCR_ENABLE	 0x01
#define FCR_CLEAR_RX	 0x02
#define FCR_KEPT	 0xc9 /* enable, DMA mode, trigger level; the clear bits are not stored */
#define FCR_TRIGGER(fcr) ((fcr) >> 6)

#define LCR_DLAB 0x80

#define MCR_DTR	 0x01
#define MCR_RTS	 0x02
#define MCR_OUT1 0x04
#define MCR_OUT2 0x08
#define MCR_LOOP 0x10
#define MCR_ALL	 0x1f

#define LSR_DATA_READY 0x01
#define LSR_OVERRUN    0x02
#define LSR_THR_EMPTY  0x20
#define LSR_TX_EMPTY   0x40

#define MSR_DELTA_CTS	0x01
#define MSR_DELTA_DSR	0x02
#define MSR_RI_TRAILING 0x04
#define MSR_DELTA_DCD	0x08
#define MSR_CTS		0x10
#define MSR_DSR		0x20
#define MSR_RI		0x40
#define MSR_DCD		0x80

#define DIVISOR_9600 12

void serial_init(struct serial *serial, const struct serial_sink *sink, const struct irq_line *irq)
{
	*serial = (struct serial){ .sink = *sink, .irq = *irq, .divisor = { DIVISOR_9600, 0 } };
	pthread_mutex_init(&serial->lock, NULL);
}

void serial_done(struct serial *serial)
{
	pthread_mutex_destroy(&serial->lock);
}

static unsigned int fifo_capacity(const struct serial *serial)
{
	return serial->fcr & FCR_ENABLE ? SERIAL_FIFO_SIZE : 1;
}

static void fifo_push(struct serial *serial, uint8_t byte)
{
	struct serial_receiver *rx = &serial->rx;

	if (rx->fifo_len >= fifo_capacity(serial)) {
		serial->line_errors |= LSR_OVERRUN;
		return;
	}
	rx->fifo[(rx->fifo_head + rx->fifo_len++) % SERIAL_FIFO_SIZE] = byte;
}

static uint8_t fifo_pop(struct serial *serial)
{
	struct serial_receiver *rx = &serial->rx;
	uint8_t byte;

	if (rx->fifo_len == 0)
		return 0;
	byte = rx->fifo[rx->fifo_head];
	rx->fifo_head = (rx->fifo_head + 1) % SERIAL_FIFO_SIZE;
	rx->fifo_len--;
	return byte;
}

/* the far end sends while RTS is set and the receiver has space; in loopback mode the receiver is
 * disconnected from it */
static void fill_fifo(struct serial *serial)
{
	struct serial_receiver *rx = &serial->rx;

	if (!(serial->mcr & MCR_RTS) || serial->mcr & MCR_LOOP)
		return;
	while (rx->queue_len > 0 && rx->fifo_len < fifo_capacity(serial)) {
		fifo_push(serial, rx->queue[rx->queue_head]);
		rx->queue_head = (rx->queue_head + 1) % SERIAL_QUEUE_SIZE;
		rx->queue_len--;
	}
}

static unsigned int enabled_causes(const struct serial *serial)
{
	unsigned int causes = 0;

	if (serial->line_errors)
		causes |= IER_LINE;
	if (serial->rx.fifo_len > 0)
		causes |= IER_RX_DATA;
	if (serial->thr_empty_pending)
		causes |= IER_THR;
	if (serial->modem_deltas)
		causes |= IER_MODEM;
	return causes & serial->ier;
}

/*
 * The line is edge triggered, and the driver reads IIR until it has no cause left. So send an edge
 * when a new cause appears, and not for further bytes of a cause that is still pending.
 */
static void update_irq(struct serial *serial)
{
	unsigned int causes = enabled_causes(serial);
	unsigned int new_causes = causes & ~serial->causes;

	serial->causes = causes;
	if (new_causes)
		irq_line_pulse(&serial->irq);
}

/* on an infinitely fast line the time-out has always expired: report it below the trigger level */
static uint8_t rx_cause(const struct serial *serial)
{
	static const uint8_t levels[] = { 1, 4, 8, 14 };

	if (!(serial->fcr & FCR_ENABLE) || serial->rx.fifo_len >= levels[FCR_TRIGGER(serial->fcr)])
		return IIR_RX_DATA;
	return IIR_RX_TIMEOUT;
}

static uint8_t read_iir(struct serial *serial)
{
	uint8_t fifo = serial->fcr & FCR_ENABLE ? IIR_FIFO : 0;
	unsigned int causes = enabled_causes(serial);

	if (causes & IER_LINE)
		return fifo | IIR_LINE;
	if (causes & IER_RX_DATA)
		return fifo | rx_cause(serial);
	if (causes & IER_THR) {
		serial->thr_empty_pending = false;
		return fifo | IIR_THR;
	}
	if (causes & IER_MODEM)
		return fifo | IIR_MODEM;
	return fifo | IIR_NONE;
}

static uint8_t read_lsr(struct serial *serial)
{
	uint8_t lsr = LSR_THR_EMPTY | LSR_TX_EMPTY | serial->line_errors;

	if (serial->rx.fifo_len > 0)
		lsr |= LSR_DATA_READY;
	serial->line_errors = 0;
	return lsr;
}

/* the inputs come from the far end, or from the outputs in loopback mode */
static uint8_t modem_inputs(const struct serial *serial)
{
	uint8_t inputs = 0;

	if (!(serial->mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	if (serial->mcr & MCR_RTS)
		inputs |= MSR_CTS;
	if (serial->mcr & MCR_DTR)
		inputs |= MSR_DSR;
	if (serial->mcr & MCR_OUT1)
		inputs |= MSR_RI;
	if (serial->mcr & MCR_OUT2)
		inputs |= MSR_DCD;
	return inputs;
}

static uint8_t read_msr(struct serial *serial)
{
	uint8_t msr = modem_inputs(serial) | serial->modem_deltas;

	serial->modem_deltas = 0;
	return msr;
}

static uint8_t read_data(struct serial *serial)
{
	uint8_t byte = fifo_pop(serial);

	fill_fifo(serial);
	return byte;
}

static uint8_t read_register(struct serial *serial, uint64_t reg)
{
	switch (reg) {
	case REG_DATA:
		return serial->lcr & LCR_DLAB ? serial->divisor[0] : read_data(serial);
	case REG_IER:
		return serial->lcr & LCR_DLAB ? serial->divisor[1] : serial->ier;
	case REG_IIR:
		return read_iir(serial);
	case REG_LCR:
		return serial->lcr;
	case REG_MCR:
		return serial->mcr;
	case REG_LSR:
		return read_lsr(serial);
	case REG_MSR:
		return read_msr(serial);
	default:
		return serial->scr;
	}
}

static void write_data(struct serial *serial, uint8_t byte)
{
	if (serial->mcr & MCR_LOOP)
		fifo_push(serial, byte);
	else
		serial->sink.out(serial->sink.ctx, &byte, 1);
	serial->thr_empty_pending = true;
}

/* enabling the interrupt of an empty transmitter raises it; drivers start transmission this way */
static void write_ier(struct serial *serial, uint8_t value)
{
	uint8_t changed = serial->ier ^ value;

	serial->ier = value & IER_ALL;
	if (changed & IER_THR)
		serial->thr_empty_pending = serial->ier & IER_THR;
}

static void write_fcr(struct serial *serial, uint8_t value)
{
	bool toggled = (serial->fcr ^ value) & FCR_ENABLE;

	if (toggled || value & FCR_CLEAR_RX)
		serial->rx.fifo_len = 0;
	/* the other bits are effective only while the FIFO is enabled */
	serial->fcr = value & FCR_ENABLE ? value & FCR_KEPT : 0;
	fill_fifo(serial);
}

static void write_mcr(struct serial *serial, uint8_t value)
{
	uint8_t before = modem_inputs(serial), changed;

	serial->mcr = value & MCR_ALL;
	changed = before ^ modem_inputs(serial);
	if (changed & MSR_CTS)
		serial->modem_deltas |= MSR_DELTA_CTS;
	if (changed & MSR_DSR)
		serial->modem_deltas |= MSR_DELTA_DSR;
	if (changed & before & MSR_RI)
		serial->modem_deltas |= MSR_RI_TRAILING;
	if (changed & MSR_DCD)
		serial->modem_deltas |= MSR_DELTA_DCD;
	fill_fifo(serial);
}

static void write_register(struct serial *serial, uint64_t reg, uint8_t value)
{
	switch (reg) {
	case REG_DATA:
		if (serial->lcr & LCR_DLAB)
			serial->divisor[0] = value;
		else
			write_data(serial, value);
		break;
	case REG_IER:
		if (serial->lcr & LCR_DLAB)
			serial->divisor[1] = value;
		else
			write_ier(serial, value);
		break;
	case REG_FCR:
		write_fcr(serial, value);
		break;
	case REG_LCR:
		serial->lcr = value;
		break;
	case REG_MCR:
		write_mcr(serial, value);
		break;
	case REG_SCR:
		serial->scr = value;
		break;
	default:
		/* LSR and MSR are read-only, except for factory tests */
		break;
	}
}

static void bus_read(void *dev, uint64_t offset, void *data, unsigned int len)
{
	struct serial *serial = dev;
	uint8_t *bytes = data;

	pthread_mutex_lock(&serial->lock);
	for (unsigned int i = 0; i < len; i++)
		bytes[i] = read_register(serial, offset + i);
	update_irq(serial);
	pthread_mutex_unlock(&serial->lock);
}

static void bus_write(void *dev, uint64_t offset, const void *data, unsigned int len)
{
	struct serial *serial = dev;
	const uint8_t *bytes = data;

	pthread_mutex_lock(&serial->lock);
	for (unsigned int i = 0; i < len; i++)
		write_register(serial, offset + i, bytes[i]);
	update_irq(serial);
	pthread_mutex_unlock(&serial->lock);
}

static const struct bus_ops serial_ops = { .read = bus_read, .write = bus_write };

int serial_attach(struct serial *serial, struct bus *bus, uint64_t base)
{
	return bus_add(bus, base, SERIAL_NR_PORTS, &serial_ops, serial);
}

size_t serial_receive(struct serial *serial, const uint8_t *data, size_t len)
{
	struct serial_receiver *rx = &serial->rx;
	size_t taken = 0;

	pthread_mutex_lock(&serial->lock);
	while (taken < len && rx->queue_len < SERIAL_QUEUE_SIZE)
		rx->queue[(rx->queue_head + rx->queue_len++) % SERIAL_QUEUE_SIZE] = data[taken++];
	fill_fifo(serial);
	update_irq(serial);
	pthread_mutex_unlock(&serial->lock);
	return taken;
}

size_t serial_free_bytes(struct serial *serial)
{
	size_t room;

	pthread_mutex_lock(&serial->lock);
	room = SERIAL_QUEUE_SIZE - serial->rx.queue_len;
	pthread_mutex_unlock(&serial->lock);
	return room;
}
