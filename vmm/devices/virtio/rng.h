/* SPDX-License-Identifier: MIT */
/*
 * The virtio entropy device (VIRTIO 1.2, 5.4). Its source is getrandom(2) of the host. It has no
 * state.
 */
#ifndef DEVICES_VIRTIO_RNG_H
#define DEVICES_VIRTIO_RNG_H

#include "devices/virtio/device.h"

#define VIRTIO_RNG_QUEUE_SIZE 64
/* largest number of bytes for one request; the driver makes another request for more */
#define VIRTIO_RNG_MAX_BYTES 65536

/** virtio_rng_device() - get the description for the transport; any number of them may use it */
const struct virtio_device *virtio_rng_device(void);

#endif
