/* SPDX-License-Identifier: MIT */
/*
 * The virtio entropy device (VIRTIO 1.2, 5.4), fed by the host's getrandom(2). Holds no state.
 */
#ifndef DEVICES_VIRTIO_RNG_H
#define DEVICES_VIRTIO_RNG_H

#include "devices/virtio/device.h"

#define VIRTIO_RNG_QUEUE_SIZE 64
/* a request gets no more than this, however much room it has; the driver asks again */
#define VIRTIO_RNG_MAX_BYTES 65536

/** virtio_rng_device() - for the transport; one description serves any number of them */
const struct virtio_device *virtio_rng_device(void);

#endif
