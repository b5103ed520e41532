/* SPDX-License-Identifier: MIT */
/*
 * lab-init - process 1 of the nested lab's L1 machine; its initramfs has only this and modules.
 *
 * It loads the modules, reads the job from the port, sets up the root, runs the command there, and
 * sends its output back. The root is a tmpfs overlay over a shared file system (9p, read-only): the
 * outer machine's files, or a file system for this architecture with some of the outer machine's
 * directories. All of it is one static program, because every fork and exec takes milliseconds in
 * an emulated machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lab-wire.h"

#define PORT_PATH	"/dev/vport0p1"
#define PORT_WAIT_MS	20000
#define MODULES_LIST	"/modules/list"
#define ROOT_OPTIONS	"trans=virtio,version=9p2000.L,msize=512000,cache=loose"
#define OUT_OPTIONS	"trans=virtio,version=9p2000.L,msize=512000,cache=mmap"
#define NETWORK_DEVICE	"eth0"
#define NETWORK_ADDRESS 0x0a00020f /* 10.0.2.15, in the network that QEMU emulates */
#define NETWORK_MASK	0xffffff00
#define ROUTE_LOCALNET	"/proc/sys/net/ipv4/conf/" NETWORK_DEVICE "/route_localnet"
#define EXIT_NOT_FOUND	127
#define EXIT_CANNOT_RUN 126

struct job {
	bool has_network;
	const char *directory;
	const char *out;
	const char *modules;
	char **args;
	char **env;
	char **dirs;
};

static int port_fd = -1;

static _Noreturn void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* Report an error on the console and, once the port is open, to lab-run; then power off. */
__attribute__((noreturn, format(printf, 1, 2))) static void give_up(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("lab-init: %s\n", text);
	if (port_fd >= 0)
		(void)lab_send(port_fd, LAB_BROKEN, text, strlen(text));
	power_off();
}

static void make_dirs(const char *path)
{
	char part[4096];
	size_t i;

	for (i = 1; i < sizeof(part) && path[i - 1]; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			give_up("cannot create %s: %s", part, strerror(errno));
	}
}

static void mount_at(const char *source, const char *target, const char *type, unsigned long flags,
		     const char *options)
{
	make_dirs(target);
	if (mount(source, target, type, flags, options) < 0)
		give_up("cannot mount %s at %s: %s", type, target, strerror(errno));
}

static void load_module(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/modules/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		give_up("cannot open module %s: %s", name, strerror(errno));
	if (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST)
		give_up("cannot load module %s: %s", name, strerror(errno));
	close(fd);
}

static void load_modules(void)
{
	char line[128];
	FILE *list = fopen(MODULES_LIST, "re");

	if (!list)
		give_up("cannot open %s: %s", MODULES_LIST, strerror(errno));
	while (fgets(line, sizeof(line), list)) {
		line[strcspn(line, "\n")] = '\0';
		load_module(line);
	}
	fclose(list);
}

/*
 * Create a virtual machine that never runs and exists until L1 ends. When the first VM and the
 * first vCPU are created, KVM patches kernel code (static keys: preemption notifiers, disabled
 * local APICs), and it does so again when the last are destroyed. An emulator with a thread for
 * each processor may continue to run the old code: processor after processor then hits, endlessly,
 * a breakpoint that is no longer in memory.
 */
static void kvm_hold(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);

	/* Without KVM, the command reports the error. */
	if (vm < 0)
		return;
	if (ioctl(vm, KVM_CREATE_IRQCHIP, 0) == 0)
		(void)ioctl(vm, KVM_CREATE_VCPU, 0);
}

/* The device appears some time after its module is loaded; then the other end connects. */
static void port_open(void)
{
	struct pollfd ready = { .fd = -1, .events = POLLIN };
	int waited_ms;

	for (waited_ms = 0; waited_ms < PORT_WAIT_MS; waited_ms += 5) {
		if (ready.fd < 0)
			ready.fd = open(PORT_PATH, O_RDWR | O_CLOEXEC);
		if (ready.fd >= 0 && poll(&ready, 1, 0) >= 0 && !(ready.revents & POLLHUP)) {
			port_fd = ready.fd;
			return;
		}
		usleep(5000);
	}
	give_up("the port %s did not appear: %s", PORT_PATH, strerror(errno));
}

/* Return the string at *at and advance *at past it. */
static char *next_string(char **at, const char *end)
{
	char *string = *at;
	size_t size = (size_t)(end - *at);
	size_t len = strnlen(string, size);

	if (len == size)
		give_up("the job is truncated");
	*at += len + 1;
	return string;
}

static char **next_strings(char **at, const char *end, uint32_t nr)
{
	char **strings;
	uint32_t i;

	if (nr > LAB_FRAME_MAX)
		give_up("the job has too many strings");
	strings = calloc((size_t)nr + 1, sizeof(*strings));
	if (!strings)
		give_up("out of memory for the job");
	for (i = 0; i < nr; i++)
		strings[i] = next_string(at, end);
	return strings;
}

