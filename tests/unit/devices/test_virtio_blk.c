/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_mmio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/bytes.h"
#include "devices/virtio/blk.h"
#include "driver.h"

#define SECTORS	    64u
#define HEADER	    DATA_BASE
#define STATUS	    (DATA_BASE + 0x100)
#define DATA	    (DATA_BASE + 0x1000)
#define STATUS_NONE 0xee
#define NEEDS_RESET 0x40

struct fixture {
	struct driver driver;
	struct virtio_blk *blk;
	int fd;
	unsigned int nr_failed;
	int failed;
};

static void on_failed(void *ctx, int err)
{
	struct fixture *f = ctx;

	f->nr_failed++;
	f->failed = err;
}

/* sector n of the image is filled with n + 1 */
static void fill_image(int fd, unsigned int nr_sectors)
{
	uint8_t sector[512];

	for (unsigned int i = 0; i < nr_sectors; i++) {
		memset(sector, (int)i + 1, sizeof(sector));
		assert_int_equal(pwrite(fd, sector, 512, 512 * (off_t)i), 512);
	}
}

static void start_disk(struct fixture *f, int fd, uint64_t size_bytes, bool read_only,
		       uint64_t refused)
{
	struct virtio_blk_params params = {
		.image = { .fd = fd, .size_bytes = size_bytes, .read_only = read_only },
		.id = "portal-disk-0",
		.failed = on_failed,
		.ctx = f,
	};

	*f = (struct fixture){ .fd = fd };
	assert_int_equal(virtio_blk_create(&params, &f->blk), 0);
	driver_init(&f->driver, virtio_blk_device(f->blk));
	driver_negotiate(&f->driver, FEATURE_EVENT_IDX | refused);
	ring_init(&f->driver.ring, f->driver.mem, 16);
	driver_write_queue(&f->driver, &f->driver.ring.layout);
	driver_write(&f->driver, VIRTIO_MMIO_STATUS, 15);
}

static int memory_file(void)
{
	int fd = memfd_create("disk", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static struct fixture fixture;

static int setup(void **state)
{
	int fd = memory_file();

	fill_image(fd, SECTORS);
	start_disk(&fixture, fd, SECTORS * 512, false, 0);
	*state = &fixture;
	return 0;
}

static int setup_read_only(void **state)
{
	int fd = memory_file();

	fill_image(fd, SECTORS);
	start_disk(&fixture, fd, SECTORS * 512, true, 0);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	driver_done(&f->driver);
	virtio_blk_destroy(f->blk);
	close(f->fd);
	return 0;
}

static void write_header(struct fixture *f, uint32_t type, uint64_t sector)
{
	uint8_t *header = driver_ram(f->driver.mem, HEADER, 16);

	memset(header, 0, 16);
	put_le32(header, type);
	put_le64(header + 8, sector);
	*(uint8_t *)driver_ram(f->driver.mem, STATUS, 1) = STATUS_NONE;
}

static uint8_t notify(struct fixture *f, uint32_t *ret_len)
{
	uint32_t head;

	ring_offer(&f->driver.ring, 0);
	driver_notify(&f->driver);
	assert_true(ring_used(&f->driver.ring, &head, ret_len));
	assert_int_equal(head, 0);
	return *(uint8_t *)driver_ram(f->driver.mem, STATUS, 1);
}

/* header, one data buffer, status */
static uint8_t request(struct fixture *f, uint32_t type, uint64_t sector, uint32_t len,
		       uint32_t *ret_len)
{
	bool to_guest = type == VIRTIO_BLK_T_IN || type == VIRTIO_BLK_T_GET_ID;

	write_header(f, type, sector);
	ring_desc(&f->driver.ring, 0, HEADER, 16, F_NEXT, 1);
	ring_desc(&f->driver.ring, 1, DATA, len, F_NEXT | (to_guest ? F_WRITE : 0), 2);
	ring_desc(&f->driver.ring, 2, STATUS, 1, F_WRITE, 0);
	return notify(f, ret_len);
}

static uint8_t request_status(struct fixture *f, uint32_t type, uint64_t sector, uint32_t len)
{
	uint32_t written;

	return request(f, type, sector, len, &written);
}

static uint8_t *data(struct fixture *f)
{
	return driver_ram(f->driver.mem, DATA, 0x10000);
}

static uint8_t byte_on_disk(const struct fixture *f, uint64_t offset)
{
	uint8_t byte;

	assert_int_equal(pread(f->fd, &byte, 1, (off_t)offset), 1);
	return byte;
}

static void test_virtio_blk_config_has_capacity_and_limits(void **state)
{
	struct fixture *f = *state;
	const uint64_t base = VIRTIO_MMIO_CONFIG;

	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_DEVICE_ID), 2);
	assert_int_equal(driver_read(&f->driver, base), SECTORS);
	assert_int_equal(driver_read(&f->driver, base + 4), 0);
	assert_int_equal(
		driver_read(&f->driver, base + offsetof(struct virtio_blk_config, seg_max)),
		VIRTIO_BLK_QUEUE_SIZE - 2);
}

