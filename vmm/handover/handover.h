/* SPDX-License-Identifier: MIT */
/*
 * What a guest is booted from, found, checked and unpacked: kernel, initial RAM file system, root
 * image. Two processes know it: portal-vmm-loader makes it, with all the libraries that takes, and
 * portal-vmm, which has none of them, runs the guest. Owns the open files and the way from the one
 * to the other; knows neither who looks for them nor where they go.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include <stdbool.h>

#include "base/blob.h"
#include "boot/kernel_image.h"

/**
 * struct handover - HANDOVER_NONE is "nothing"
 * @kernel: to be loaded
 * @initrd: the archive
 * @root_fd: image of the root, open and locked; -1: the root is in the archive
 * @root_path: its name, without ",rw"; NULL with @root_fd -1
 * @root_write: the guest writes into the image
 * @has_guest_module: the archive loads the portal module
 */
struct handover {
	struct kernel_image kernel;
	struct blob initrd;
	int root_fd;
	char *root_path;
	bool root_write;
	bool has_guest_module;
};

#define HANDOVER_NONE \
	((struct handover){ .kernel.file = BLOB_NONE, .initrd = BLOB_NONE, .root_fd = -1 })

/**
 * handover_send() - hand them to another process
 * @socket: of type SOCK_SEQPACKET
 * @files: stay open here, too
 *
 * Return: 0; -ENAMETOOLONG; -EPIPE nobody listens any more; other -errno of sendmsg(2).
 */
must_check int handover_send(int socket, const struct handover *files);

/**
 * handover_receive() - take them, and wait for them if need be
 * @socket: of type SOCK_SEQPACKET
 * @ret_files: handover_done() them; the kernel's fields are as they came, and kernel_load()
 * believes none
 *
 * Return: 0; -ENODATA the other side has gone; -EPROTO that is not what handover_send() sends;
 * other
 * -errno of recvmsg(2) and of mapping them.
 */
must_check int handover_receive(int socket, struct handover *ret_files);

/**
 * handover_done() - close them; what is in guest memory stays. They are HANDOVER_NONE afterwards.
 */
void handover_done(struct handover *files);

#endif
