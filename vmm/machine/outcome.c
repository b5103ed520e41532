/* SPDX-License-Identifier: MIT */
#include "machine/outcome.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "portal/wire.h"

static const struct {
	enum exit_status status;
	const char *text;
} outcomes[] = {
	[OUTCOME_NONE] = { EXIT_STATUS_INTERNAL, "still running" },
	[OUTCOME_POWEROFF] = { EXIT_STATUS_POWEROFF, "the guest powered off" },
	[OUTCOME_REBOOT] = { EXIT_STATUS_REBOOT, "the guest requested a reboot" },
	[OUTCOME_HALT] = { EXIT_STATUS_HALT, "the guest halted" },
	[OUTCOME_PANIC] = { EXIT_STATUS_PANIC, "the guest kernel panicked" },
	[OUTCOME_TRIPLE_FAULT] = { EXIT_STATUS_TRIPLE_FAULT, "the guest CPU took a triple fault" },
	[OUTCOME_DIED_EARLY] = { EXIT_STATUS_DIED_EARLY,
				 "the guest kernel ended before the guest module said hello; see "
				 "its "
				 "messages with --append 'loglevel=8 earlyprintk=serial'" },
	[OUTCOME_TIMEOUT] = { EXIT_STATUS_TIMEOUT, "the time given with --timeout is over" },
	[OUTCOME_SIGINT] = { EXIT_STATUS_SIGNAL_BASE + 2, "ended by SIGINT" },
	[OUTCOME_SIGTERM] = { EXIT_STATUS_SIGNAL_BASE + 15, "ended by SIGTERM" },
	[OUTCOME_QUIT] = { EXIT_STATUS_SIGNAL_BASE + 2, "ended from the console" },
	[OUTCOME_BAD_HOOK] = { EXIT_STATUS_USAGE, "a hook cannot be installed in this guest" },
	[OUTCOME_BAD_HOST] = { EXIT_STATUS_HOST, "this host's KVM does not run the guest" },
	[OUTCOME_INTERNAL] = { EXIT_STATUS_INTERNAL, "the VM could not go on" },
};

void outcome_wake(const struct outcome *outcome)
{
	static const uint64_t one = 1;

	/* a full counter wakes as well as one more */
	while (write(outcome->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

void outcome_set(struct outcome *outcome, enum outcome_reason reason)
{
	int none = OUTCOME_NONE;

	if (atomic_compare_exchange_strong(&outcome->reason, &none, (int)reason))
		outcome_wake(outcome);
}

void outcome_reset(struct outcome *outcome, bool triple_fault)
{
	switch (atomic_load(&outcome->guest_state)) {
	case PORTAL_STATE_PANIC:
		outcome_set(outcome, OUTCOME_PANIC);
		return;
	case PORTAL_STATE_RESTART:
		outcome_set(outcome, OUTCOME_REBOOT);
		return;
	default:
		break;
	}
	if (atomic_load(&outcome->expects_hello) && !atomic_load(&outcome->hello))
		outcome_set(outcome, OUTCOME_DIED_EARLY);
	else
		outcome_set(outcome, triple_fault ? OUTCOME_TRIPLE_FAULT : OUTCOME_REBOOT);
}

enum exit_status outcome_status(enum outcome_reason reason)
{
	return outcomes[reason].status;
}

const char *outcome_text(enum outcome_reason reason)
{
	return outcomes[reason].text;
}