/* The strings of the job are never freed. */
static void job_receive(struct job *ret_job)
{
	struct lab_frame frame;
	struct lab_job head;
	char *body, *end;

	if (lab_read_all(port_fd, &frame, sizeof(frame)) < 0)
		give_up("no job arrived");
	if (frame.kind != LAB_JOB || frame.size < sizeof(head) || frame.size > LAB_FRAME_MAX)
		give_up("the first frame is not a job");
	body = calloc(1, frame.size);
	if (!body || lab_read_all(port_fd, body, frame.size) < 0)
		give_up("the job did not arrive completely");
	end = body + frame.size;
	memcpy(&head, body, sizeof(head));
	body += sizeof(head);
	ret_job->has_network = head.has_network != 0;
	ret_job->directory = next_string(&body, end);
	ret_job->out = next_string(&body, end);
	ret_job->modules = next_string(&body, end);
	ret_job->args = next_strings(&body, end, head.nr_args);
	ret_job->env = next_strings(&body, end, head.nr_env);
	ret_job->dirs = next_strings(&body, end, head.nr_dirs);
	if (!ret_job->args[0])
		give_up("the job has no command");
}

static void early_mounts(void)
{
	mount_at("dev", "/dev", "devtmpfs", 0, NULL);
	mount_at("proc", "/proc", "proc", 0, NULL);
	mount_at("sys", "/sys", "sysfs", 0, NULL);
}

static void link_at(const char *target, const char *path)
{
	if (symlink(target, path) < 0 && errno != EEXIST)
		give_up("cannot link %s: %s", path, strerror(errno));
}

static void late_mounts(void)
{
	mount_at("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620");
	mount_at("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, NULL);
	link_at("/proc/self/fd", "/dev/fd");
	link_at("fd/0", "/dev/stdin");
	link_at("fd/1", "/dev/stdout");
	link_at("fd/2", "/dev/stderr");
	/* optional: for KVM's counters */
	(void)mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
}

/* Mount the outer machine's directory @dir at the same path of the new root, as an overlay with a
 * writable layer of its own. */
static void dir_share(const char *dir, unsigned int nr)
{
	char target[4096], options[8192], upper[64], work[64];

	snprintf(upper, sizeof(upper), "/upper/dir%u", nr);
	snprintf(work, sizeof(work), "/upper/work%u", nr);
	make_dirs(upper);
	make_dirs(work);
	snprintf(target, sizeof(target), "/root%s", dir);
	snprintf(options, sizeof(options), "lowerdir=/outer%s,upperdir=%s,workdir=%s", dir, upper,
		 work);
	mount_at("dir", target, "overlay", 0, options);
}

/* Make the overlay the root directory; the initramfs is no longer visible. */
static void root_switch(const struct job *job)
{
	static const char *const moved[] = { "/dev", "/proc", "/sys" };
	char target[64];
	size_t i;

	mount_at("hostroot", "/lower", "9p", MS_RDONLY, ROOT_OPTIONS);
	mount_at("upper", "/upper", "tmpfs", 0, "size=60%,mode=755");
	make_dirs("/upper/data");
	make_dirs("/upper/work");
	mount_at("root", "/root", "overlay", 0,
		 "lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work");
	if (job->dirs[0])
		mount_at("outer", "/outer", "9p", MS_RDONLY, ROOT_OPTIONS);
	for (i = 0; job->dirs[i]; i++)
		dir_share(job->dirs[i], (unsigned int)i);
	for (i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		snprintf(target, sizeof(target), "/root%s", moved[i]);
		mount_at(moved[i], target, NULL, MS_MOVE, NULL);
	}
	if (chdir("/root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
		give_up("cannot switch to the new root: %s", strerror(errno));
	late_mounts();
	if (job->out[0])
		mount_at("out", job->out, "9p", 0, OUT_OPTIONS);
	if (job->modules[0]) {
		const char *name = strrchr(job->modules, '/');
		char path[256];

		make_dirs("/lib/modules");
		snprintf(path, sizeof(path), "/lib/modules%s", name ? name : "");
		link_at(job->modules, path);
	}
}

static void interface_up(int fd, const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_UP | IFF_RUNNING };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		give_up("cannot bring up the interface %s: %s", name, strerror(errno));
}

/* Set the network device's address or netmask; @request is SIOCSIFADDR or SIOCSIFNETMASK. */
static void device_set(int fd, unsigned long request, uint32_t address)
{
	struct ifreq setting = { .ifr_name = NETWORK_DEVICE };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };

	memcpy(&setting.ifr_addr, &in, sizeof(in));
	if (ioctl(fd, request, &setting) < 0)
		give_up("cannot set the address of %s: %s", NETWORK_DEVICE, strerror(errno));
}

/*
 * QEMU forwards connections to published ports to 127.0.0.1, so that they reach servers that listen
 * there as well as servers that listen on all addresses. Linux accepts such packets from a network
 * device only with route_localnet.
 */
static void device_up(int fd)
{
	int setting;

	device_set(fd, SIOCSIFADDR, NETWORK_ADDRESS);
	device_set(fd, SIOCSIFNETMASK, NETWORK_MASK);
	interface_up(fd, NETWORK_DEVICE);
	setting = open(ROUTE_LOCALNET, O_WRONLY | O_CLOEXEC);
	if (setting < 0 || write(setting, "1", 1) != 1)
		give_up("cannot write %s: %s", ROUTE_LOCALNET, strerror(errno));
	close(setting);
}

static void network_up(const struct job *job)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		give_up("cannot create a socket: %s", strerror(errno));
	interface_up(fd, "lo");
	if (job->has_network)
		device_up(fd);
	close(fd);
	if (sethostname("lab", 3) < 0)
		give_up("cannot set the host name: %s", strerror(errno));
}

