/* SPDX-License-Identifier: MIT */
#include "portal/event.h"

#include <errno.h>
#include <string.h>

#include "base/bytes.h"

#define MAX_ERRNO 4095

static bool is_text(const void *bytes, size_t size)
{
	return memchr(bytes, '\0', size) != NULL;
}

static bool ranges_overlap(const struct hello *hello, const struct hello_range *range)
{
	uint64_t size = (uint64_t)range->nr_pages * PORTAL_PAGE_SIZE;

	for (size_t i = 0; i < hello->nr_ranges; i++) {
		const struct hello_range *other = &hello->ranges[i];
		uint64_t other_size = (uint64_t)other->nr_pages * PORTAL_PAGE_SIZE;

		if (range->gpa.value < other->gpa.value + other_size &&
		    other->gpa.value < range->gpa.value + size)
			return true;
	}
	return false;
}

static int add_range(struct hello *hello, const struct portal_wire_range *wire)
{
	struct hello_range range = {
		.gpa = GPA(le64toh(wire->gpa)),
		.nr_pages = le32toh(wire->nr_pages),
	};
	gpa_t end;

	if (wire->reserved != 0 || range.gpa.value % PORTAL_PAGE_SIZE != 0)
		return -EPROTO;
	if (range.nr_pages == 0 || range.nr_pages > PORTAL_MAX_PAGES - hello->nr_pages)
		return -EPROTO;
	if (!gpa_add(range.gpa, (uint64_t)range.nr_pages * PORTAL_PAGE_SIZE, &end))
		return -EPROTO;
	if (ranges_overlap(hello, &range))
		return -EPROTO;
	hello->ranges[hello->nr_ranges++] = range;
	hello->nr_pages += range.nr_pages;
	return 0;
}

int event_parse_hello(const void *data, size_t size, struct hello *ret_hello)
{
	struct portal_wire_hello wire;
	uint32_t nr_ranges;

	/* check the version first: another version may have another size */
	if (size < sizeof(wire.version))
		return -EPROTO;
	memset(ret_hello, 0, sizeof(*ret_hello));
	ret_hello->version = get_le32(data);
	if (ret_hello->version != PORTAL_WIRE_VERSION)
		return -EPROTONOSUPPORT;
	if (size != sizeof(wire))
		return -EPROTO;
	memcpy(&wire, data, sizeof(wire));
	nr_ranges = le32toh(wire.nr_ranges);
	if (nr_ranges == 0 || nr_ranges > PORTAL_MAX_RANGES)
		return -EPROTO;
	if (!is_text(wire.release, sizeof(wire.release)) ||
	    !is_text(wire.module_version, sizeof(wire.module_version)))
		return -EPROTO;
	ret_hello->features = le64toh(wire.features);
	ret_hello->abi = le32toh(wire.abi);
	ret_hello->compat_abi = le32toh(wire.compat_abi);
	if (ret_hello->abi == PORTAL_ABI_NONE || ret_hello->abi == ret_hello->compat_abi)
		return -EPROTO;
	memcpy(ret_hello->release, wire.release, sizeof(wire.release));
	memcpy(ret_hello->module_version, wire.module_version, sizeof(wire.module_version));
	for (uint32_t i = 0; i < nr_ranges; i++)
		if (add_range(ret_hello, &wire.ranges[i]) < 0)
			return -EPROTO;
	return 0;
}

static int parse_call(const struct portal_wire_syscall *wire, const struct hello *hello,
		      struct syscall_event *call)
{
	*call = (struct syscall_event){
		.abi = le32toh(wire->abi),
		.nr = le32toh(wire->nr),
		.flags = le32toh(wire->flags),
		.hooks = le64toh(wire->hooks),
		.ret = (int64_t)le64toh(wire->ret),
		.pid = le32toh(wire->pid),
		.tid = le32toh(wire->tid),
		.pc = le64toh(wire->pc),
		.pgd = le64toh(wire->pgd),
		.paging = le32toh(wire->paging),
	};
	if ((call->flags & ~PORTAL_SYSCALL_FLAGS) != 0)
		return -EPROTO;
	if (!is_text(wire->comm, sizeof(wire->comm)))
		return -EPROTO;
	if (call->abi != hello->abi &&
	    (call->abi != hello->compat_abi || call->abi == PORTAL_ABI_NONE))
		return -EPROTO;
	call->is_compat = call->abi != hello->abi;
	memcpy(call->comm, wire->comm, sizeof(wire->comm));
	for (size_t i = 0; i < PORTAL_NR_ARGS; i++)
		call->args[i] = le64toh(wire->args[i]);
	for (size_t i = 0; i < PORTAL_NR_REGS; i++)
		call->regs[i] = le64toh(wire->regs[i]);
	return 0;
}

int event_parse_call(void *data, size_t size, const struct hello *hello,
		     struct syscall_event *ret_call)
{
	struct portal_wire_syscall wire;
	size_t items_size;

	if (size < sizeof(wire))
		return -EPROTO;
	memcpy(&wire, data, sizeof(wire));
	items_size = size - sizeof(wire);
	if (le32toh(wire.items_size) != items_size || parse_call(&wire, hello, ret_call) < 0)
		return -EPROTO;
	if (fetched_parse((uint8_t *)data + sizeof(wire), items_size, le32toh(wire.nr_items),
			  &ret_call->items) < 0)
		return -EPROTO;
	ret_call->items.abi = ret_call->abi;
	return 0;
}

int event_parse_error(const void *data, size_t size, const struct hello *hello,
		      struct syscall_error *ret_error)
{
	struct portal_wire_error wire;
	int err;

	if (size != sizeof(wire))
		return -EPROTO;
	memcpy(&wire, data, sizeof(wire));
	err = (int)le32toh(wire.err);
	if (err >= 0 || err < -MAX_ERRNO || wire.call.nr_items != 0 || wire.call.items_size != 0)
		return -EPROTO;
	ret_error->hook = le32toh(wire.hook);
	ret_error->err = err;
	ret_error->addr = le64toh(wire.addr);
	return parse_call(&wire.call, hello, &ret_error->call);
}
