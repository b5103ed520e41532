/* SPDX-License-Identifier: MIT */
/*
 * Why the kernel refused a module. The errors of finit_module(2) are shared by several causes; what
 * the kernel says elsewhere tells them apart. This knows the texts and reads no files.
 */
#ifndef GUEST_INIT_REFUSAL_H
#define GUEST_INIT_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#define REFUSAL_FILE_LOCKDOWN	"/sys/kernel/security/lockdown"
#define REFUSAL_FILE_SIGNATURES "/sys/module/module/parameters/sig_enforce"

/**
 * struct refusal - what the kernel said
 * @error: result of finit_module(2); 0: the module was loaded, but does not work
 * @lockdown: contents of REFUSAL_FILE_LOCKDOWN, "" if there is none
 * @signatures: contents of REFUSAL_FILE_SIGNATURES, "" if there is none
 * @message: the kernel's first message about it, from refusal_find_message(); "" if there is none
 */
struct refusal {
	long error;
	const char *lockdown;
	const char *signatures;
	const char *message;
};

/**
 * refusal_find_message() - find the message in a record of the kernel's log
 * @record: a record of /dev/kmsg, "LEVEL,SEQUENCE,TIME,FLAGS;TEXT\n KEY=VALUE\n", NUL terminated;
 *	it is cut after the text
 * @module: the module's name in such messages, without ".ko"
 *
 * Return: the text; NULL: the record does not say why a module was refused.
 */
const char *refusal_find_message(char *record, const char *module);

/**
 * refusal_reason() - name the cause
 * @refusal: what the kernel said
 *
 * Return: a text, @refusal->message if nothing better is known.
 */
const char *refusal_reason(const struct refusal *refusal);

#endif
