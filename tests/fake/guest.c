/* SPDX-License-Identifier: MIT */
#include "fake/guest.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake/session.h"

int fake_guest_init(struct fake_guest *guest, size_t nr_pages, fake_call_fn *call, void *ctx)
{
	memset(guest, 0, sizeof(*guest));
	guest->ram = aligned_alloc(PORTAL_PAGE_SIZE, nr_pages * PORTAL_PAGE_SIZE);
	guest->slots = aligned_alloc(PORTAL_PAGE_SIZE, FAKE_SLOTS_SIZE);
	if (!guest->ram || !guest->slots) {
		free(guest->ram);
		free(guest->slots);
		return -ENOMEM;
	}
	memset(guest->slots, 0, FAKE_SLOTS_SIZE);
	guest->slots_gpa = FAKE_SLOTS_GPA;
	memset(guest->ram, 0xa5, nr_pages * PORTAL_PAGE_SIZE);
	guest->nr_pages = nr_pages;
	guest->call = call;
	guest->call_ctx = ctx;
	guest->names_per_block = 100;
	guest->hello_version = PORTAL_WIRE_VERSION;
	guest->features = PORTAL_FEATURE_FETCH | PORTAL_FEATURE_TRACE | PORTAL_FEATURE_RULE;
	guest->most_trace = PORTAL_TRACE_RING_MAX;
	guest->wake_fd = -1;
	pthread_mutex_init(&guest->lock, NULL);
	return 0;
}

void fake_guest_done(struct fake_guest *guest)
{
	for (size_t i = 0; i < FAKE_NR_TRACE_RINGS; i++)
		fake_trace_done(&guest->traces[i]);
	pthread_mutex_destroy(&guest->lock);
	free(guest->ram);
	free(guest->slots);
}

uint64_t fake_page_gpa(const struct fake_guest *guest, size_t index)
{
	size_t hole = index >= guest->nr_pages / 2;

	return FAKE_RAM_BASE + (index + hole) * PORTAL_PAGE_SIZE;
}

/* Trace rings with their pages are FAKE_TRACE_STRIDE apart, so that the largest ones fit. */
static void *slice_trace_rings(struct fake_guest *guest, uint64_t gpa, uint64_t len)
{
	uint64_t index = (gpa - FAKE_TRACE_BASE) / FAKE_TRACE_STRIDE;
	uint64_t offset = (gpa - FAKE_TRACE_BASE) % FAKE_TRACE_STRIDE;
	uint64_t size = PORTAL_PAGE_SIZE + (uint64_t)guest->trace_size;

	if (index >= FAKE_NR_TRACE_RINGS || !guest->trace_size || offset > size ||
	    len > size - offset)
		return NULL;
	return guest->traces[index].page + offset;
}

void *fake_slice(void *ctx, uint64_t gpa, uint64_t len)
{
	struct fake_guest *guest = ctx;
	size_t half = guest->nr_pages / 2 * PORTAL_PAGE_SIZE;
	uint64_t offset = gpa - FAKE_RAM_BASE;

	if (gpa - FAKE_SLOTS_GPA < FAKE_SLOTS_SIZE)
		return len <= FAKE_SLOTS_SIZE - (gpa - FAKE_SLOTS_GPA)
			       ? guest->slots + (gpa - FAKE_SLOTS_GPA)
			       : NULL;
	if (gpa >= FAKE_TRACE_BASE)
		return slice_trace_rings(guest, gpa, len);
	if (offset < half)
		return len <= half - offset ? guest->ram + offset : NULL;
	offset -= half + PORTAL_PAGE_SIZE;
	return offset < half && len <= half - offset ? guest->ram + half + offset : NULL;
}

void fake_fill_hello(const struct fake_guest *guest, struct portal_wire_hello *ret_hello)
{
	*ret_hello = (struct portal_wire_hello){
		.version = htole32(guest->hello_version),
		.features = htole64(guest->features),
		.nr_ranges = htole32(2),
		.abi = htole32(guest->is_arm ? PORTAL_ABI_ARM : PORTAL_ABI_X86_64),
		.compat_abi = htole32(guest->is_arm ? PORTAL_ABI_NONE : PORTAL_ABI_I386),
		.release = "6.1.0-fake",
		.module_version = "0.1",
	};
	for (size_t i = 0; i < 2; i++) {
		ret_hello->ranges[i].gpa = htole64(fake_page_gpa(guest, i * guest->nr_pages / 2));
		ret_hello->ranges[i].nr_pages = htole32((uint32_t)(guest->nr_pages / 2));
	}
}

