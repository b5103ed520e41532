/* SPDX-License-Identifier: MIT */
#include "handover/loader_process.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/log.h"
#include "exit_status.h"
#include "version.h"

#define PROGRAM	    "portal-vmm-loader"
#define NUMBER_SIZE 12 /* an int as text */

extern char **environ;

/* in the directory of this program, as in a build tree; else in the installed place */
static const char *find_program(char path[static PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof(PROGRAM));
	char *slash = n > 0 ? memrchr(path, '/', (size_t)n) : NULL;

	if (slash) {
		memcpy(slash + 1, PROGRAM, sizeof(PROGRAM));
		if (access(path, X_OK) == 0)
			return path;
	}
	return PORTAL_VMM_LIBEXECDIR "/" PROGRAM;
}

/* Return: malloc'ed argument vector: the program, its socket, then our own arguments */
static char **make_arguments(char *const *argv, char *socket)
{
	static char name[] = PROGRAM;
	size_t nr = 0;
	char **all;

	while (argv[nr])
		nr++;
	all = calloc(nr + 2, sizeof(*all));
	if (!all)
		return NULL;
	all[0] = name;
	all[1] = socket;
	/* including the final NULL */
	memcpy(all + 2, argv + 1, nr * sizeof(*all));
	return all;
}

/* In the new process, @socket is open with the same number. */
static int spawn(const char *path, char **arguments, int socket, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	int err = posix_spawn_file_actions_init(&actions);

	if (err != 0)
		return -err;
	err = posix_spawn_file_actions_adddup2(&actions, socket, socket);
	if (err == 0)
		err = posix_spawn(ret_pid, path, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

static int start(const struct vmm_config *config, int socket, pid_t *ret_pid)
{
	auto_free char **arguments = NULL;
	char path[PATH_MAX], number[NUMBER_SIZE];
	const char *program = find_program(path);
	int err = -ENOMEM;

	(void)snprintf(number, sizeof(number), "%d", socket);
	arguments = make_arguments(config->argv, number);
	if (arguments)
		err = spawn(program, arguments, socket, ret_pid);
	if (err < 0)
		log_error("cannot start %s, which reads the kernel and the root file system: %s",
			  program, strerror(-err));
	return err == -EINVAL ? -EIO : err;
}

/*
 * Return: -EINVAL the loader has reported what is wrong with the user's files; -EIO any other
 * failure, reported here
 */
static int explain(int err, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_STATUS_USAGE)
		return -EINVAL;
	if (WIFSIGNALED(status))
		log_error(PROGRAM " was killed by signal %d (%s) while it read the kernel and the "
				  "root file system; one of these files may be crafted to do this",
			  WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		log_error(PROGRAM " ended with status %d and sent neither a kernel nor a root file "
				  "system: %s",
			  WEXITSTATUS(status), strerror(-err));
	return -EIO;
}

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		/* if SIGCHLD is ignored, the kernel has reaped the process already */
		if (errno != EINTR)
			return 0;
	}
	return status;
}

int loader_process_run(const struct vmm_config *config, struct handover *ret_files)
{
	int sockets[2], err, status;
	auto_close int ours = -1, theirs = -1;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0) {
		err = -errno;
		log_error("cannot make a socket: %s", strerror(-err));
		return err;
	}
	ours = sockets[0];
	theirs = sockets[1];
	err = start(config, theirs, &pid);
	if (err < 0)
		return err;
	/* only the loader holds this end now, so we see end of file when it ends */
	close(take_fd(&theirs));
	err = handover_receive(ours, ret_files);
	status = wait_for(pid);
	return err < 0 ? explain(err, status) : 0;
}
