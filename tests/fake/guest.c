/* SPDX-License-Identifier: MIT */
#include "fake/guest.h"

#include <endian.h>
#include <errno.h>
#include <portal/ops.h>
#include <stdlib.h>
#include <string.h>

#include "fake/session.h"

static void set_defaults(struct fake_guest *guest)
{
	guest->slots_gpa = FAKE_SLOTS_GPA;
	guest->names_per_block = 100;
	guest->hello_version = PORTAL_WIRE_VERSION;
	guest->sources = 1u << PORTAL_SOURCE_SYSCALL;
	guest->features = PORTAL_FEATURES;
	guest->most_trace = PORTAL_TRACE_RING_MAX;
	guest->wake_fd = -1;
#define HAS_OP(NAME, name, number, least, most) guest->ops[(number) / 64] |= 1ull << (number) % 64;
	PORTAL_OPS(HAS_OP)
#undef HAS_OP
}

static void free_memory(struct fake_guest *guest)
{
	free(guest->ram);
	free(guest->grown);
	free(guest->slots);
}

int fake_guest_init(struct fake_guest *guest, size_t nr_pages, fake_call_fn *call, void *ctx)
{
	memset(guest, 0, sizeof(*guest));
	guest->ram = aligned_alloc(PORTAL_PAGE_SIZE, nr_pages * PORTAL_PAGE_SIZE);
	guest->grown = aligned_alloc(PORTAL_PAGE_SIZE, (size_t)FAKE_MAX_PAGES * PORTAL_PAGE_SIZE);
	guest->slots = aligned_alloc(PORTAL_PAGE_SIZE, FAKE_SLOTS_SIZE);
	if (!guest->ram || !guest->grown || !guest->slots) {
		free_memory(guest);
		return -ENOMEM;
	}
	memset(guest->slots, 0, FAKE_SLOTS_SIZE);
	memset(guest->ram, 0xa5, nr_pages * PORTAL_PAGE_SIZE);
	memset(guest->grown, 0xa5, (size_t)FAKE_MAX_PAGES * PORTAL_PAGE_SIZE);
	guest->nr_loaded = guest->nr_pages = nr_pages;
	guest->call = call;
	guest->call_ctx = ctx;
	set_defaults(guest);
	pthread_mutex_init(&guest->lock, NULL);
	return 0;
}

static void close_bulk(struct fake_guest *guest)
{
	for (size_t i = 0; i < FAKE_MAX_WINDOWS; i++)
		fake_bulk_close(&guest->windows[i]);
	for (size_t i = 0; i < FAKE_NR_SHARES; i++)
		fake_bulk_close(&guest->shares[i]);
}

void fake_guest_done(struct fake_guest *guest)
{
	for (size_t i = 0; i < FAKE_NR_TRACE_RINGS; i++)
		fake_trace_done(&guest->traces[i]);
	close_bulk(guest);
	pthread_mutex_destroy(&guest->lock);
	free_memory(guest);
}

/* ---- memory ---- */

