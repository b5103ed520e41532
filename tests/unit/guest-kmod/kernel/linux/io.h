/* SPDX-License-Identifier: MIT */
/* Physical addresses equal virtual ones. */
#ifndef FAKE_LINUX_IO_H
#define FAKE_LINUX_IO_H

#define virt_to_phys(address) ((phys_addr_t)(uintptr_t)(address))

#endif