static void test_virtio_blk_read_returns_sectors(void **state)
{
	struct fixture *f = *state;
	uint32_t len;

	assert_int_equal(request(f, VIRTIO_BLK_T_IN, 3, 1024, &len), VIRTIO_BLK_S_OK);
	assert_int_equal(len, 1025);
	assert_int_equal(data(f)[0], 4);
	assert_int_equal(data(f)[511], 4);
	assert_int_equal(data(f)[512], 5);
	assert_int_equal(data(f)[1023], 5);
	assert_int_equal(f->driver.nr_irqs, 1);
}

static void test_virtio_blk_write_reaches_the_image(void **state)
{
	struct fixture *f = *state;
	uint32_t len;

	memset(data(f), 0xab, 512);
	assert_int_equal(request(f, VIRTIO_BLK_T_OUT, 7, 512, &len), VIRTIO_BLK_S_OK);
	assert_int_equal(len, 1);
	assert_int_equal(byte_on_disk(f, 7 * 512), 0xab);
	assert_int_equal(byte_on_disk(f, 8 * 512 - 1), 0xab);
	assert_int_equal(byte_on_disk(f, 8 * 512), 9);
	assert_int_equal(byte_on_disk(f, 7 * 512 - 1), 7);
}

static void test_virtio_blk_layout_is_independent_of_descriptors(void **state)
{
	struct fixture *f = *state;
	struct ring *ring = &f->driver.ring;
	uint32_t len;

	write_header(f, VIRTIO_BLK_T_IN, 9);
	ring_desc(ring, 0, HEADER, 3, F_NEXT, 1);
	ring_desc(ring, 1, HEADER + 3, 13, F_NEXT, 2);
	ring_desc(ring, 2, DATA, 100, F_NEXT | F_WRITE, 3);
	/* the rest of the data and the status in one descriptor */
	ring_desc(ring, 3, DATA + 0x1000, 413, F_WRITE, 0);
	(void)notify(f, &len);
	assert_int_equal(len, 513);
	assert_int_equal(data(f)[99], 10);
	assert_int_equal(data(f)[100], 0);
	assert_int_equal(data(f)[0x1000 + 411], 10);
	assert_int_equal(data(f)[0x1000 + 412], VIRTIO_BLK_S_OK);
}

static void test_virtio_blk_request_in_indirect_table(void **state)
{
	struct fixture *f = *state;
	uint32_t len;

	write_header(f, VIRTIO_BLK_T_IN, 1);
	ring_write_desc(&f->driver.ring, RING_TABLE, 0, HEADER, 16, F_NEXT, 1);
	ring_write_desc(&f->driver.ring, RING_TABLE, 1, DATA, 512, F_NEXT | F_WRITE, 2);
	ring_write_desc(&f->driver.ring, RING_TABLE, 2, STATUS, 1, F_WRITE, 0);
	ring_desc(&f->driver.ring, 0, RING_TABLE, 48, F_INDIRECT, 0);
	assert_int_equal(notify(f, &len), VIRTIO_BLK_S_OK);
	assert_int_equal(data(f)[0], 2);
}

