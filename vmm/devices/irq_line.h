/* SPDX-License-Identifier: MIT */
/*
 * A device's end of its interrupt line: a callback to the layer that uses KVM. All lines are edge
 * triggered: a line can be pulsed, not held.
 */
#ifndef DEVICES_IRQ_LINE_H
#define DEVICES_IRQ_LINE_H

/**
 * struct irq_line - filled in by the machine, copied by the device
 * @raise: sends one edge; called on any thread, with the device's lock held
 * @ctx: passed to @raise
 * @gsi: number of the line
 */
struct irq_line {
	void (*raise)(void *ctx, unsigned int gsi);
	void *ctx;
	unsigned int gsi;
};

/** irq_line_pulse() - send one edge on @line. Any thread. */
static inline void irq_line_pulse(const struct irq_line *line)
{
	line->raise(line->ctx, line->gsi);
}

#endif
