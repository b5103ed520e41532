/* SPDX-License-Identifier: MIT */
/* The init of the boot benchmark: prints a line, then does nothing. */
#include <unistd.h>

int main(void)
{
	static const char text[] = "bench: init\n";

	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		return 1;
	for (;;)
		pause();
}
