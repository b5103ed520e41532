/* SPDX-License-Identifier: MIT */
#include "devices/virtio/rng.h"

#include <errno.h>
#include <linux/virtio_ids.h>
#include <sys/random.h>

#include "devices/virtio/iov.h"

/* Return: number of random bytes written; fewer than @len only if getrandom(2) fails */
static size_t fill(uint8_t *to, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = getrandom(to + done, len - done, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

static uint32_t answer(const struct virtqueue_chain *chain)
{
	struct iovec buffers[VIRTQUEUE_MAX_SIZE];
	unsigned int nr = iov_slice(virtqueue_writable(chain), chain->nr_writable, 0,
				    VIRTIO_RNG_MAX_BYTES, buffers);
	size_t done = 0;

	for (unsigned int i = 0; i < nr; i++) {
		size_t n = fill(buffers[i].iov_base, buffers[i].iov_len);

		done += n;
		if (n < buffers[i].iov_len)
			break;
	}
	return (uint32_t)done;
}

static void serve(void *model, unsigned int queue, struct virtqueue *vq)
{
	struct virtqueue_chain chain;

	(void)model;
	(void)queue;
	while (virtqueue_pop(vq, &chain) > 0)
		virtqueue_push(vq, chain.head, answer(&chain));
}

static const struct virtio_device_ops virtio_rng_ops = { .serve = serve };

static const struct virtio_device rng_device = {
	.id = VIRTIO_ID_RNG,
	.nr_queues = 1,
	.queue_size = VIRTIO_RNG_QUEUE_SIZE,
	.ops = &virtio_rng_ops,
};

const struct virtio_device *virtio_rng_device(void)
{
	return &rng_device;
}
