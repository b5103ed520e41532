/* SPDX-License-Identifier: MIT */
#include "machine/outcome.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "portal/wire.h"

static const struct {
	enum exit_status status;
	const char *text;
} endings[] = {
	[ENDING_NONE] = { EXIT_STATUS_INTERNAL, "still running" },
	[ENDING_POWEROFF] = { EXIT_STATUS_POWEROFF, "the guest powered off" },
	[ENDING_REBOOT] = { EXIT_STATUS_REBOOT, "the guest asked for a reboot" },
	[ENDING_HALT] = { EXIT_STATUS_HALT, "the guest halted" },
	[ENDING_PANIC] = { EXIT_STATUS_PANIC, "the guest kernel panicked" },
	[ENDING_TRIPLE_FAULT] = { EXIT_STATUS_TRIPLE_FAULT, "the guest CPU took a triple fault" },
	[ENDING_DIED_EARLY] = { EXIT_STATUS_DIED_EARLY,
				"the guest kernel ended before the guest module said hello; see "
				"its "
				"messages with --append 'loglevel=8 earlyprintk=serial'" },
	[ENDING_TIMEOUT] = { EXIT_STATUS_TIMEOUT, "the time given with --timeout is over" },
	[ENDING_SIGINT] = { EXIT_STATUS_SIGNAL_BASE + 2, "ended by SIGINT" },
	[ENDING_SIGTERM] = { EXIT_STATUS_SIGNAL_BASE + 15, "ended by SIGTERM" },
	[ENDING_QUIT] = { EXIT_STATUS_SIGNAL_BASE + 2, "ended from the console" },
	[ENDING_BAD_HOOK] = { EXIT_STATUS_USAGE, "a hook cannot be installed in this guest" },
	[ENDING_BAD_HOST] = { EXIT_STATUS_HOST, "this host's KVM does not run the guest" },
	[ENDING_INTERNAL] = { EXIT_STATUS_INTERNAL, "the VM could not go on" },
};

void ending_wake(const struct ending *ending)
{
	static const uint64_t one = 1;

	/* a full counter wakes as well as one more */
	while (write(ending->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void ending_set(struct ending *ending, enum ending_reason reason)
{
	int none = ENDING_NONE;

	if (atomic_compare_exchange_strong(&ending->reason, &none, (int)reason))
		ending_wake(ending);
}

void ending_reset(struct ending *ending, bool triple_fault)
{
	switch (atomic_load(&ending->guest_state)) {
	case PORTAL_STATE_PANIC:
		ending_set(ending, ENDING_PANIC);
		return;
	case PORTAL_STATE_RESTART:
		ending_set(ending, ENDING_REBOOT);
		return;
	default:
		break;
	}
	if (atomic_load(&ending->expects_hello) && !atomic_load(&ending->hello))
		ending_set(ending, ENDING_DIED_EARLY);
	else
		ending_set(ending, triple_fault ? ENDING_TRIPLE_FAULT : ENDING_REBOOT);
}

enum exit_status ending_status(enum ending_reason reason)
{
	return endings[reason].status;
}

const char *ending_text(enum ending_reason reason)
{
	return endings[reason].text;
}
