/* SPDX-License-Identifier: MIT */
#include "hook_sample.h"

void hook_sample_init(struct hook_sample *sample, u32 id, u32 when, u32 flags)
{
	memset(sample, 0, sizeof(*sample));
	sample->head.id = cpu_to_le32(id);
	sample->head.when = cpu_to_le32(when);
	sample->head.flags = cpu_to_le32(flags);
	sample->head.scope = cpu_to_le32(PORTAL_SCOPE_FIRMWARE);
	sample->strings = "";
}

void hook_sample_site(struct hook_sample *sample, u32 abi, u32 nr)
{
	struct portal_wire_site *site = &sample->sites[sample->nr_sites++];

	site->abi = cpu_to_le32(abi);
	site->nr = cpu_to_le32(nr);
}

void hook_sample_str(struct hook_sample *sample, u32 arg, const char *str)
{
	sample->head.arg[arg].cmp = cpu_to_le32(PORTAL_CMP_STR_EQ);
	sample->head.arg[arg].str_len = cpu_to_le32((u32)strlen(str));
	sample->strings = str;
}

void hook_sample_fetch(struct hook_sample *sample, u32 what, u32 arg, u32 max)
{
	struct portal_wire_fetch *fetch = &sample->fetches[sample->nr_fetches++];

	fetch->what = cpu_to_le32(what);
	fetch->arg = cpu_to_le32(arg);
	fetch->max = cpu_to_le32(max);
}

static u8 *put(u8 *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

size_t hook_sample_encode(const struct hook_sample *sample, void *buf)
{
	struct portal_wire_hook head = sample->head;
	u8 *at = buf;

	head.nr_sites = cpu_to_le32(sample->nr_sites);
	head.nr_fetch = cpu_to_le32(sample->nr_fetches);
	head.strings_size = cpu_to_le32((u32)strlen(sample->strings));
	at = put(at, &head, sizeof(head));
	at = put(at, sample->sites, sample->nr_sites * sizeof(sample->sites[0]));
	at = put(at, sample->fetches, sample->nr_fetches * sizeof(sample->fetches[0]));
	at = put(at, sample->strings, strlen(sample->strings));
	return (size_t)(at - (u8 *)buf);
}
