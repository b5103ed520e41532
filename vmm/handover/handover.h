/* SPDX-License-Identifier: MIT */
/*
 * What a guest is booted from, already checked and unpacked: the kernel, the initial RAM file
 * system and the root image. portal-vmm-loader makes it, with all the libraries that this takes;
 * portal-vmm, which is linked with none of them, runs the guest. Owns the open files and sends them
 * from one process to the other. Knows neither how they are found nor how they are used.
 */
#ifndef HANDOVER_H
#define HANDOVER_H

#include <stdbool.h>

#include "base/blob.h"
#include "boot/kernel_image.h"

/**
 * struct handover - what the loader passes to the VMM; HANDOVER_NONE is empty
 * @kernel: the kernel to load
 * @initrd: the initial RAM file system, an archive
 * @root_fd: the root image, open and locked; -1: the root is in the archive
 * @root_path: name of the root image, without ",rw"; NULL if @root_fd is -1
 * @root_write: the guest may write to the image
 * @has_guest_module: the archive contains the guest module and loads it
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
 * handover_send() - send the files to another process
 * @socket: of type SOCK_SEQPACKET
 * @files: remain open in this process
 *
 * Return: 0; -ENAMETOOLONG; -EPIPE the receiver has closed its end; other -errno of sendmsg(2).
 */
must_check int handover_send(int socket, const struct handover *files);

/**
 * handover_receive() - receive the files; blocks until they arrive
 * @socket: of type SOCK_SEQPACKET
 * @ret_files: release with handover_done(). The fields of the kernel are not checked here;
 * kernel_load() checks them.
 *
 * Return: 0; -ENODATA the sender has closed its end; -EPROTO not a message of handover_send();
 * other -errno of recvmsg(2) and of mapping the files.
 */
must_check int handover_receive(int socket, struct handover *ret_files);

/**
 * handover_done() - close the files and reset @files to HANDOVER_NONE. Guest memory is not
 * affected.
 */
void handover_done(struct handover *files);

#endif