static void test_virtio_blk_flush_succeeds_repeatedly(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 200; i++)
		assert_int_equal(request_status(f, VIRTIO_BLK_T_FLUSH, 0, 0), VIRTIO_BLK_S_OK);
}

static void test_virtio_blk_get_id_returns_id(void **state)
{
	struct fixture *f = *state;
	uint32_t len;

	memset(data(f), 0xff, 32);
	assert_int_equal(request(f, VIRTIO_BLK_T_GET_ID, 0, 20, &len), VIRTIO_BLK_S_OK);
	assert_int_equal(len, 21);
	assert_string_equal((char *)data(f), "portal-disk-0");
	assert_int_equal(data(f)[19], 0);
	assert_int_equal(data(f)[20], 0xff);
}

static void put_range(struct fixture *f, unsigned int i, uint64_t sector, uint32_t nr,
		      uint32_t flags)
{
	uint8_t *range = data(f) + 16 * (size_t)i;

	put_le64(range, sector);
	put_le32(range + 8, nr);
	put_le32(range + 12, flags);
}

static void test_virtio_blk_discarded_ranges_read_as_zero(void **state)
{
	struct fixture *f = *state;

	put_range(f, 0, 8, 8, 0);
	put_range(f, 1, 32, 8, 0);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_DISCARD, 0, 32), VIRTIO_BLK_S_OK);
	assert_int_equal(byte_on_disk(f, 8 * 512 - 1), 8);
	assert_int_equal(byte_on_disk(f, 8 * 512), 0);
	assert_int_equal(byte_on_disk(f, 16 * 512 - 1), 0);
	assert_int_equal(byte_on_disk(f, 16 * 512), 17);
	assert_int_equal(byte_on_disk(f, 32 * 512), 0);
}

static void test_virtio_blk_write_zeroes_with_and_without_unmap(void **state)
{
	struct fixture *f = *state;

	put_range(f, 0, 1, 1, 0);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_WRITE_ZEROES, 0, 16), VIRTIO_BLK_S_OK);
	put_range(f, 0, 3, 1, 1);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_WRITE_ZEROES, 0, 16), VIRTIO_BLK_S_OK);
	assert_int_equal(byte_on_disk(f, 512), 0);
	assert_int_equal(byte_on_disk(f, 1024), 3);
	assert_int_equal(byte_on_disk(f, 3 * 512), 0);
	assert_int_equal(byte_on_disk(f, 4 * 512), 5);
}

static void test_virtio_blk_write_without_flush_feature(void **state)
{
	struct fixture f;
	void *opaque = &f;
	int fd = memory_file();

	(void)state;
	fill_image(fd, SECTORS);
	start_disk(&f, fd, SECTORS * 512, false, 1ull << VIRTIO_BLK_F_FLUSH);
	memset(data(&f), 0x42, 512);
	assert_int_equal(request_status(&f, VIRTIO_BLK_T_OUT, 0, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(byte_on_disk(&f, 0), 0x42);
	teardown(&opaque);
}

/* ---- images with an incomplete last sector, images that shrink ---- */

static void test_virtio_blk_read_only_incomplete_sector_is_padded(void **state)
{
	struct fixture f;
	void *opaque = &f;
	int fd = memory_file();

	(void)state;
	fill_image(fd, 2);
	assert_int_equal(ftruncate(fd, 612), 0);
	start_disk(&f, fd, 612, true, 0);
	assert_int_equal(driver_read(&f.driver, VIRTIO_MMIO_CONFIG), 2);
	memset(data(&f), 0xff, 1024);
	assert_int_equal(request_status(&f, VIRTIO_BLK_T_IN, 0, 1024), VIRTIO_BLK_S_OK);
	assert_int_equal(data(&f)[611], 2);
	assert_int_equal(data(&f)[612], 0);
	assert_int_equal(data(&f)[1023], 0);
	teardown(&opaque);
}

static void test_virtio_blk_image_below_one_sector_is_einval(void **state)
{
	struct virtio_blk_params params = { .image = { .fd = -1 }, .id = "" };
	struct virtio_blk *blk;

	(void)state;
	assert_int_equal(virtio_blk_create(&params, &blk), -EINVAL);
	params.image.size_bytes = 511;
	assert_int_equal(virtio_blk_create(&params, &blk), -EINVAL);
	params.image.size_bytes = (uint64_t)INT64_MAX + 1;
	assert_int_equal(virtio_blk_create(&params, &blk), -EINVAL);
}

static void test_virtio_blk_image_truncated_while_running_is_io_error(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ftruncate(f->fd, 512), 0);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_IN, 0, 1024), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_IN, 4, 512), VIRTIO_BLK_S_IOERR);
	assert_int_equal(f->nr_failed, 1);
	assert_int_equal(f->failed, -EIO);
}

