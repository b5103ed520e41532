/* SPDX-License-Identifier: MIT */
/*
 * What initramfs.c writes and the guest's init reads: where things are in the initramfs, and the
 * keys of the configuration, one "key=value" a line. Both include this file, and nothing else says
 * it.
 */
#ifndef GUEST_INIT_FORMAT_H
#define GUEST_INIT_FORMAT_H

/* paths in the initramfs, without the leading slash: as they stand in the archive */
#define GUEST_INIT_PATH_INIT	"init"
#define GUEST_INIT_PATH_DIR	"portal"
#define GUEST_INIT_PATH_CONFIG	"portal/config"
#define GUEST_INIT_PATH_MODULES "portal/modules"
#define GUEST_INIT_PATH_TREE	"portal/tree" /* a root file system given as a directory */

#define GUEST_INIT_CONFIG_MAX  16384 /* bytes of the whole configuration */
#define GUEST_INIT_MODULES_MAX 128

/* a file below GUEST_INIT_PATH_MODULES to load, in this order; repeated */
#define GUEST_INIT_KEY_MODULE	       "module"
#define GUEST_INIT_KEY_OPTIONAL_MODULE "optional-module" /* the boot goes on without it */
/* the portal module's file there; loaded last, and the boot ends when its hooks are not installed
 */
#define GUEST_INIT_KEY_PORTAL	     "portal"
#define GUEST_INIT_KEY_PORTAL_PARAMS "portal-params" /* "name=value name=value" */
/* the root's block device; without it the root is GUEST_INIT_PATH_TREE */
#define GUEST_INIT_KEY_ROOT_DEVICE  "root-device"
#define GUEST_INIT_KEY_ROOT_TYPE    "root-type"	   /* file system name for mount(2) */
#define GUEST_INIT_KEY_ROOT_OPTIONS "root-options" /* data for mount(2) */
#define GUEST_INIT_KEY_ROOT_WRITE   "root-write"   /* "1": mount it writable, no overlay */
/* the program to run; without it those of GUEST_INIT_PROGRAMS are tried */
#define GUEST_INIT_KEY_INIT "init"
/* where to write the marks below, a decimal number: an I/O port on x86, a physical address on
 * arm64 */
#define GUEST_INIT_KEY_MARKS "marks"
/* "1": say what is done */
#define GUEST_INIT_KEY_DEBUG "debug"

#define GUEST_INIT_PROGRAMS                                                                   \
	{                                                                                     \
		"/sbin/init", "/etc/init", "/bin/init", "/init", "/linuxrc", "/bin/sh", NULL, \
	}

/* marks: how far the boot has come */
#define GUEST_INIT_MARK_INIT	 1 /* the init runs */
#define GUEST_INIT_MARK_FIRMWARE 2 /* the firmware's init is started next */

/* the portal module says here how far it has come; this text: every hook is installed */
#define GUEST_INIT_STATE_FILE  "/sys/module/portal/parameters/state"
#define GUEST_INIT_STATE_READY "ready"

#endif
