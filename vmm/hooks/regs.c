/* SPDX-License-Identifier: MIT */
#include "hooks/regs.h"

#include <errno.h>
#include <portal/wire.h>
#include <string.h>

#include "base/bytes.h"
#include "base/options.h"

struct reg_name {
	const char *name;
	unsigned int index;
};

/* without the prefix r or e */
static const struct reg_name x86_names[] = {
	{ "ax", PORTAL_REG_X86_AX },	   { "bx", PORTAL_REG_X86_BX }, { "cx", PORTAL_REG_X86_CX },
	{ "dx", PORTAL_REG_X86_DX },	   { "si", PORTAL_REG_X86_SI }, { "di", PORTAL_REG_X86_DI },
	{ "bp", PORTAL_REG_X86_BP },	   { "sp", PORTAL_REG_X86_SP }, { "ip", PORTAL_REG_X86_IP },
	{ "flags", PORTAL_REG_X86_FLAGS },
};

static const struct reg_name x86_plain_names[] = {
	{ "pc", PORTAL_REG_X86_IP },
	{ "orig_ax", PORTAL_REG_X86_ORIG_AX },
	{ "orig_rax", PORTAL_REG_X86_ORIG_AX },
	{ "orig_eax", PORTAL_REG_X86_ORIG_AX },
	{ "cs", PORTAL_REG_X86_CS },
	{ "ss", PORTAL_REG_X86_SS },
};

static const struct reg_name arm64_names[] = {
	{ "lr", 30 }, { "sp", 31 }, { "pc", 32 }, { "pstate", 33 }
};
static const struct reg_name arm_names[] = {
	{ "sp", 13 }, { "lr", 14 }, { "pc", 15 }, { "cpsr", 16 }
};

static int look_up(const struct reg_name *names, size_t nr, const char *name,
		   unsigned int *ret_index)
{
	for (size_t i = 0; i < nr; i++) {
		if (strcmp(names[i].name, name) == 0) {
			*ret_index = names[i].index;
			return 0;
		}
	}
	return -EINVAL;
}

/* Parse a name such as "r8": @letter and a decimal index from @first to @last. */
static int look_up_number(const char *name, char letter, unsigned int first, unsigned int last,
			  unsigned int *ret_index)
{
	uint64_t number;

	if (name[0] != letter || (name[1] == '0' && name[2] != '\0') || strlen(name) > 3)
		return -EINVAL;
	if (options_u64(name + 1, &number) < 0 || number < first || number > last)
		return -EINVAL;
	*ret_index = (unsigned int)number;
	return 0;
}

static int find_x86(uint32_t abi, const char *name, unsigned int *ret_index)
{
	const char *plain = name[0] == 'e' || name[0] == 'r' ? name + 1 : name;

	if (abi == PORTAL_ABI_X86_64 && look_up_number(name, 'r', 8, 15, ret_index) == 0)
		return 0;
	if (look_up(x86_plain_names, ARRAY_SIZE(x86_plain_names), name, ret_index) == 0)
		return 0;
	return look_up(x86_names, ARRAY_SIZE(x86_names), plain, ret_index);
}

int regs_find(uint32_t abi, const char *name, unsigned int *ret_index)
{
	switch (abi) {
	case PORTAL_ABI_X86_64:
	case PORTAL_ABI_I386:
		return find_x86(abi, name, ret_index);
	case PORTAL_ABI_ARM64:
		if (look_up_number(name, 'x', 0, 30, ret_index) == 0)
			return 0;
		return look_up(arm64_names, ARRAY_SIZE(arm64_names), name, ret_index);
	case PORTAL_ABI_ARM:
		if (look_up_number(name, 'r', 0, 15, ret_index) == 0)
			return 0;
		return look_up(arm_names, ARRAY_SIZE(arm_names), name, ret_index);
	default:
		return -EINVAL;
	}
}

bool regs_is_settable(uint32_t abi, unsigned int index)
{
	if (abi != PORTAL_ABI_X86_64 && abi != PORTAL_ABI_I386)
		return true;
	return index != PORTAL_REG_X86_ORIG_AX && index != PORTAL_REG_X86_CS &&
	       index != PORTAL_REG_X86_SS;
}

unsigned int regs_width(uint32_t abi)
{
	return abi == PORTAL_ABI_X86_64 || abi == PORTAL_ABI_ARM64 ? 8 : 4;
}