/* a file size limit has the effect of a full disk: writes are short at the limit, then fail */
static void test_virtio_blk_write_error_is_reported_once(void **state)
{
	struct rlimit before, tight = { 8 * 512 + 100, RLIM_INFINITY };
	struct fixture f;
	void *opaque = &f;
	char path[] = "/tmp/portal-blk-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	fill_image(fd, 8);
	start_disk(&f, fd, 64 * 512, false, 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	tight.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	memset(data(&f), 0x99, 1024);
	for (int i = 0; i < 3; i++)
		assert_int_equal(request_status(&f, VIRTIO_BLK_T_OUT, 7, 1024), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request_status(&f, VIRTIO_BLK_T_OUT, 0, 1024), VIRTIO_BLK_S_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(f.nr_failed, 1);
	assert_int_equal(f.failed, -EFBIG);
	/* the data before the limit has been written once, at its place */
	assert_int_equal(byte_on_disk(&f, 8 * 512 - 1), 0x99);
	assert_int_equal(byte_on_disk(&f, 8 * 512 + 99), 0x99);
	teardown(&opaque);
}

/* ---- attack family 7: wrong direction ---- */

static void test_virtio_blk_read_only_disk_refuses_changes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(request_status(f, VIRTIO_BLK_T_IN, 0, 512), VIRTIO_BLK_S_OK);
	memset(data(f), 0xcc, 512);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_OUT, 0, 512), VIRTIO_BLK_S_IOERR);
	put_range(f, 0, 0, 1, 0);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_DISCARD, 0, 16), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_WRITE_ZEROES, 0, 16), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_FLUSH, 0, 0), VIRTIO_BLK_S_OK);
	assert_int_equal(byte_on_disk(f, 0), 1);
}

static void test_virtio_blk_request_without_status_needs_reset(void **state)
{
	struct fixture *f = *state;

	write_header(f, VIRTIO_BLK_T_FLUSH, 0);
	ring_desc(&f->driver.ring, 0, HEADER, 16, 0, 0);
	ring_offer(&f->driver.ring, 0);
	driver_notify(&f->driver);
	assert_int_equal(driver_read(&f->driver, VIRTIO_MMIO_STATUS), 15 | NEEDS_RESET);
	assert_int_equal(ring_used_idx(&f->driver.ring), 0);
}

static void test_virtio_blk_header_short_or_writable_is_io_error(void **state)
{
	struct fixture *f = *state;
	uint32_t len;

	write_header(f, VIRTIO_BLK_T_IN, 0);
	ring_desc(&f->driver.ring, 0, HEADER, 15, F_NEXT, 1);
	ring_desc(&f->driver.ring, 1, STATUS, 1, F_WRITE, 0);
	assert_int_equal(notify(f, &len), VIRTIO_BLK_S_IOERR);
	write_header(f, VIRTIO_BLK_T_IN, 0);
	ring_desc(&f->driver.ring, 0, HEADER, 16, F_NEXT | F_WRITE, 1);
	assert_int_equal(notify(f, &len), VIRTIO_BLK_S_IOERR);
	assert_int_equal(len, 1);
}