uint64_t fake_page_gpa(const struct fake_guest *guest, size_t index)
{
	size_t hole = index >= guest->nr_loaded / 2;

	if (index >= guest->nr_loaded)
		return FAKE_GROWN_BASE + (index - guest->nr_loaded) * PORTAL_PAGE_SIZE;
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

static void *slice_bulk(struct fake_guest *guest, uint64_t gpa, uint64_t len)
{
	void *host = NULL;

	for (size_t i = 0; i < FAKE_MAX_WINDOWS && !host; i++)
		host = fake_bulk_slice(&guest->windows[i], gpa, len);
	for (size_t i = 0; i < FAKE_NR_SHARES && !host; i++)
		host = fake_bulk_slice(&guest->shares[i], gpa, len);
	return host;
}

/* Return: @len bytes at @offset of @size bytes; NULL: they are not all there. */
static void *part(uint8_t *bytes, uint64_t size, uint64_t offset, uint64_t len)
{
	return offset < size && len <= size - offset ? bytes + offset : NULL;
}

void *fake_slice(void *ctx, uint64_t gpa, uint64_t len)
{
	struct fake_guest *guest = ctx;
	size_t half = guest->nr_loaded / 2 * PORTAL_PAGE_SIZE;
	uint64_t offset = gpa - FAKE_RAM_BASE;

	if (gpa - FAKE_SLOTS_GPA < FAKE_SLOTS_SIZE)
		return part(guest->slots, FAKE_SLOTS_SIZE, gpa - FAKE_SLOTS_GPA, len);
	if (gpa - FAKE_GROWN_BASE < FAKE_MAX_PAGES * PORTAL_PAGE_SIZE)
		return part(guest->grown, FAKE_MAX_PAGES * PORTAL_PAGE_SIZE, gpa - FAKE_GROWN_BASE,
			    len);
	if (gpa >= FAKE_BULK_BASE)
		return slice_bulk(guest, gpa, len);
	if (gpa >= FAKE_TRACE_BASE)
		return slice_trace_rings(guest, gpa, len);
	if (offset < half)
		return part(guest->ram, half, offset, len);
	return part(guest->ram + half, half, offset - half - PORTAL_PAGE_SIZE, len);
}

/* ---- hello, bye, grow ---- */

void fake_fill_hello(const struct fake_guest *guest, struct portal_wire_hello *ret_hello)
{
	*ret_hello = (struct portal_wire_hello){
		.version = htole32(guest->hello_version),
		.sources = htole64(guest->sources),
		.features = htole64(guest->features),
		.nr_ranges = htole32(2),
		.abi = htole32(guest->is_arm ? PORTAL_ABI_ARM : PORTAL_ABI_X86_64),
		.compat_abi = htole32(guest->is_arm ? PORTAL_ABI_NONE : PORTAL_ABI_I386),
		.paging = htole32(guest->paging),
		.release = "6.1.0-fake",
		.module_version = "0.1",
	};
	for (size_t i = 0; i < PORTAL_OPS_WORDS; i++)
		ret_hello->ops[i] = htole64(guest->ops[i]);
	for (size_t i = 0; i < 2; i++) {
		ret_hello->ranges[i].gpa = htole64(fake_page_gpa(guest, i * guest->nr_loaded / 2));
		ret_hello->ranges[i].nr_pages = htole32((uint32_t)(guest->nr_loaded / 2));
	}
}

void fake_lack_op(struct fake_guest *guest, uint32_t op)
{
	guest->ops[op / 64] &= ~(1ull << op % 64);
}

bool fake_has_op(const struct fake_guest *guest, uint32_t op)
{
	return op / 64 < PORTAL_OPS_WORDS && guest->ops[op / 64] >> op % 64 & 1;
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

/* A page that was added is not in the pool after the next hello. */
static void shrink(struct fake_guest *guest)
{
	pthread_mutex_lock(&guest->lock);
	guest->nr_spare += guest->nr_pages - guest->nr_loaded;
	guest->nr_pages = guest->nr_loaded;
	pthread_mutex_unlock(&guest->lock);
}

int fake_hello(struct fake_guest *guest, unsigned int vcpu)
{
	struct portal_wire_hello hello;

	forget_hooks(guest);
	shrink(guest);
	fake_fill_hello(guest, &hello);
	return run_session(guest, vcpu, PORTAL_CALL_HELLO, PORTAL_OPEN_HELLO, &hello,
			   sizeof(hello));
}

int fake_bye(struct fake_guest *guest, unsigned int vcpu)
{
	int ret;

	forget_hooks(guest);
	ret = guest->call(guest->call_ctx, vcpu, fake_page_gpa(guest, 0), PORTAL_CALL_BYE);
	for (size_t i = 0; i < FAKE_NR_TRACE_RINGS; i++)
		fake_trace_done(&guest->traces[i]);
	guest->trace_size = 0;
	close_bulk(guest);
	return ret;
}

static int announce(struct fake_guest *guest, unsigned int vcpu, size_t first, size_t nr)
{
	const struct portal_wire_grow grow = {
		.nr_ranges = htole32(1),
		.ranges[0] = { .gpa = htole64(fake_page_gpa(guest, first)),
			       .nr_pages = htole32((uint32_t)nr) },
	};
	struct portal_region *region =
		fake_slice(guest, fake_page_gpa(guest, first), PORTAL_PAGE_SIZE);

	region->op = htole64(PORTAL_OPEN_GROW);
	region->addr = 0;
	region->size = htole64(sizeof(grow));
	memcpy(region->data, &grow, sizeof(grow));
	return guest->call(guest->call_ctx, vcpu, fake_page_gpa(guest, first), PORTAL_CALL_GROW);
}

int fake_grow(struct fake_guest *guest, unsigned int vcpu, size_t nr)
{
	size_t first = guest->nr_pages;

	if (nr > guest->nr_spare || nr > FAKE_MAX_PAGES - guest->nr_pages)
		return -1;
	if (announce(guest, vcpu, first, nr) != 0)
		return -1;
	pthread_mutex_lock(&guest->lock);
	for (size_t i = first; i < first + nr; i++)
		guest->taken[i] = false;
	guest->nr_pages += nr;
	guest->nr_spare -= nr;
	pthread_mutex_unlock(&guest->lock);
	return 0;
}

/* ---- the device ---- */

int fake_work(struct fake_guest *guest, unsigned int vcpu)
{
	return run_session(guest, vcpu, PORTAL_CALL_WORK, PORTAL_OPEN_WORK, NULL, 0);
}

unsigned int fake_serve_work(struct fake_guest *guest, unsigned int vcpu, unsigned int nr)
{
	struct fake_session *sessions = calloc(nr, sizeof(*sessions));
	unsigned int opened = 0, served = 0;
	bool go_on = true;

	if (!sessions)
		return 0;
	while (opened < nr && fake_session_open(&sessions[opened], guest, NULL, vcpu,
						PORTAL_CALL_WORK, PORTAL_OPEN_WORK, NULL, 0) == 0)
		opened++;
	while (go_on) {
		go_on = false;
		for (unsigned int i = 0; i < opened; i++) {
			if (sessions[i].state != FAKE_REQUESTED)
				continue;
			fake_session_step(&sessions[i]);
			go_on = true;
		}
	}
	for (unsigned int i = 0; i < opened; i++) {
		served += sessions[i].state == FAKE_ENDED;
		fake_session_drop(&sessions[i]);
	}
	free(sessions);
	return served;
}

void fake_serve_cancel(struct fake_guest *guest, uint32_t page, uint32_t generation)
{
	if (page == 0 || page > guest->nr_pages)
		return;
	pthread_mutex_lock(&guest->lock);
	guest->cancelled[page - 1] = true;
	guest->cancel_generation[page - 1] = generation;
	pthread_mutex_unlock(&guest->lock);
}

/* ---- processes ---- */

void fake_add_process(struct fake_guest *guest, struct fake_task *task)
{
	if (guest->nr_processes < FAKE_MAX_PROCESSES)
		guest->processes[guest->nr_processes++] = task;
}

void fake_del_process(struct fake_guest *guest, const struct fake_task *task)
{
	for (size_t i = 0; i < guest->nr_processes; i++)
		if (guest->processes[i] == task)
			guest->processes[i] = guest->processes[--guest->nr_processes];
}

struct fake_task *fake_find_process(struct fake_guest *guest, uint32_t pid, uint64_t start_time)
{
	for (size_t i = 0; i < guest->nr_processes; i++)
		if (guest->processes[i]->pid == pid &&
		    guest->processes[i]->start_time == start_time)
			return guest->processes[i];
	return NULL;
}