static int run_session(struct fake_guest *guest, unsigned int vcpu, uint32_t kind, uint32_t code,
		       const void *payload, size_t size)
{
	struct fake_session session;

	if (fake_session_open(&session, guest, NULL, vcpu, kind, code, payload, size) < 0)
		return -1;
	fake_session_finish(&session);
	return session.state == FAKE_ENDED ? 0 : -1;
}

static void forget_hooks(struct fake_guest *guest)
{
	pthread_mutex_lock(&guest->lock);
	guest->nr_hooks = 0;
	guest->nr_rules = 0;
	pthread_mutex_unlock(&guest->lock);
}

int fake_hello(struct fake_guest *guest, unsigned int vcpu)
{
	struct portal_wire_hello hello;

	forget_hooks(guest);
	fake_fill_hello(guest, &hello);
	return run_session(guest, vcpu, PORTAL_CALL_HELLO, PORTAL_EVENT_HELLO, &hello,
			   sizeof(hello));
}

int fake_work(struct fake_guest *guest, unsigned int vcpu)
{
	return run_session(guest, vcpu, PORTAL_CALL_WORK, PORTAL_EVENT_WORK, NULL, 0);
}

int fake_bye(struct fake_guest *guest, unsigned int vcpu)
{
	int ret;

	forget_hooks(guest);
	ret = guest->call(guest->call_ctx, vcpu, fake_page_gpa(guest, 0), PORTAL_CALL_BYE);
	for (size_t i = 0; i < FAKE_NR_TRACE_RINGS; i++)
		fake_trace_done(&guest->traces[i]);
	guest->trace_size = 0;
	return ret;
}

/* A hook that observes gets both stages in the return event, if the call returns. */
static bool waits_for_return(const struct portal_wire_hook *wire, const char *name)
{
	if (!(le32toh(wire->flags) & PORTAL_HOOK_F_OBSERVE) ||
	    !(le32toh(wire->when) & PORTAL_WHEN_RETURN))
		return false;
	return strcmp(name, "exit") != 0 && strcmp(name, "exit_group") != 0;
}

/* Return: bits of the hooks that have all of @flags and none of @other_flags. */
static uint64_t bits_with(struct fake_guest *guest, bool compat, uint32_t nr, uint32_t when,
			  uint32_t flags, uint32_t other_flags)
{
	uint64_t bits = 0;

	pthread_mutex_lock(&guest->lock);
	for (size_t i = 0; i < guest->nr_hooks; i++) {
		const struct portal_wire_hook *wire = &guest->hooks[i].wire;
		uint32_t own = le32toh(compat && !guest->is_arm ? wire->compat_nr : wire->nr);

		if (!guest->hooks[i].on || !(le32toh(wire->when) & when))
			continue;
		if ((le32toh(wire->flags) & (flags | other_flags)) != flags)
			continue;
		if (when == PORTAL_WHEN_ENTER && waits_for_return(wire, fake_name(compat, nr)))
			continue;
		if (own == nr || le32toh(wire->flags) & PORTAL_HOOK_F_ALL)
			bits |= 1ull << le32toh(wire->bit);
	}
	pthread_mutex_unlock(&guest->lock);
	return bits;
}

uint64_t fake_hook_bits(struct fake_guest *guest, bool compat, uint32_t nr, uint32_t when)
{
	return bits_with(guest, compat, nr, when, 0, PORTAL_HOOK_F_TRACE);
}

uint64_t fake_trace_bits(struct fake_guest *guest, bool compat, uint32_t nr, uint32_t when,
			 uint64_t *ret_block)
{
	*ret_block = bits_with(guest, compat, nr, when,
			       PORTAL_HOOK_F_TRACE | PORTAL_HOOK_F_TRACE_BLOCK, 0);
	return bits_with(guest, compat, nr, when, PORTAL_HOOK_F_TRACE, 0);
}
