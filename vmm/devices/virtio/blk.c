/* SPDX-License-Identifier: MIT */
#include "devices/virtio/blk.h"

#include <errno.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>

#include "base/bytes.h"
#include "devices/virtio/iov.h"

#define SECTOR_SIZE VIRTIO_BLK_SECTOR_SIZE

/* a request needs at least one segment for its header and one for its status */
#define MAX_DATA_SEGMENTS (VIRTIO_BLK_QUEUE_SIZE - 2)
#define MAX_SEGMENT_SIZE  MIB(1)
/* limits on the work of one request */
#define MAX_DATA_SIZE	    (MAX_DATA_SEGMENTS * MAX_SEGMENT_SIZE)
#define MAX_DISCARD_SECTORS (GIB(1) / SECTOR_SIZE)
#define MAX_DISCARD_RANGES  16
#define MAX_ZERO_SECTORS    (MIB(64) / SECTOR_SIZE)
#define MAX_ZERO_RANGES	    1

#define HEADER_SIZE 16
#define RANGE_SIZE  16

_Static_assert(VIRTIO_BLK_QUEUE_SIZE <= VIRTQUEUE_MAX_SIZE, "a chain can hold a request");
_Static_assert(VIRTQUEUE_MAX_SIZE <= BLK_IMAGE_MAX_SEGMENTS,
	       "the image accepts all segments of a request");
_Static_assert(sizeof(struct virtio_blk_outhdr) == HEADER_SIZE, "5.2.6");
_Static_assert(sizeof(struct virtio_blk_discard_write_zeroes) == RANGE_SIZE, "5.2.6");

struct virtio_blk {
	struct virtio_blk_params params;
	uint64_t nr_sectors;
	char id[VIRTIO_BLK_ID_BYTES];
	bool write_through; /* the driver cannot flush, so every write must be durable */
	int reported_err;
	struct virtio_blk_config config;
	struct virtio_device device;
};

/* one request, with its data from the guest (@out) and its buffers for data to the guest (@in) */
struct request {
	uint32_t type;
	uint64_t sector;
	struct iovec out[VIRTQUEUE_MAX_SIZE], in[VIRTQUEUE_MAX_SIZE];
	unsigned int nr_out, nr_in;
	uint64_t out_size, in_size;
	uint64_t written; /* number of bytes written to @in */
};

/* convert a host errno to a status for the guest; report an error unless it repeats the last one */
static uint8_t status_of(struct virtio_blk *blk, int err)
{
	if (err == 0)
		return VIRTIO_BLK_S_OK;
	if (err == -EOPNOTSUPP)
		return VIRTIO_BLK_S_UNSUPP;
	if (err != blk->reported_err && blk->params.failed)
		blk->params.failed(blk->params.ctx, err);
	blk->reported_err = err;
	return VIRTIO_BLK_S_IOERR;
}

static bool range_valid(const struct virtio_blk *blk, uint64_t sector, uint64_t nr_sectors)
{
	return sector <= blk->nr_sectors && nr_sectors <= blk->nr_sectors - sector;
}

/* a transfer must be whole sectors, within the disk, and within the limit of one request */
static bool transfer_valid(const struct virtio_blk *blk, uint64_t sector, uint64_t size)
{
	return size % SECTOR_SIZE == 0 && size <= MAX_DATA_SIZE &&
	       range_valid(blk, sector, size / SECTOR_SIZE);
}

static uint8_t do_read(struct virtio_blk *blk, struct request *req)
{
	int err;

	if (!transfer_valid(blk, req->sector, req->in_size))
		return VIRTIO_BLK_S_IOERR;
	err = blk_image_read(&blk->params.image, req->in, req->nr_in, req->sector * SECTOR_SIZE);
	if (err == 0)
		req->written = req->in_size;
	return status_of(blk, err);
}

static uint8_t do_write(struct virtio_blk *blk, const struct request *req)
{
	if (blk->params.image.read_only || !transfer_valid(blk, req->sector, req->out_size))
		return VIRTIO_BLK_S_IOERR;
	return status_of(blk, blk_image_write(&blk->params.image, req->out, req->nr_out,
					      req->sector * SECTOR_SIZE, blk->write_through));
}

static uint8_t do_flush(struct virtio_blk *blk)
{
	return status_of(blk, blk_image_flush(&blk->params.image));
}

