/* SPDX-License-Identifier: MIT */
/* Sets of numbers, one byte for each. */
#ifndef FAKE_LINUX_BITMAP_H
#define FAKE_LINUX_BITMAP_H

#define DECLARE_BITMAP(name, bits) bool name[bits]

static inline bool bitmap_empty(const bool *map, unsigned int nr)
{
	while (nr-- > 0)
		if (map[nr])
			return false;
	return true;
}

static inline void __set_bit(unsigned int nr, bool *map)
{
	map[nr] = true;
}

static inline void __clear_bit(unsigned int nr, bool *map)
{
	map[nr] = false;
}

#define for_each_set_bit(nr, map, size)       \
	for ((nr) = 0; (nr) < (size); (nr)++) \
		if ((map)[nr])

#endif
