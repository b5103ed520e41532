/* SPDX-License-Identifier: MIT */
/*
 * tsc-khz - prints the frequency of this machine's time-stamp counter in kHz.
 *
 * QEMU passes this counter unchanged to an emulated x86_64 machine. The kernel there would
 * calibrate it against an emulated timer. On a busy host the result can be wrong by a large factor
 * (2.6 in one of five boots beside six busy loops), and so are then all clocks and timers of that
 * kernel.
 *
 * Exit status: 0; 1 when there is no such counter or it does not advance.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#ifdef __x86_64__

#include <x86intrin.h>

#define SPAN_NS	    50000000 /* time between the readings; an error of 1 us is 20 ppm */
#define NR_READINGS 64	     /* attempts per reading; the fastest is used */

struct reading {
	uint64_t tsc;
	int64_t ns;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Read both clocks at one moment: reads the time between two close readings of the counter. */
static struct reading reading_take(void)
{
	struct reading best = { 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < NR_READINGS; i++) {
		uint64_t before = __rdtsc();
		int64_t ns = now_ns();
		uint64_t after = __rdtsc();

		if (after - before < least) {
			least = after - before;
			best = (struct reading){ .tsc = before + least / 2, .ns = ns };
		}
	}
	return best;
}

int main(void)
{
	const struct timespec span = { .tv_nsec = SPAN_NS };
	struct reading from = reading_take(), to;

	nanosleep(&span, NULL);
	to = reading_take();
	if (to.tsc <= from.tsc || to.ns <= from.ns)
		return 1;
	printf("%.0f\n", (double)(to.tsc - from.tsc) * 1e6 / (double)(to.ns - from.ns));
	return 0;
}

#else

int main(void)
{
	return 1;
}

#endif