/* refuse a buffer that is too short: the guest could not detect a truncated id */
static uint8_t do_get_id(const struct virtio_blk *blk, struct request *req)
{
	if (req->in_size < sizeof(blk->id))
		return VIRTIO_BLK_S_IOERR;
	req->written = iov_write(req->in, req->nr_in, 0, blk->id, sizeof(blk->id));
	return VIRTIO_BLK_S_OK;
}

struct range {
	uint64_t sector;
	uint32_t nr_sectors;
	uint32_t flags;
};

static struct range read_range(const struct request *req, uint64_t offset)
{
	uint8_t copy[RANGE_SIZE] = { 0 };

	iov_read(req->out, req->nr_out, offset, copy, sizeof(copy));
	return (struct range){
		.sector = get_le64(copy),
		.nr_sectors = get_le32(copy + 8),
		.flags = get_le32(copy + 12),
	};
}

/* 5.2.6.2: discard has no flags, write zeroes has one; other flags must be answered by UNSUPP */
static uint8_t do_range(struct virtio_blk *blk, uint32_t type, const struct range *range)
{
	bool zero = type == VIRTIO_BLK_T_WRITE_ZEROES;
	uint32_t known = zero ? VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP : 0;
	uint64_t max = zero ? MAX_ZERO_SECTORS : MAX_DISCARD_SECTORS;
	uint64_t offset = range->sector * SECTOR_SIZE;
	uint64_t len = (uint64_t)range->nr_sectors * SECTOR_SIZE;
	int err;

	if (range->flags & ~known)
		return VIRTIO_BLK_S_UNSUPP;
	if (range->nr_sectors > max || !range_valid(blk, range->sector, range->nr_sectors))
		return VIRTIO_BLK_S_IOERR;
	if (zero)
		err = blk_image_zero(&blk->params.image, offset, len, range->flags & known);
	else
		err = blk_image_discard(&blk->params.image, offset, len);
	if (err == 0 && blk->write_through)
		err = blk_image_flush(&blk->params.image);
	return status_of(blk, err);
}

static uint8_t do_ranges(struct virtio_blk *blk, const struct request *req)
{
	uint64_t max = req->type == VIRTIO_BLK_T_DISCARD ? MAX_DISCARD_RANGES : MAX_ZERO_RANGES;
	uint64_t nr = req->out_size / RANGE_SIZE;

	if (blk->params.image.read_only || req->out_size % RANGE_SIZE || nr == 0 || nr > max)
		return VIRTIO_BLK_S_IOERR;
	for (uint64_t i = 0; i < nr; i++) {
		struct range range = read_range(req, i * RANGE_SIZE);
		uint8_t status = do_range(blk, req->type, &range);

		if (status != VIRTIO_BLK_S_OK)
			return status;
	}
	return VIRTIO_BLK_S_OK;
}

static uint8_t do_request(struct virtio_blk *blk, struct request *req)
{
	switch (req->type) {
	case VIRTIO_BLK_T_IN:
		return do_read(blk, req);
	case VIRTIO_BLK_T_OUT:
		return do_write(blk, req);
	case VIRTIO_BLK_T_FLUSH:
		return do_flush(blk);
	case VIRTIO_BLK_T_GET_ID:
		return do_get_id(blk, req);
	case VIRTIO_BLK_T_DISCARD:
	case VIRTIO_BLK_T_WRITE_ZEROES:
		return do_ranges(blk, req);
	default:
		return VIRTIO_BLK_S_UNSUPP;
	}
}

/* the layout is defined in bytes, not in segments: the first 16 are the header, the last one is the
 * status (2.7.4, 5.2.6) */
static bool parse_request(const struct virtqueue_chain *chain, uint64_t writable_size,
			  struct request *req)
{
	const struct iovec *writable = virtqueue_writable(chain);
	uint8_t header[HEADER_SIZE];

	if (iov_read(chain->segments, chain->nr_readable, 0, header, HEADER_SIZE) < HEADER_SIZE)
		return false;
	req->type = get_le32(header);
	req->sector = get_le64(header + 8);
	req->nr_out =
		iov_slice(chain->segments, chain->nr_readable, HEADER_SIZE, UINT64_MAX, req->out);
	req->nr_in = iov_slice(writable, chain->nr_writable, 0, writable_size - 1, req->in);
	req->out_size = iov_size(req->out, req->nr_out);
	req->in_size = writable_size - 1;
	req->written = 0;
	return true;
}

