/* SPDX-License-Identifier: MIT */
/*
 * Sends a valid hello, then one invalid answer: number N of lie=N on the command line. The host
 * installs no hooks in such a guest and ends the VM, so guest_main() never returns.
 */
#include "portal.h"

#define ABSURD_LEN 200

static const char two_names[] = "read\0write";

static void wrong_welcome(uint64_t lie)
{
	static const struct {
		uint32_t code;
		uint64_t size;
	} answers[] = {
		{ PORTAL_RESP_DONE, 1 },	  { PORTAL_RESP_DONE, -5000ull },
		{ PORTAL_RESP_DONE, 1ull << 63 }, { PORTAL_OPEN_HELLO, 0 },
		{ PORTAL_OP_WELCOME, 0 },
	};

	portal_put(0, answers[lie].code, 0, answers[lie].size);
	portal_call_page(0, PORTAL_CALL_ANSWER);
}

/* one name in each answer, without end */
static void endless(size_t len)
{
	for (uint64_t next = 1; portal_operation(0) == PORTAL_OP_SYSCALL_NAMES; next++) {
		memcpy(portal_data(0), "x", 2);
		portal_answer(0, (int64_t)len, next);
	}
}

static void wrong_text(const char *text, size_t len)
{
	portal_answer_names(0, text, len);
}

static void wrong_names(uint64_t lie)
{
	char absurd[ABSURD_LEN];

	portal_answer(0, 0, 0);
	memset(absurd, 'a', sizeof(absurd));
	absurd[sizeof(absurd) - 1] = '\0';
	memcpy(portal_data(0), two_names, sizeof(two_names));
	switch (lie) {
	case 0:
		portal_answer(0, PORTAL_DATA_SIZE + 1, 0);
		break;
	case 1:
		portal_answer(0, INT64_MAX, 0);
		break;
	case 2:
		wrong_text(two_names, sizeof(two_names) - 1); /* without the last NUL */
		break;
	case 3:
		portal_answer(0, sizeof(two_names), 1); /* a cursor within the answer */
		break;
	case 4:
		portal_answer(0, sizeof(two_names), 0xffffffffffull);
		break;
	case 5:
		endless(2);
		break;
	case 6:
		endless(0);
		break;
	case 7:
		wrong_text("../../etc", sizeof("../../etc"));
		break;
	case 8:
		wrong_text(absurd, sizeof(absurd));
		break;
	}
}

void guest_main(void)
{
	uint64_t lie = guest_parameter("lie");

	portal_hello();
	check(portal_call_page(0, PORTAL_CALL_HELLO) && portal_operation(0) == PORTAL_OP_WELCOME,
	      "a valid hello is welcomed");
	if (lie < 5)
		wrong_welcome(lie);
	else
		wrong_names(lie - 5);
	/* the last call was refused; the VM is about to end */
	for (;;)
		cpu_relax();
}
