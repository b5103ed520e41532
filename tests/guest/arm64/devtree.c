/* SPDX-License-Identifier: MIT */
#include "devtree.h"

#include "guest.h"

/* offsets in the header, and tokens of the structure block */
#define OFF_STRUCTURE 8
#define OFF_STRINGS   12
#define BEGIN_NODE    1
#define PROPERTY      3
#define END	      9

/* a pair of address and size, two cells each */
#define PAIR_SIZE 16

static const uint8_t *tree;

void devtree_set(const uint8_t *at)
{
	tree = at;
}

static uint32_t cell(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t two_cells(const uint8_t *p)
{
	return (uint64_t)cell(p) << 32 | cell(p + 4);
}

static bool begins_with(const char *text, const char *start)
{
	return memcmp(text, start, strlen(start)) == 0;
}

/* the VMM has made the tree, so names are unique and the structure is valid */
static const uint8_t *find(const char *node, const char *name, uint32_t *ret_len)
{
	const uint8_t *at = tree + cell(tree + OFF_STRUCTURE);
	const char *strings = (const char *)tree + cell(tree + OFF_STRINGS);
	const char *current = "";

	for (uint32_t token = cell(at); token != END; token = cell(at)) {
		uint32_t len = 0;

		at += 4;
		if (token == BEGIN_NODE) {
			current = (const char *)at;
			len = (uint32_t)strlen(current) + 1;
		} else if (token == PROPERTY) {
			len = cell(at);
			at += 8;
			*ret_len = len;
			if (begins_with(current, node) && begins_with(strings + cell(at - 4), name))
				return at;
		}
		at += (len + 3) & ~3u;
	}
	return NULL;
}

uint64_t guest_ram_end(void)
{
	uint32_t len;
	const uint8_t *reg = find("memory@", "reg", &len);

	return reg ? two_cells(reg) + two_cells(reg + 8) : 0;
}

const char *guest_cmdline(void)
{
	uint32_t len;
	const uint8_t *text = find("chosen", "bootargs", &len);

	return text ? (const char *)text : "";
}

uint64_t devtree_doorbell(void)
{
	uint32_t len;
	const uint8_t *reg = find("portal@", "reg", &len);

	return reg && len == 2 * PAIR_SIZE ? two_cells(reg + PAIR_SIZE) : 0;
}
