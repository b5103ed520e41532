/* SPDX-License-Identifier: MIT */
#include "arch/arm64/doorbell.h"

#include "arch/arm64/layout.h"
#include "portal/wire.h"

#define READ_WIDTH 4

/* Hello and grow pass an address: their page is not in the pool yet. Others pass an index. */
static struct arch_doorbell_call make_call(uint32_t kind, uint32_t index)
{
	return (struct arch_doorbell_call){
		.kind = kind,
		.index = index,
		.has_page = kind == PORTAL_CALL_HELLO || kind == PORTAL_CALL_GROW,
	};
}

bool doorbell_of_call(uint64_t nr, struct arch_doorbell_call *ret_call)
{
	uint32_t number = (uint32_t)nr & (PORTAL_DOORBELL_NR_HVC - 1);

	if (nr - PORTAL_DOORBELL_HVC64 >= PORTAL_DOORBELL_NR_HVC &&
	    nr - PORTAL_DOORBELL_HVC32 >= PORTAL_DOORBELL_NR_HVC)
		return false;
	*ret_call = make_call(number >> PORTAL_DOORBELL_KIND_SHIFT,
			      number & PORTAL_DOORBELL_INDEX_MASK);
	return true;
}

bool doorbell_of_read(uint64_t address, unsigned int len, struct arch_doorbell_call *ret_call)
{
	uint64_t offset = address - ARM64_DOORBELL_BASE;

	if (offset >= PORTAL_DOORBELL_MMIO_SIZE || len != READ_WIDTH || offset % READ_WIDTH != 0)
		return false;
	*ret_call = make_call((uint32_t)offset >> PORTAL_DOORBELL_KIND_SHIFT,
			      ((uint32_t)offset & PORTAL_DOORBELL_INDEX_MASK) >>
				      PORTAL_DOORBELL_MMIO_SHIFT);
	return true;
}