/* Run the command in the child process. */
static _Noreturn void command_exec(const struct job *job, int out_fd, int err_fd)
{
	int null_fd = open("/dev/null", O_RDONLY);
	sigset_t none;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	dup2(null_fd, STDIN_FILENO);
	dup2(out_fd, STDOUT_FILENO);
	dup2(err_fd, STDERR_FILENO);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	clearenv();
	for (char **setting = job->env; *setting; setting++)
		putenv(*setting);
	if (chdir(job->directory) < 0) {
		fprintf(stderr, "lab: cannot change to the directory %s: %s\n", job->directory,
			strerror(errno));
		_exit(EXIT_CANNOT_RUN);
	}
	execvp(job->args[0], job->args);
	err = errno;
	fprintf(stderr, "lab: cannot run %s: %s\n", job->args[0], strerror(err));
	_exit(err == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

/* Send the output that is available; false at the end of the stream. */
static bool pass_on(int fd, enum lab_kind kind)
{
	static char buffer[65536];
	ssize_t size = read(fd, buffer, sizeof(buffer));

	if (size < 0)
		return errno == EAGAIN || errno == EINTR;
	if (size == 0)
		return false;
	if (lab_send(port_fd, kind, buffer, (size_t)size) < 0)
		power_off();
	return true;
}

/* Reap all ended processes; true when the command is one of them. */
static bool reap(pid_t command, int *ret_status)
{
	bool found = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != command)
			continue;
		*ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		found = true;
	}
	return found;
}

static void drain(int fd, enum lab_kind kind)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	while (poll(&ready, 1, 0) > 0 && pass_on(fd, kind))
		;
}

/*
 * Send output until the command has ended, then send the remaining output. Do not wait for the end
 * of the streams, since processes that the command left behind may keep the pipes open.
 */
static int command_attend(pid_t command, int out_fd, int err_fd, int signal_fd)
{
	struct pollfd fds[] = {
		{ .fd = out_fd, .events = POLLIN },
		{ .fd = err_fd, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	int status = 0;

	for (;;) {
		int nr = poll(fds, 3, LAB_ALIVE_MS);

		if (nr == 0 && lab_send(port_fd, LAB_ALIVE, NULL, 0) < 0)
			power_off();
		if (nr <= 0)
			continue;
		if (fds[0].revents && !pass_on(out_fd, LAB_STDOUT))
			fds[0].fd = -1;
		if (fds[1].revents && !pass_on(err_fd, LAB_STDERR))
			fds[1].fd = -1;
		if (!fds[2].revents)
			continue;
		if (read(signal_fd, &info, sizeof(info)) > 0 && reap(command, &status))
			break;
	}
	drain(out_fd, LAB_STDOUT);
	drain(err_fd, LAB_STDERR);
	return status;
}

static int command_run(const struct job *job)
{
	int out[2], err[2], signal_fd, status;
	sigset_t child;
	pid_t pid;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		give_up("cannot create pipes: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		give_up("cannot fork: %s", strerror(errno));
	if (pid == 0)
		command_exec(job, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	status = command_attend(pid, out[0], err[0], signal_fd);
	close(out[0]);
	close(err[0]);
	return status;
}

/* Write all files below the --out directory to the outer machine before the status is sent. */
static void out_finish(const struct job *job)
{
	int tries;

	if (!job->out[0])
		return;
	kill(-1, SIGKILL);
	for (tries = 0; tries < 200; tries++) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (umount(job->out) == 0)
			return;
		usleep(5000);
	}
	sync();
}

int main(void)
{
	struct job job;
	unsigned char status;

	early_mounts();
	load_modules();
	kvm_hold();
	port_open();
	job_receive(&job);
	root_switch(&job);
	network_up(&job);
	if (lab_send(port_fd, LAB_READY, NULL, 0) < 0)
		power_off();
	status = (unsigned char)command_run(&job);
	out_finish(&job);
	(void)lab_send(port_fd, LAB_STATUS, &status, sizeof(status));
	power_off();
}