int virtio_blk_execute(struct virtio_blk *blk, const struct virtqueue_chain *chain,
		       uint32_t *ret_written)
{
	const struct iovec *writable = virtqueue_writable(chain);
	uint64_t writable_size = iov_size(writable, chain->nr_writable);
	uint8_t status = VIRTIO_BLK_S_IOERR;
	struct request req;

	if (writable_size == 0)
		return -EPROTO;
	req.written = 0;
	if (parse_request(chain, writable_size, &req))
		status = do_request(blk, &req);
	iov_write(writable, chain->nr_writable, writable_size - 1, &status, sizeof(status));
	*ret_written = (uint32_t)(req.written + sizeof(status));
	return 0;
}

/* a driver that did not accept FLUSH expects completed writes to be durable (5.2.6.2) */
static void start(void *model, uint64_t features)
{
	struct virtio_blk *blk = model;

	blk->write_through = !(features & (1ull << VIRTIO_BLK_F_FLUSH));
}

static void serve(void *model, unsigned int queue, struct virtqueue *vq)
{
	struct virtio_blk *blk = model;
	struct virtqueue_chain chain;
	uint32_t written;

	(void)queue;
	while (virtqueue_pop(vq, &chain) > 0) {
		if (virtio_blk_execute(blk, &chain, &written) < 0) {
			virtqueue_break(vq);
			return;
		}
		virtqueue_push(vq, chain.head, written);
	}
}

static const struct virtio_device_ops virtio_blk_ops = { .start = start, .serve = serve };

static uint64_t features_of(const struct blk_image *image)
{
	uint64_t features = 1ull << VIRTIO_BLK_F_SIZE_MAX | 1ull << VIRTIO_BLK_F_SEG_MAX |
			    1ull << VIRTIO_BLK_F_FLUSH;

	if (image->read_only)
		return features | 1ull << VIRTIO_BLK_F_RO;
	return features | 1ull << VIRTIO_BLK_F_DISCARD | 1ull << VIRTIO_BLK_F_WRITE_ZEROES;
}

static void fill_config(struct virtio_blk *blk)
{
	struct virtio_blk_config *config = &blk->config;

	config->capacity = htole64(blk->nr_sectors);
	config->size_max = htole32(MAX_SEGMENT_SIZE);
	config->seg_max = htole32(MAX_DATA_SEGMENTS);
	if (blk->params.image.read_only)
		return;
	config->max_discard_sectors = htole32(MAX_DISCARD_SECTORS);
	config->max_discard_seg = htole32(MAX_DISCARD_RANGES);
	config->discard_sector_alignment = htole32(1);
	config->max_write_zeroes_sectors = htole32(MAX_ZERO_SECTORS);
	config->max_write_zeroes_seg = htole32(MAX_ZERO_RANGES);
	config->write_zeroes_may_unmap = 1;
}

int virtio_blk_create(const struct virtio_blk_params *params, struct virtio_blk **ret_blk)
{
	const struct blk_image *image = &params->image;
	uint64_t nr_sectors = image->size_bytes / SECTOR_SIZE;
	struct virtio_blk *blk;

	if (image->read_only && image->size_bytes % SECTOR_SIZE)
		nr_sectors++;
	if (nr_sectors == 0 || image->size_bytes > INT64_MAX)
		return -EINVAL;
	blk = calloc(1, sizeof(*blk));
	if (!blk)
		return -ENOMEM;
	blk->params = *params;
	blk->nr_sectors = nr_sectors;
	memcpy(blk->id, params->id, strnlen(params->id, sizeof(blk->id)));
	fill_config(blk);
	blk->device = (struct virtio_device){
		.id = VIRTIO_ID_BLOCK,
		.features = features_of(image),
		.nr_queues = 1,
		.queue_size = VIRTIO_BLK_QUEUE_SIZE,
		.config = &blk->config,
		.config_size = sizeof(blk->config),
		.ops = &virtio_blk_ops,
		.model = blk,
	};
	*ret_blk = blk;
	return 0;
}

void virtio_blk_destroy(struct virtio_blk *blk)
{
	free(blk);
}

const struct virtio_device *virtio_blk_device(const struct virtio_blk *blk)
{
	return &blk->device;
}
