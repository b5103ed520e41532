// SPDX-License-Identifier: MIT
/*
 * Reads and writes of every width that the SDK has, in the buffer of 64 bytes to which the first
 * argument of getcpu() points. What is read must be what was written; the guest prints the buffer.
 * Also requests the PID and registers.
 */
#include <errno.h>
#include <string.h>

#include <portal/hook.h>

#define BUFFER_SIZE 64

/* offsets in the buffer */
enum { AT_BYTES = 0, AT_INT = 8, AT_LONG = 16, AT_PTR = 24, AT_STR = 40 };

static const unsigned char eight[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static int write_all(struct portal_ctx *ctx, uint64_t at)
{
	unsigned char filler[BUFFER_SIZE];

	memset(filler, 0xee, sizeof(filler));
	if (portal_write_bytes(ctx, at, filler, sizeof(filler)) != sizeof(filler) ||
	    portal_write_bytes(ctx, at + AT_BYTES, eight, sizeof(eight)) != sizeof(eight) ||
	    portal_write_int(ctx, at + AT_INT, 0x11223344) != 0 ||
	    portal_write_long(ctx, at + AT_LONG, 0x1122334455667788) != 0 ||
	    portal_write_ptr(ctx, at + AT_PTR, 0x99aabbcc) != 0 ||
	    portal_write_str(ctx, at + AT_STR, "text") != 5)
		return -EIO;
	return 0;
}

static int read_all(struct portal_ctx *ctx, uint64_t at)
{
	unsigned char bytes[8];
	uint64_t wide, pointer;
	char text[16];
	uint32_t word;

	if (portal_read_bytes(ctx, at + AT_BYTES, bytes, sizeof(bytes)) != sizeof(bytes) ||
	    portal_read_int(ctx, at + AT_INT, &word) != 0 ||
	    portal_read_long(ctx, at + AT_LONG, &wide) != 0 ||
	    portal_read_ptr(ctx, at + AT_PTR, &pointer) != 0 ||
	    portal_read_str(ctx, at + AT_STR, text, sizeof(text)) != 4)
		return -EIO;
	if (memcmp(bytes, eight, sizeof(bytes)) != 0 || word != 0x11223344 ||
	    wide != 0x1122334455667788 || pointer != 0x99aabbcc || strcmp(text, "text") != 0)
		return -EBADMSG;
	return 0;
}

/* name of a general register on the task's architecture */
static const char *some_register(const struct portal_ctx *ctx)
{
	static const char *const names[] = { "si", "x1", "r1" };
	uint64_t value;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (portal_reg(ctx, names[i], &value) == 0)
			return names[i];
	return "";
}

/* The guest's answers must agree with the event. A staged register is not yet set in the task. */
static int check_operations(struct portal_ctx *ctx)
{
	const char *name = some_register(ctx);
	uint64_t before, now;

	if (portal_proc_pid(ctx) != portal_pid(ctx) || portal_pid(ctx) <= 1)
		return -ESRCH;
	if (portal_reg(ctx, "sp", &before) != 0 || portal_user_reg(ctx, "sp", &now) != 0 ||
	    now != before)
		return -EIO;
	if (portal_reg(ctx, name, &before) != 0 || portal_set_reg(ctx, name, before + 1) != 0 ||
	    portal_user_reg(ctx, name, &now) != 0 || now != before)
		return -EBADMSG;
	return portal_set_reg(ctx, name, before);
}

static int on_getcpu(struct portal_ctx *ctx, void *data)
{
	uint64_t at = portal_arg(ctx, 0);
	int err = write_all(ctx, at);

	(void)data;
	if (err == 0)
		err = read_all(ctx, at);
	if (err == 0)
		err = check_operations(ctx);
	return err < 0 ? err : portal_skip(ctx, 0);
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER,   .name = "getcpu",
		.comm = "syscall_any",	  .flags = PORTAL_HOOK_REGS, .fn = on_getcpu,
	};

	return portal_hook_syscall(mod, &hook, NULL);
}

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT,
	.name = "widths",
	.load = load,
};
