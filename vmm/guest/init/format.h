/* SPDX-License-Identifier: MIT */
/*
 * The contract between initramfs.c of the loader and our init: the paths in the initramfs, and the
 * keys of the configuration, one "key=value" per line. This file is the only description of it.
 */
#ifndef GUEST_INIT_FORMAT_H
#define GUEST_INIT_FORMAT_H

/* paths in the initramfs, without the leading slash, as in the archive */
#define GUEST_INIT_PATH_INIT	"init"
#define GUEST_INIT_PATH_DIR	"portal"
#define GUEST_INIT_PATH_CONFIG	"portal/config"
#define GUEST_INIT_PATH_MODULES "portal/modules"
#define GUEST_INIT_PATH_TREE	"portal/tree" /* the root file system, if it is a directory */

#define GUEST_INIT_CONFIG_MAX  16384 /* largest configuration in bytes */
#define GUEST_INIT_MODULES_MAX 128

/* a kernel module to load, a file below GUEST_INIT_PATH_MODULES; repeated, in the order of
 * loading */
#define GUEST_INIT_KEY_MODULE	       "module"
#define GUEST_INIT_KEY_OPTIONAL_MODULE "optional-module" /* the boot continues without it */
/* the guest module, a file in the same directory; it is loaded last, and the boot fails if its
 * hooks are not installed */
#define GUEST_INIT_KEY_PORTAL	     "portal"
#define GUEST_INIT_KEY_PORTAL_PARAMS "portal-params" /* "name=value name=value" */
/* block device of the root file system; without it the root is GUEST_INIT_PATH_TREE */
#define GUEST_INIT_KEY_ROOT_DEVICE  "root-device"
#define GUEST_INIT_KEY_ROOT_TYPE    "root-type"	   /* file system name for mount(2) */
#define GUEST_INIT_KEY_ROOT_OPTIONS "root-options" /* data for mount(2) */
#define GUEST_INIT_KEY_ROOT_WRITE   "root-write"   /* "1": mount it writable, no overlay */
/* the program to execute; without it GUEST_INIT_PROGRAMS are tried in order */
#define GUEST_INIT_KEY_INIT "init"
/* where to write the marks below, a decimal number: an I/O port on x86, a physical address on
 * arm and arm64 */
#define GUEST_INIT_KEY_MARKS "marks"
/* "1": print each step */
#define GUEST_INIT_KEY_DEBUG "debug"

#define GUEST_INIT_PROGRAMS                                                                   \
	{                                                                                     \
		"/sbin/init", "/etc/init", "/bin/init", "/init", "/linuxrc", "/bin/sh", NULL, \
	}

/* marks: progress of the boot */
#define GUEST_INIT_MARK_INIT	 1 /* our init has started */
#define GUEST_INIT_MARK_FIRMWARE 2 /* the firmware's init will be executed next */

/* what each message of our init on the console begins with; the rest of the line is the message */
#define GUEST_INIT_MESSAGE "portal-init: "
/* what follows it if the boot cannot go on; the VMM repeats the rest of that line when it ends */
#define GUEST_INIT_ERROR "error: "

/* the state of the guest module, and its text when all hooks are installed */
#define GUEST_INIT_STATE_FILE  "/sys/module/portal/parameters/state"
#define GUEST_INIT_STATE_READY "ready"

#endif