static void test_virtio_blk_wrong_data_direction_transfers_nothing(void **state)
{
	struct fixture *f = *state;
	uint32_t len;

	memset(data(f), 0x33, 512);
	write_header(f, VIRTIO_BLK_T_IN, 0);
	ring_desc(&f->driver.ring, 0, HEADER, 16, F_NEXT, 1);
	ring_desc(&f->driver.ring, 1, DATA, 512, F_NEXT, 2);
	ring_desc(&f->driver.ring, 2, STATUS, 1, F_WRITE, 0);
	(void)notify(f, &len);
	assert_int_equal(len, 1);
	assert_int_equal(data(f)[0], 0x33);
	write_header(f, VIRTIO_BLK_T_OUT, 0);
	ring_desc(&f->driver.ring, 1, DATA, 512, F_NEXT | F_WRITE, 2);
	(void)notify(f, &len);
	assert_int_equal(byte_on_disk(f, 0), 1);
}

/* ---- attack family 10: values in requests ---- */

static void test_virtio_blk_range_beyond_the_end_is_io_error(void **state)
{
	static const uint64_t sectors[] = { SECTORS,	      SECTORS + 1,    SECTORS - 1,
					    UINT64_MAX,	      UINT64_MAX - 1, 1ull << 55,
					    (1ull << 55) - 1, 1ull << 63 };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(sectors); i++) {
		assert_int_equal(request_status(f, VIRTIO_BLK_T_IN, sectors[i], 1024),
				 VIRTIO_BLK_S_IOERR);
		assert_int_equal(request_status(f, VIRTIO_BLK_T_OUT, sectors[i], 1024),
				 VIRTIO_BLK_S_IOERR);
	}
	assert_int_equal(request_status(f, VIRTIO_BLK_T_IN, SECTORS - 2, 1024), VIRTIO_BLK_S_OK);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_OUT, SECTORS - 1, 512), VIRTIO_BLK_S_OK);
	assert_int_equal(f->nr_failed, 0);
	assert_int_equal(lseek(f->fd, 0, SEEK_END), SECTORS * 512);
}

static void test_virtio_blk_incomplete_sector_is_io_error(void **state)
{
	static const uint32_t sizes[] = { 1, 511, 513, 1023 };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_int_equal(request_status(f, VIRTIO_BLK_T_IN, 0, sizes[i]),
				 VIRTIO_BLK_S_IOERR);
		assert_int_equal(request_status(f, VIRTIO_BLK_T_OUT, 0, sizes[i]),
				 VIRTIO_BLK_S_IOERR);
	}
	assert_int_equal(byte_on_disk(f, 0), 1);
}

static void test_virtio_blk_unknown_type_is_unsupported(void **state)
{
	static const uint32_t types[] = { 2,  3,  5,  6,   7,		9,	   10,
					  12, 14, 15, 100, 0x80000000u, UINT32_MAX };
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		assert_int_equal(request_status(f, types[i], 0, 512), VIRTIO_BLK_S_UNSUPP);
}

static void test_virtio_blk_get_id_buffer_too_small_is_io_error(void **state)
{
	struct fixture *f = *state;

	data(f)[0] = 0x11;
	assert_int_equal(request_status(f, VIRTIO_BLK_T_GET_ID, 0, 1), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_GET_ID, 0, 19), VIRTIO_BLK_S_IOERR);
	assert_int_equal(data(f)[0], 0x11);
}

