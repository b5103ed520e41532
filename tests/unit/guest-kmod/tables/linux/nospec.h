/* SPDX-License-Identifier: MIT */
#ifndef FAKE_LINUX_NOSPEC_H
#define FAKE_LINUX_NOSPEC_H

#define array_index_nospec(index, size) ((void)(size), (index))

#endif
