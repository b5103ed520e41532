/* SPDX-License-Identifier: MIT */
/*
 * Our init, PID 1 of the initramfs: loads the kernel modules, mounts the root file system, loads
 * the guest module, which installs its hooks, and executes the firmware's init. Prints messages
 * only for errors. After an error it exits, which makes the kernel panic; the VMM reports the
 * panic.
 */
#include <asm/ioctls.h>

#include "config.h"
#include "mark.h"
#include "message.h"
#include "refusal.h"
#include "sys.h"
#include "text.h"

#define ROOT_WAIT_MS 30000
#define ROOT_POLL_MS 10
#define PATH_SIZE    256
#define LIST_SIZE    256
#define RECORD_SIZE  8192 /* of the kernel's log, at most */
#define SEEK_TO_END  2

#define DIR   "/" GUEST_INIT_PATH_DIR
#define TREE  "/" GUEST_INIT_PATH_TREE
#define LOWER DIR "/lower"
#define RAM   DIR "/ram"
#define UPPER RAM "/upper"
#define WORK  RAM "/work"
#define ROOT  DIR "/root"

_Noreturn void init_main(int argc, const char **argv, const char *const *envp);

static bool debug;

static void mark(const struct config *config, unsigned char value)
{
	if (config->marks)
		mark_write(config->marks, value);
}

static void note(const char *what, const char *which)
{
	if (debug)
		message_say(what, which, NULL);
}

static bool is_dir(const char *path)
{
	struct statx st = { 0 };

	return sys_stat(path, &st) == 0 && (st.stx_mode & S_IFMT) == S_IFDIR;
}

static void make_dir(const char *path)
{
	long err = sys_mkdir(path, 0755);

	if (err < 0 && err != -EEXIST)
		message_die(err, "cannot create ", path);
}

static void mount_on(const char *source, const char *target, const char *type, unsigned long flags,
		     const char *data)
{
	long err;

	make_dir(target);
	note("mounting ", target);
	err = sys_mount(source, target, type, flags, data);
	if (err < 0)
		message_die(err, "cannot mount ", target);
}

/* read a file and append a NUL. Return: number of bytes, at most @size - 1; -errno */
static long read_text(const char *path, char *buf, size_t size)
{
	long fd = sys_openat(path, O_RDONLY);
	size_t len = 0;
	long n;

	if (fd < 0)
		return fd;
	do {
		n = sys_read(fd, buf + len, size - 1 - len);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && len < size - 1);
	sys_close(fd);
	buf[len] = '\0';
	return n < 0 ? n : (long)len;
}