static void test_virtio_blk_discard_and_zero_beyond_the_end(void **state)
{
	static const struct {
		uint64_t sector;
		uint32_t nr;
	} bad[] = {
		{ 0, SECTORS + 1 }, { 0, UINT32_MAX }, { SECTORS, 1 },
		{ UINT64_MAX, 1 },  { 1, SECTORS },    { 1ull << 55, 1 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put_range(f, 0, bad[i].sector, bad[i].nr, 0);
		assert_int_equal(request_status(f, VIRTIO_BLK_T_DISCARD, 0, 16),
				 VIRTIO_BLK_S_IOERR);
		assert_int_equal(request_status(f, VIRTIO_BLK_T_WRITE_ZEROES, 0, 16),
				 VIRTIO_BLK_S_IOERR);
	}
	assert_int_equal(byte_on_disk(f, 0), 1);
	assert_int_equal(byte_on_disk(f, SECTORS * 512 - 1), SECTORS);
}

static void test_virtio_blk_undefined_discard_flags_unsupported(void **state)
{
	struct fixture *f = *state;

	put_range(f, 0, 0, 1, 1);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_DISCARD, 0, 16), VIRTIO_BLK_S_UNSUPP);
	put_range(f, 0, 0, 1, 2);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_WRITE_ZEROES, 0, 16), VIRTIO_BLK_S_UNSUPP);
	assert_int_equal(byte_on_disk(f, 0), 1);
}

static void test_virtio_blk_discard_number_of_ranges_is_checked(void **state)
{
	struct fixture *f = *state;

	memset(data(f), 0, 0x4000);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_DISCARD, 0, 0), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_DISCARD, 0, 15), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_DISCARD, 0, 17), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_DISCARD, 0, 16 * 16), VIRTIO_BLK_S_OK);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_DISCARD, 0, 16 * 17), VIRTIO_BLK_S_IOERR);
	assert_int_equal(request_status(f, VIRTIO_BLK_T_WRITE_ZEROES, 0, 32), VIRTIO_BLK_S_IOERR);
}

static void test_virtio_blk_data_overlapping_header_and_status(void **state)
{
	struct fixture *f = *state;
	uint32_t len;

	write_header(f, VIRTIO_BLK_T_IN, 5);
	ring_desc(&f->driver.ring, 0, HEADER, 16, F_NEXT, 1);
	ring_desc(&f->driver.ring, 1, HEADER, 512, F_NEXT | F_WRITE, 2);
	ring_desc(&f->driver.ring, 2, STATUS, 1, F_WRITE, 0);
	assert_int_equal(notify(f, &len), VIRTIO_BLK_S_OK);
	assert_int_equal(*(uint8_t *)driver_ram(f->driver.mem, HEADER + 511, 1), 6);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_virtio_blk_config_has_capacity_and_limits),
		T(test_virtio_blk_read_returns_sectors),
		T(test_virtio_blk_write_reaches_the_image),
		T(test_virtio_blk_layout_is_independent_of_descriptors),
		T(test_virtio_blk_request_in_indirect_table),
		T(test_virtio_blk_flush_succeeds_repeatedly),
		T(test_virtio_blk_get_id_returns_id),
		T(test_virtio_blk_discarded_ranges_read_as_zero),
		T(test_virtio_blk_write_zeroes_with_and_without_unmap),
		cmocka_unit_test(test_virtio_blk_write_without_flush_feature),
		cmocka_unit_test(test_virtio_blk_read_only_incomplete_sector_is_padded),
		cmocka_unit_test(test_virtio_blk_image_below_one_sector_is_einval),
		T(test_virtio_blk_image_truncated_while_running_is_io_error),
		cmocka_unit_test(test_virtio_blk_write_error_is_reported_once),
		cmocka_unit_test_setup_teardown(test_virtio_blk_read_only_disk_refuses_changes,
						setup_read_only, teardown),
		T(test_virtio_blk_request_without_status_needs_reset),
		T(test_virtio_blk_header_short_or_writable_is_io_error),
		T(test_virtio_blk_wrong_data_direction_transfers_nothing),
		T(test_virtio_blk_range_beyond_the_end_is_io_error),
		T(test_virtio_blk_incomplete_sector_is_io_error),
		T(test_virtio_blk_unknown_type_is_unsupported),
		T(test_virtio_blk_get_id_buffer_too_small_is_io_error),
		T(test_virtio_blk_discard_and_zero_beyond_the_end),
		T(test_virtio_blk_undefined_discard_flags_unsupported),
		T(test_virtio_blk_discard_number_of_ranges_is_checked),
		T(test_virtio_blk_data_overlapping_header_and_status),
	};

	return cmocka_run_group_tests_name("virtio_blk", tests, NULL, NULL);
}
