/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "handover/handover.h"

#define MESSAGE_MAX 8192

/* the two ends of a connection */
struct ends {
	int sender, receiver;
};

static int setup(void **state)
{
	static struct ends ends;
	int sockets[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	ends = (struct ends){ .sender = sockets[0], .receiver = sockets[1] };
	*state = &ends;
	return 0;
}

static int teardown(void **state)
{
	struct ends *ends = *state;

	close(ends->sender);
	close(ends->receiver);
	return 0;
}

static int nr_open(void)
{
	int nr = 0;

	for (int fd = 0; fd < 256; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	return nr;
}

static struct handover make_files(void)
{
	struct handover files = HANDOVER_NONE;

	assert_int_equal(blob_copy("kernel", 6, &files.kernel.file), 0);
	assert_int_equal(blob_copy("archive", 7, &files.initrd), 0);
	files.kernel.format = KERNEL_FORMAT_ELF;
	files.kernel.init_size = 42;
	return files;
}

static void add_root(struct handover *files, const char *path)
{
	files->root_fd = blob_new_file();
	files->root_path = strdup(path);
	files->root_write = true;
	assert_true(files->root_fd >= 0 && files->root_path);
}

static void test_handover_files_arrive_unchanged(void **state)
{
	const struct ends *ends = *state;
	struct handover files = make_files(), got;
	int before;

	add_root(&files, "/root.img");
	files.has_guest_module = true;
	before = nr_open();
	assert_int_equal(handover_send(ends->sender, &files), 0);
	assert_int_equal(handover_receive(ends->receiver, &got), 0);
	handover_done(&files);
	assert_int_equal(got.kernel.format, KERNEL_FORMAT_ELF);
	assert_int_equal(got.kernel.init_size, 42);
	assert_int_equal(got.kernel.file.len, 6);
	assert_memory_equal(got.kernel.file.data, "kernel", 6);
	assert_int_equal(got.initrd.len, 7);
	assert_memory_equal(got.initrd.data, "archive", 7);
	assert_string_equal(got.root_path, "/root.img");
	assert_true(got.root_write);
	assert_true(got.has_guest_module);
	assert_int_equal(fcntl(got.root_fd, F_GETFD), FD_CLOEXEC);
	handover_done(&got);
	assert_int_equal(nr_open(), before - 3);
}

static void test_handover_without_root_image(void **state)
{
	const struct ends *ends = *state;
	struct handover files = make_files(), got;

	assert_int_equal(handover_send(ends->sender, &files), 0);
	assert_int_equal(handover_receive(ends->receiver, &got), 0);
	assert_int_equal(got.root_fd, -1);
	assert_null(got.root_path);
	assert_false(got.has_guest_module);
	handover_done(&got);
	handover_done(&files);
}

/* a lock belongs to the open file description, which the receiver gets */
static void test_handover_root_stays_locked_after_sender_closes(void **state)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	const struct ends *ends = *state;
	struct handover files = make_files(), got;
	char path[64];
	int other;

	add_root(&files, "x");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", files.root_fd);
	other = open(path, O_RDWR | O_CLOEXEC);
	assert_true(other >= 0);
	assert_int_equal(fcntl(files.root_fd, F_OFD_SETLK, &whole), 0);
	assert_int_equal(handover_send(ends->sender, &files), 0);
	assert_int_equal(handover_receive(ends->receiver, &got), 0);
	handover_done(&files);
	assert_int_equal(fcntl(other, F_OFD_SETLK, &whole), -1);
	handover_done(&got);
	assert_int_equal(fcntl(other, F_OFD_SETLK, &whole), 0);
	close(other);
}

static void test_handover_longest_root_path(void **state)
{
	const struct ends *ends = *state;
	struct handover files = make_files(), got;
	char path[PATH_MAX + 1];

	memset(path, 'x', PATH_MAX);
	path[PATH_MAX] = '\0';
	add_root(&files, path);
	assert_int_equal(handover_send(ends->sender, &files), -ENAMETOOLONG);
	files.root_path[PATH_MAX - 1] = '\0';
	assert_int_equal(handover_send(ends->sender, &files), 0);
	assert_int_equal(handover_receive(ends->receiver, &got), 0);
	assert_string_equal(got.root_path, files.root_path);
	handover_done(&got);
	handover_done(&files);
}

static void test_handover_peer_closed(void **state)
{
	struct ends *ends = *state;
	struct handover files = make_files(), got;

	close(ends->sender);
	assert_int_equal(handover_receive(ends->receiver, &got), -ENODATA);
	setup(state);
	close(ends->receiver);
	assert_int_equal(handover_send(ends->sender, &files), -EPIPE);
	handover_done(&files);
	setup(state);
}

/* send @len bytes of a valid message, with @nr_fds descriptors */
static void send_again(const struct ends *ends, const char *message, size_t len, size_t nr_fds)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(4 * sizeof(int))] = { 0 };
	struct iovec data = { .iov_base = (void *)(uintptr_t)message, .iov_len = len };
	struct msghdr header = { .msg_iov = &data, .msg_iovlen = 1 };
	int fds[4];

	for (size_t i = 0; i < nr_fds; i++)
		fds[i] = STDERR_FILENO;
	if (nr_fds) {
		struct cmsghdr *item;

		header.msg_control = control;
		header.msg_controllen = CMSG_SPACE(nr_fds * sizeof(int));
		item = CMSG_FIRSTHDR(&header);
		item->cmsg_level = SOL_SOCKET;
		item->cmsg_type = SCM_RIGHTS;
		item->cmsg_len = CMSG_LEN(nr_fds * sizeof(int));
		memcpy(CMSG_DATA(item), fds, nr_fds * sizeof(int));
	}
	assert_int_equal(sendmsg(ends->sender, &header, 0), len);
}

static void test_handover_malformed_messages_refused_no_fd_leak(void **state)
{
	const struct ends *ends = *state;
	char message[MESSAGE_MAX] = { 0 };
	struct handover files = make_files(), got;
	ssize_t len;
	int before;

	assert_int_equal(handover_send(ends->sender, &files), 0);
	len = recv(ends->receiver, message, sizeof(message), 0);
	assert_true(len > 0 && len < MESSAGE_MAX);
	handover_done(&files);
	before = nr_open();
	for (size_t cut = 1; cut < (size_t)len; cut++) {
		send_again(ends, message, cut, 2);
		assert_int_equal(handover_receive(ends->receiver, &got), -EPROTO);
	}
	send_again(ends, message, (size_t)len + 1, 2);
	assert_int_equal(handover_receive(ends->receiver, &got), -EPROTO);
	for (size_t nr_fds = 0; nr_fds <= 4; nr_fds++) {
		if (nr_fds == 2)
			continue;
		send_again(ends, message, (size_t)len, nr_fds);
		assert_int_equal(handover_receive(ends->receiver, &got), -EPROTO);
	}
	assert_int_equal(nr_open(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_handover_files_arrive_unchanged, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_handover_without_root_image, setup, teardown),
		cmocka_unit_test_setup_teardown(test_handover_root_stays_locked_after_sender_closes,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_handover_longest_root_path, setup, teardown),
		cmocka_unit_test_setup_teardown(test_handover_peer_closed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_handover_malformed_messages_refused_no_fd_leak,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
