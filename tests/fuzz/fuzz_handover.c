/* SPDX-License-Identifier: MIT */
/*
 * Messages of a portal-vmm-loader that a hostile kernel has taken over, through the receiver and
 * kernel_load(): nothing is written outside guest RAM, and no descriptor stays open. An input
 * begins with the number of edits to a valid message, and the edits, each an offset of two bytes
 * and a value; the rest of it is the kernel.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "handover/handover.h"

#define RAM_SIZE    MIB(64)
#define MESSAGE_MAX 8192
#define EDIT_SIZE   3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t template[MESSAGE_MAX];
static size_t template_len;

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

/* Return: the lowest free descriptor, which is the same before and after if none stays open. */
static int lowest_free(void)
{
	int fd = dup(STDERR_FILENO);

	must(fd >= 0);
	close(fd);
	return fd;
}

static void make_template(void)
{
	struct handover files = HANDOVER_NONE;
	int sockets[2];
	ssize_t len;

	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets) == 0);
	must(blob_copy("k", 1, &files.kernel.file) == 0 && blob_copy("i", 1, &files.initrd) == 0);
	files.kernel.format = KERNEL_FORMAT_ELF;
	must(handover_send(sockets[0], &files) == 0);
	len = recv(sockets[1], template, sizeof(template), 0);
	must(len > 0 && len < MESSAGE_MAX);
	template_len = (size_t)len;
	handover_done(&files);
	close(sockets[0]);
	close(sockets[1]);
}

/* Return: bytes of @data that the edits take. */
static size_t edit(uint8_t *message, const uint8_t *data, size_t size)
{
	size_t nr = size > 0 ? data[0] : 0, at = 1;

	for (; nr > 0 && size - at >= EDIT_SIZE && size > at; nr--, at += EDIT_SIZE)
		message[get_le16(data + at) % template_len] = data[at + 2];
	return at < size ? at : size;
}

static void send_message(int socket, const uint8_t *message, int kernel_fd)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = { 0 };
	const int fds[] = { kernel_fd, kernel_fd };
	struct iovec bytes = { .iov_base = (void *)(uintptr_t)message, .iov_len = template_len };
	struct msghdr header = {
		.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *item = CMSG_FIRSTHDR(&header);

	item->cmsg_level = SOL_SOCKET;
	item->cmsg_type = SCM_RIGHTS;
	item->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(item), fds, sizeof(fds));
	must(sendmsg(socket, &header, 0) == (ssize_t)template_len);
}

static void load(struct handover *files, const struct guest_mem *mem)
{
	struct kernel_entry entry;

	if (strnlen(files->kernel.release, sizeof(files->kernel.release)) ==
	    sizeof(files->kernel.release))
		abort();
	if (kernel_load(&files->kernel, mem, &entry, NULL) < 0)
		return;
	must(mem_slice(mem, entry.entry, 1) && mem_slice(mem, entry.tables, KERNEL_TABLES_SIZE) &&
	     entry.load_end.value <= RAM_SIZE &&
	     entry.setup_header_len <= sizeof(entry.setup_header));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct guest_mem *mem;
	uint8_t message[MESSAGE_MAX];
	struct blob kernel = BLOB_NONE;
	struct handover files;
	int sockets[2], next;
	size_t at;

	if (!mem) {
		must(mem_create(&mem) == 0 && mem_add_ram(mem, GPA(0), RAM_SIZE) == 0);
		make_template();
	}
	next = lowest_free();
	memcpy(message, template, template_len);
	at = edit(message, data, size);
	must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets) == 0);
	must(blob_copy(data + at, size - at, &kernel) == 0);
	send_message(sockets[0], message, kernel.fd);
	if (handover_receive(sockets[1], &files) == 0) {
		load(&files, mem);
		handover_done(&files);
	}
	blob_done(&kernel);
	close(sockets[0]);
	close(sockets[1]);
	must(lowest_free() == next);
	return 0;
}
