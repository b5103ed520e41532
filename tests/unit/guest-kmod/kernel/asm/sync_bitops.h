/* SPDX-License-Identifier: MIT */
/* Exchanges with the host: in linux/atomic.h. */