static void open_console(void)
{
	long fd = sys_openat("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0)
		return;
	for (long to = 0; to <= 2; to++) {
		if (fd != to)
			sys_dup3(fd, to);
	}
	if (fd > 2)
		sys_close(fd);
}

static void read_config(struct config *ret_config)
{
	static char text[GUEST_INIT_CONFIG_MAX + 1];
	long n = read_text("/" GUEST_INIT_PATH_CONFIG, text, sizeof(text));
	const char *wrong;

	if (n < 0)
		message_die(n, "cannot read ", "/" GUEST_INIT_PATH_CONFIG);
	wrong = config_parse(text, ret_config);
	if (wrong)
		message_die(-EINVAL, "configuration: ", wrong);
	debug = ret_config->debug;
}

/* load a kernel module and remove its file, to free the memory. Return: 0; -errno */
static long load_file(const char *name, const char *params)
{
	char path[PATH_SIZE];
	long fd, err;

	if (!text_join(path, sizeof(path), "/" GUEST_INIT_PATH_MODULES "/", name, NULL))
		return -ENAMETOOLONG;
	note("loading ", name);
	fd = sys_openat(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fd;
	err = sys_finit_module(fd, params);
	sys_close(fd);
	sys_unlink(path);
	return err == -EEXIST ? 0 : err;
}

/* open the kernel's log behind its last record. Return: -errno: there is none */
static long open_log(void)
{
	long fd = sys_openat("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		(void)sys_lseek(fd, 0, SEEK_TO_END);
	return fd;
}

/*
 * Read the records that came since open_log(). Return: the first message about the module, or "";
 * later ones report what follows from it
 */
static const char *read_log(long fd, const char *module)
{
	static char message[LIST_SIZE], record[RECORD_SIZE + 1];
	char name[PATH_SIZE];
	const char *found;
	long n;

	(void)text_append(name, sizeof(name), 0, module);
	for (char *c = name; *c != '\0'; c++) {
		if (text_equal(c, ".ko"))
			*c = '\0';
	}
	message[0] = '\0';
	/* EPIPE: the next record was overwritten by later ones */
	while ((n = sys_read(fd, record, RECORD_SIZE)) > 0 || n == -EPIPE) {
		record[n > 0 ? n : 0] = '\0';
		found = refusal_find_message(record, name);
		if (found && message[0] == '\0')
			(void)text_append(message, sizeof(message), 0, found);
	}
	return message;
}

/*
 * Print why the kernel refused a module, and exit.
 * @error: result of loading it; 0: it was loaded, but does not work
 * @log: from open_log()
 * @what, @which: what failed
 */
static _Noreturn void die_refused(long error, long log, const char *module, const char *what,
				  const char *which)
{
	char lockdown[LIST_SIZE] = "", signatures[LIST_SIZE] = "";
	struct refusal refusal = { .error = error, .lockdown = lockdown, .signatures = signatures };
	const char *reason;

	refusal.message = read_log(log, module);
	(void)sys_mount("securityfs", "/sys/kernel/security", "securityfs", 0, NULL);
	(void)read_text(REFUSAL_FILE_LOCKDOWN, lockdown, sizeof(lockdown));
	(void)read_text(REFUSAL_FILE_SIGNATURES, signatures, sizeof(signatures));
	reason = refusal_reason(&refusal);
	message_fail(what, which, error ? ": " : "", error ? message_error(error) : "",
		     *reason ? ": " : "", reason, NULL);
}

static void load_modules(const struct config *config)
{
	long log = open_log();

	for (size_t i = 0; i < config->nr_modules; i++) {
		const struct config_module *module = &config->modules[i];
		long err = load_file(module->name, "");

		if (err < 0 && !module->optional)
			die_refused(err, log, module->name, "cannot load kernel module ",
				    module->name);
		if (err < 0)
			note("cannot load it: ", message_error(err));
	}
	sys_close(log);
}

/* the guest module makes its hello before finit_module() returns; its state is the result */
static void load_portal(const struct config *config)
{
	char state[64] = "";
	long log, n;

	if (!config->portal)
		return;
	log = open_log();
	n = load_file(config->portal, config->portal_params);
	if (n < 0)
		die_refused(n, log, config->portal, "cannot load guest module ", config->portal);
	n = read_text(GUEST_INIT_STATE_FILE, state, sizeof(state));
	if (n < 0)
		message_die(n, "cannot read the guest module's state from ", GUEST_INIT_STATE_FILE);
	if (n > 0 && state[n - 1] == '\n')
		state[n - 1] = '\0';
	note("state of the guest module: ", state);
	if (!text_equal(state, GUEST_INIT_STATE_READY))
		die_refused(0, log, config->portal,
			    "the hooks are not installed; state of the guest module: ", state);
	sys_close(log);
}

static void wait_for(const char *device)
{
	struct statx st = { 0 };

	note("waiting for ", device);
	for (long ms = 0; sys_stat(device, &st) < 0; ms += ROOT_POLL_MS) {
		if (ms >= ROOT_WAIT_MS)
			message_die(-ENOENT,
				    "the root device did not appear within 30 s: ", device);
		sys_sleep_ms(ROOT_POLL_MS);
	}
}

static void mount_device(const struct config *config, const char *target, unsigned long flags)
{
	const char *type = config->root_type ? config->root_type : "";
	long err;

	make_dir(target);
	wait_for(config->root_device);
	note("mounting the root as ", type);
	err = sys_mount(config->root_device, target, type, flags, config->root_options);
	if (err < 0)
		message_die(err, "cannot mount the root file system as ", type);
}

/* the overlay's root has the mode and owner of the upper directory: set those of the firmware's
 * root
 */
static void make_upper(void)
{
	struct statx st = { 0 };
	long err = sys_stat(LOWER, &st);

	if (err < 0)
		message_die(err, "cannot stat ", LOWER);
	make_dir(UPPER);
	make_dir(WORK);
	sys_chmod(UPPER, st.stx_mode & 07777);
	sys_chown(UPPER, st.stx_uid, st.stx_gid);
}

static void mount_root(const struct config *config)
{
	if (!config->root_device) {
		mount_on(TREE, ROOT, NULL, MS_BIND, NULL);
		return;
	}
	if (config->root_write) {
		mount_device(config, ROOT, 0);
		return;
	}
	mount_device(config, LOWER, MS_RDONLY);
	mount_on("tmpfs", RAM, "tmpfs", 0, "mode=0755");
	make_upper();
	mount_on("overlay", ROOT, "overlay", 0,
		 "lowerdir=" LOWER ",upperdir=" UPPER ",workdir=" WORK);
}

/*
 * Leave the state that a kernel without an initramfs would: the root is mounted, and /dev if the
 * firmware has that directory. The console is open already; /sys was mounted for our init only.
 */
static void switch_root(void)
{
	long err;

	sys_umount("/sys");
	if (is_dir(ROOT "/dev"))
		err = sys_mount("/dev", ROOT "/dev", NULL, MS_MOVE, NULL);
	else
		err = sys_umount("/dev");
	if (err < 0)
		message_die(err, "cannot move or unmount ", "/dev");
	err = sys_chdir(ROOT);
	if (err == 0)
		err = sys_mount(".", "/", NULL, MS_MOVE, NULL);
	if (err == 0)
		err = sys_chroot(".");
	if (err == 0)
		err = sys_chdir("/");
	if (err < 0)
		message_die(err, "cannot switch to the root file system", "");
}

static bool is_shell(const char *path)
{
	const char *name = path;

	for (const char *c = path; *c != '\0'; c++) {
		if (*c == '/')
			name = c + 1;
	}
	return text_equal(name, "sh") || text_equal(name, "ash") || text_equal(name, "bash");
}

/*
 * Execute a program; return only if this fails. The reason is printed, unless the program is
 * absent and was not @requested by the user.
 *
 * A shell that is executed as init needs the console as its controlling terminal, for job control
 * and Ctrl-C. Other inits assign it to the shells that they start, which would fail if it were
 * theirs.
 */
static void run(const char *path, bool requested, const char **argv, const char *const *envp)
{
	struct statx st = { 0 };
	long err = sys_stat(path, &st);

	if (err == -ENOENT && !requested)
		return;
	if (err < 0) {
		message_say("cannot run ", path, ": ", message_error(err), NULL);
		return;
	}
	argv[0] = path;
	if (is_shell(path))
		(void)sys_ioctl(0, TIOCSCTTY, 1);
	note("starting ", path);
	err = sys_execve(path, argv, envp);
	message_say("cannot run ", path, ": ",
		    err == -ENOENT ? "its interpreter or loader is missing" : message_error(err),
		    NULL);
}

static _Noreturn void run_init(const char *requested, const char **argv, const char *const *envp)
{
	static const char *const programs[] = GUEST_INIT_PROGRAMS;
	const char *const only[] = { requested, NULL };
	const char *const *list = requested ? only : programs;
	char tried[LIST_SIZE] = "";

	(void)sys_setsid();
	for (size_t i = 0; list[i]; i++) {
		size_t len = text_len(tried);

		run(list[i], requested, argv, envp);
		(void)text_join(tried + len, sizeof(tried) - len, " ", list[i], NULL);
	}
	message_fail("no init found in the root file system; use --init. Tried:", tried, NULL);
}

void init_main(int argc, const char **argv, const char *const *envp)
{
	struct config config;

	(void)argc;
	mount_on("devtmpfs", "/dev", "devtmpfs", 0, "mode=0755");
	open_console();
	read_config(&config);
	mark(&config, GUEST_INIT_MARK_INIT);
	mount_on("sysfs", "/sys", "sysfs", 0, NULL);
	load_modules(&config);
	mount_root(&config);
	load_portal(&config);
	switch_root();
	mark(&config, GUEST_INIT_MARK_FIRMWARE);
	run_init(config.init, argv, envp);
}
