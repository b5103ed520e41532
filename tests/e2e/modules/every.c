// SPDX-License-Identifier: MIT
/*
 * Hooks every system call of both tables, each for one task: number N for the task "callN", as the
 * guest program all_calls names its children. Counts the callbacks, and writes a report at the end.
 *
 * native= and compat= name files with a line "NUMBER NAME" for each system call. The hooks are
 * registered when the program syscall_any calls getsid(). At that time, a hook on a system call
 * that the kernel was built without is refused with an error. Earlier, it would end the VM.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <portal/hook.h>

#define MAX_NR	  512
#define NAME_SIZE 64

/* an entry of a table, and the results of its hook */
struct entry {
	char name[NAME_SIZE];
	unsigned int nr;
	int compat;
	int err; /* result of registering the hook */
	unsigned int right, wrong;
};

static struct entry entries[2][MAX_NR];

static int on_call(struct portal_ctx *ctx, void *data)
{
	struct entry *entry = data;

	if (strcmp(portal_syscall_name(ctx), entry->name) != 0)
		entry->wrong++;
	/*
	 * otherwise, it is a task of the other ABI with the same name, which has a hook of its own
	 */
	else if (portal_is_compat(ctx) == entry->compat)
		entry->right++;
	return 0;
}

static int add_hook(struct portal_module *mod, struct entry *entry)
{
	char comm[16];
	struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT,
		.when = PORTAL_ON_ENTER,
		.name = entry->name,
		.comm = comm,
		.fn = on_call,
		.data = entry,
	};

	snprintf(comm, sizeof(comm), "call%u", entry->nr);
	return portal_hook_syscall(mod, &hook, NULL);
}

static int on_trigger(struct portal_ctx *ctx, void *data)
{
	(void)data;
	for (int compat = 0; compat < 2; compat++) {
		for (int nr = 0; nr < MAX_NR; nr++) {
			struct entry *entry = &entries[compat][nr];

			if (entry->name[0])
				entry->err = add_hook(portal_ctx_module(ctx), entry);
		}
	}
	return 0;
}

static int read_table(int compat, const char *path)
{
	FILE *file = path ? fopen(path, "re") : NULL;
	char name[NAME_SIZE];
	unsigned int nr;

	if (!file)
		return -ENOENT;
	while (fscanf(file, "%u %63s", &nr, name) == 2 && nr < MAX_NR) {
		struct entry *entry = &entries[compat][nr];

		*entry = (struct entry){ .nr = nr, .compat = compat };
		strcpy(entry->name, name);
	}
	fclose(file);
	return 0;
}

static int load(struct portal_module *mod)
{
	const struct portal_syscall_hook hook = {
		PORTAL_SYSCALL_HOOK_INIT, .when = PORTAL_ON_ENTER, .name = "getsid",
		.comm = "syscall_any",	  .fn = on_trigger,
	};
	int err = read_table(0, portal_option(mod, "native"));

	if (err == 0)
		err = read_table(1, portal_option(mod, "compat"));
	return err < 0 ? err : portal_hook_syscall(mod, &hook, NULL);
}

static void unload(struct portal_module *mod)
{
	const char *path = portal_option(mod, "report");
	FILE *file = path ? fopen(path, "we") : NULL;

	if (!file)
		return;
	for (int compat = 0; compat < 2; compat++) {
		for (int nr = 0; nr < MAX_NR; nr++) {
			const struct entry *entry = &entries[compat][nr];

			if (entry->name[0])
				fprintf(file, "%s %d %s err=%d right=%u wrong=%u\n",
					compat ? "compat" : "native", nr, entry->name, entry->err,
					entry->right, entry->wrong);
		}
	}
	fclose(file);
}

static const struct portal_option options[] = {
	{ .key = "native", .help = "file with the 64-bit table" },
	{ .key = "compat", .help = "file with the 32-bit table" },
	{ .key = "report", .help = "file to write" },
	{ .key = NULL },
};

const struct portal_module_desc portal_module = {
	PORTAL_MODULE_INIT, .name = "every", .options = options, .load = load, .unload = unload,
};
