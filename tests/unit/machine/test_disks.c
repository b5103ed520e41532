/* SPDX-License-Identifier: MIT */
/*
 * Disks over real files. Replaced: virtio_blk_create(), which keeps the disk so that a test can
 * make requests on it; fstat and ioctl, by which a file can be a block device; fcntl, by which a
 * file system can lack locks; pwritev2, by which the host can be out of space.
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/virtio_blk.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "arch/arch.h"
#include "base/bytes.h"
#include "base/io.h"
#include "devices/virtio/blk.h"
#include "lib/capture.h"
#include "machine/disks.h"
#include "samples.h"

#define NR_DISKS 7 /* the root, and as many as config takes */

static struct rig {
	char *dir;
	struct guest_mem *mem;
	struct bus mmio;
	struct virtio_slots slots;
	struct handover handover;
	struct vmm_config config;
	struct virtio_blk *blks[NR_DISKS];
	struct virtio_blk_params params[NR_DISKS];
	size_t nr_blks;
	uint64_t block_size; /* files are block devices of that size; 0: they are not */
	int block_errno;     /* of BLKGETSIZE64 */
	int lock_errno, write_errno;
	bool is_no_blk;
	int stat_errno;
	bool is_no_calloc;
	unsigned int fail_strdup; /* this call fails; 0: none */
} rig;

int __real_virtio_blk_create(const struct virtio_blk_params *params, struct virtio_blk **ret_blk);
int __wrap_virtio_blk_create(const struct virtio_blk_params *params, struct virtio_blk **ret_blk);
int __real_fstat(int fd, struct stat *ret_stat);
int __wrap_fstat(int fd, struct stat *ret_stat);
int __wrap_fstat64(int fd, struct stat *ret_stat);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, ...);
void *__real_calloc(size_t nr, size_t size);
void *__wrap_calloc(size_t nr, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
ssize_t __real_pwritev64v2(int fd, const struct iovec *iov, int nr, off_t offset, int flags);
ssize_t __wrap_pwritev64v2(int fd, const struct iovec *iov, int nr, off_t offset, int flags);

int __wrap_virtio_blk_create(const struct virtio_blk_params *params, struct virtio_blk **ret_blk)
{
	int err = rig.is_no_blk ? -ENOMEM : __real_virtio_blk_create(params, ret_blk);

	if (err == 0) {
		rig.params[rig.nr_blks] = *params;
		rig.blks[rig.nr_blks++] = *ret_blk;
	}
	return err;
}

int __wrap_fstat(int fd, struct stat *ret_stat)
{
	int ret = __real_fstat(fd, ret_stat);

	if (ret == 0 && rig.block_size)
		ret_stat->st_mode = S_IFBLK | 0600;
	errno = rig.stat_errno;
	return rig.stat_errno ? -1 : ret;
}

int __wrap_fstat64(int fd, struct stat *ret_stat)
{
	return __wrap_fstat(fd, ret_stat);
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list ap;

	assert_true(fd >= 0);
	assert_int_equal(request, BLKGETSIZE64);
	va_start(ap, request);
	*va_arg(ap, uint64_t *) = rig.block_size;
	va_end(ap);
	errno = rig.block_errno;
	return rig.block_errno ? -1 : 0;
}

int __wrap_fcntl64(int fd, int command, ...)
{
	void *arg;
	va_list ap;

	va_start(ap, command);
	arg = va_arg(ap, void *);
	va_end(ap);
	errno = rig.lock_errno;
	return rig.lock_errno ? -1 : __real_fcntl64(fd, command, arg);
}

ssize_t __wrap_pwritev64v2(int fd, const struct iovec *iov, int nr, off_t offset, int flags)
{
	errno = rig.write_errno;
	return rig.write_errno ? -1 : __real_pwritev64v2(fd, iov, nr, offset, flags);
}

void *__wrap_calloc(size_t nr, size_t size)
{
	return rig.is_no_calloc ? NULL : __real_calloc(nr, size);
}

char *__wrap_strdup(const char *text)
{
	return rig.fail_strdup > 0 && --rig.fail_strdup == 0 ? NULL : __real_strdup(text);
}

static void no_irq(void *ctx, unsigned int gsi)
{
	(void)ctx;
	(void)gsi;
}

static int setup(void **state)
{
	(void)state;
	rig = (struct rig){ .dir = sample_dir(), .handover = HANDOVER_NONE };
	assert_int_equal(mem_create(&rig.mem), 0);
	bus_init(&rig.mmio);
	rig.slots = (struct virtio_slots){ .mem = rig.mem, .mmio = &rig.mmio, .irq.raise = no_irq };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	virtio_slots_destroy(&rig.slots);
	handover_done(&rig.handover);
	mem_destroy(rig.mem);
	sample_remove(rig.dir);
	return 0;
}

/* Return: until the next call but NR_DISKS */
static const char *in_dir(const char *name)
{
	static char paths[NR_DISKS][128];
	static unsigned int next;
	char *path = paths[next++ % NR_DISKS];

	snprintf(path, sizeof(paths[0]), "%s/%s", rig.dir, name);
	return path;
}

static void put_image(const char *name, size_t size)
{
	static const uint8_t zeros[8192];

	sample_put(rig.dir, name, zeros, size);
}

static void add_option(const char *spec)
{
	rig.config.disks[rig.config.nr_disks++] = spec;
}

static int add(void)
{
	return disks_add(&rig.handover, &rig.config, &rig.slots);
}

/* that --disk @spec is refused with @message behind its name, and leaves no disk */
static void refuse(const char *spec, const char *message)
{
	char expected[256];
	const char *text;
	int err;

	add_option(spec);
	snprintf(expected, sizeof(expected), "error: --disk %s: %s\n", spec, message);
	capture_start();
	err = add();
	text = capture_stop();
	assert_int_equal(err, -EINVAL);
	assert_has(text, expected);
	assert_int_equal(rig.slots.nr, 0);
}

/* one request on a disk: a header, @data, a status. Return: the status */
static uint8_t request(size_t disk, uint32_t type, void *data, size_t len, bool to_device)
{
	static struct virtqueue_chain chain;
	struct virtio_blk_outhdr header = { .type = type };
	uint8_t status = 0xff;
	uint32_t written;

	chain = (struct virtqueue_chain){ .nr_readable = to_device ? 2 : 1,
					  .nr_writable = to_device ? 1 : 2 };
	chain.segments[0] = (struct iovec){ &header, sizeof(header) };
	chain.segments[1] = (struct iovec){ data, len };
	chain.segments[2] = (struct iovec){ &status, 1 };
	assert_int_equal(virtio_blk_execute(rig.blks[disk], &chain, &written), 0);
	return status;
}

static void use_root(bool write)
{
	put_image("root.img", 4096);
	rig.handover.root_fd = open(in_dir("root.img"), O_RDWR | O_CLOEXEC);
	assert_true(rig.handover.root_fd >= 0);
	rig.handover.root_path = strdup(in_dir("root.img"));
	rig.handover.root_write = write;
}

static void test_no_disks_are_no_error(void **state)
{
	(void)state;
	assert_int_equal(add(), 0);
	assert_int_equal(rig.slots.nr, 0);
}

static void test_root_is_the_first_disk(void **state)
{
	(void)state;
	use_root(false);
	put_image("b.img", 1024);
	put_image("c.img", 2048);
	add_option(in_dir("b.img"));
	add_option(in_dir("c.img,ro"));
	assert_int_equal(add(), 0);
	assert_int_equal(rig.slots.nr, 3);
	assert_int_equal(rig.params[0].image.size_bytes, 4096);
	assert_int_equal(rig.params[1].image.size_bytes, 1024);
	assert_int_equal(rig.params[2].image.size_bytes, 2048);
	assert_true(rig.params[0].image.read_only);
	assert_false(rig.params[1].image.read_only);
	assert_true(rig.params[2].image.read_only);
	/* the disk has the descriptor now */
	assert_int_equal(rig.handover.root_fd, -1);
}

static void test_root_that_is_written_is_not_read_only(void **state)
{
	(void)state;
	use_root(true);
	assert_int_equal(add(), 0);
	assert_false(rig.params[0].image.read_only);
}

static void test_empty_root_is_named(void **state)
{
	const char *text;
	int err, fd;

	(void)state;
	use_root(false);
	fd = rig.handover.root_fd;
	assert_int_equal(ftruncate(fd, 0), 0);
	capture_start();
	err = add();
	text = capture_stop();
	assert_int_equal(err, -EINVAL);
	assert_has(text, "/root.img: Invalid argument");
	/* and its descriptor is closed */
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void test_failed_root_ends_before_the_other_disks(void **state)
{
	(void)state;
	use_root(false);
	put_image("b.img", 1024);
	add_option(in_dir("b.img"));
	rig.is_no_blk = true;
	capture_start();
	assert_int_equal(add(), -ENOMEM);
	assert_has(capture_stop(), "/root.img: Cannot allocate memory");
}

static void test_serial_number_is_the_name_without_directories(void **state)
{
	char id[VIRTIO_BLK_ID_BYTES];

	(void)state;
	put_image("store.img", 512);
	add_option(in_dir("store.img,ro"));
	assert_int_equal(add(), 0);
	assert_int_equal(request(0, VIRTIO_BLK_T_GET_ID, id, sizeof(id), false), VIRTIO_BLK_S_OK);
	assert_string_equal(id, "store.img");
}

static void test_name_with_a_comma_is_not_an_option(void **state)
{
	(void)state;
	put_image("a,b", 512);
	add_option(in_dir("a,b"));
	assert_int_equal(add(), 0);
	assert_false(rig.params[0].image.read_only);
}

static void test_name_without_a_directory_is_its_own_serial_number(void **state)
{
	char id[VIRTIO_BLK_ID_BYTES];

	(void)state;
	put_image("here.img", 512);
	assert_int_equal(chdir(rig.dir), 0);
	add_option("here.img");
	assert_int_equal(add(), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(request(0, VIRTIO_BLK_T_GET_ID, id, sizeof(id), false), VIRTIO_BLK_S_OK);
	assert_string_equal(id, "here.img");
}

static void test_missing_file_is_refused(void **state)
{
	(void)state;
	refuse(in_dir("missing.img"), "No such file or directory");
}

static void test_directory_is_refused(void **state)
{
	(void)state;
	refuse(rig.dir, "Is a directory");
}

static void test_directory_to_be_read_is_refused(void **state)
{
	char spec[128];

	(void)state;
	snprintf(spec, sizeof(spec), "%s,ro", rig.dir);
	refuse(spec, "not a file or block device of at least 512 bytes");
}

static void test_file_below_a_sector_is_refused(void **state)
{
	(void)state;
	put_image("small.img", 511);
	refuse(in_dir("small.img"), "not a file or block device of at least 512 bytes");
}

static void test_file_that_cannot_be_examined_is_refused(void **state)
{
	(void)state;
	put_image("odd.img", 4096);
	rig.stat_errno = EIO;
	refuse(in_dir("odd.img"), "Input/output error");
	rig.stat_errno = 0;
}

static void test_disk_without_memory_is_refused(void **state)
{
	(void)state;
	put_image("a.img", 4096);
	rig.is_no_calloc = true;
	refuse(in_dir("a.img"), "Cannot allocate memory");
	rig.is_no_calloc = false;
}

static void test_disk_without_memory_for_its_name_is_refused(void **state)
{
	(void)state;
	put_image("a.img", 4096);
	rig.fail_strdup = 2;
	refuse(in_dir("a.img"), "Cannot allocate memory");
}

static void test_option_without_memory_is_enomem(void **state)
{
	const char *text;
	int err;

	(void)state;
	put_image("a.img", 4096);
	add_option(in_dir("a.img"));
	rig.fail_strdup = 1;
	capture_start();
	err = add();
	text = capture_stop();
	assert_int_equal(err, -ENOMEM);
	assert_has(text, "/a.img: Cannot allocate memory\n");
}

static void test_block_device_has_the_size_that_it_reports(void **state)
{
	(void)state;
	put_image("sda", 0);
	rig.block_size = MIB(3);
	add_option(in_dir("sda"));
	assert_int_equal(add(), 0);
	assert_int_equal(rig.params[0].image.size_bytes, MIB(3));
}

static void test_block_device_below_a_sector_is_refused(void **state)
{
	(void)state;
	put_image("sda", 4096);
	rig.block_size = 511;
	refuse(in_dir("sda"), "not a file or block device of at least 512 bytes");
}

static void test_block_device_without_a_medium_is_refused(void **state)
{
	(void)state;
	put_image("sda", 4096);
	rig.block_size = MIB(1);
	rig.block_errno = ENOMEDIUM;
	refuse(in_dir("sda"), "No medium found");
}

static void test_image_that_another_program_has_is_refused(void **state)
{
	auto_close int fd = -1;

	(void)state;
	put_image("used.img", 4096);
	fd = open(in_dir("used.img"), O_RDWR | O_CLOEXEC);
	assert_int_equal(io_lock(fd, true), 0);
	refuse(in_dir("used.img"), "in use by another program; only one may write to it");
}

static void test_image_that_another_program_writes_is_not_read(void **state)
{
	auto_close int fd = -1;

	(void)state;
	put_image("used.img", 4096);
	fd = open(in_dir("used.img"), O_RDWR | O_CLOEXEC);
	assert_int_equal(io_lock(fd, true), 0);
	refuse(in_dir("used.img,ro"), "in use by another program; only one may write to it");
}

static void test_image_can_be_read_by_two(void **state)
{
	auto_close int fd = -1;

	(void)state;
	put_image("shared.img", 4096);
	fd = open(in_dir("shared.img"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(io_lock(fd, false), 0);
	add_option(in_dir("shared.img,ro"));
	assert_int_equal(add(), 0);
}

static void test_image_stays_locked_while_it_is_a_disk(void **state)
{
	auto_close int fd = -1;

	(void)state;
	put_image("ours.img", 4096);
	add_option(in_dir("ours.img"));
	assert_int_equal(add(), 0);
	fd = open(in_dir("ours.img"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(io_lock(fd, false), -EBUSY);
	virtio_slots_destroy(&rig.slots);
	assert_int_equal(io_lock(fd, false), 0);
}

static void test_image_to_be_written_needs_a_lock(void **state)
{
	(void)state;
	put_image("nfs.img", 4096);
	rig.lock_errno = ENOLCK;
	refuse(in_dir("nfs.img"), "No locks available");
}

static void test_image_to_be_read_needs_no_lock(void **state)
{
	(void)state;
	put_image("nfs.img", 4096);
	rig.lock_errno = ENOLCK;
	add_option(in_dir("nfs.img,ro"));
	assert_int_equal(add(), 0);
}

static void test_disk_without_a_slot_is_refused(void **state)
{
	unsigned int max = arch_platform()->virtio_max;
	const char *text;
	int err;

	(void)state;
	put_image("late.img", 4096);
	add_option(in_dir("late.img"));
	rig.slots.nr = max;
	capture_start();
	err = add();
	text = capture_stop();
	assert_int_equal(rig.slots.nr, max);
	rig.slots.nr = 0;
	assert_int_equal(err, -EINVAL);
	assert_has(text, "late.img: no virtio slot is left");
}

/* Return: what the user reads when the guest's write fails with @error */
static const char *failed_write(int error)
{
	uint8_t sector[512] = { 0 };

	put_image("data.img", 4096);
	add_option(in_dir("data.img"));
	assert_int_equal(add(), 0);
	rig.write_errno = error;
	capture_start();
	assert_int_equal(request(0, VIRTIO_BLK_T_OUT, sector, sizeof(sector), true),
			 VIRTIO_BLK_S_IOERR);
	return capture_stop();
}

static void test_failed_write_is_reported_with_the_image(void **state)
{
	const char *text;

	(void)state;
	text = failed_write(EIO);
	assert_has(text, "warn: ");
	assert_has(text, "/data.img: Input/output error; the guest gets an I/O error\n");
}

static void test_write_without_space_is_reported_with_advice(void **state)
{
	(void)state;
	assert_has(failed_write(ENOSPC), "/data.img: No space left on device; the guest gets an "
					 "I/O error: make room on the host's file system\n");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_no_disks_are_no_error),
		CASE(test_root_is_the_first_disk),
		CASE(test_root_that_is_written_is_not_read_only),
		CASE(test_empty_root_is_named),
		CASE(test_failed_root_ends_before_the_other_disks),
		CASE(test_serial_number_is_the_name_without_directories),
		CASE(test_name_with_a_comma_is_not_an_option),
		CASE(test_name_without_a_directory_is_its_own_serial_number),
		CASE(test_missing_file_is_refused),
		CASE(test_directory_is_refused),
		CASE(test_directory_to_be_read_is_refused),
		CASE(test_file_below_a_sector_is_refused),
		CASE(test_file_that_cannot_be_examined_is_refused),
		CASE(test_disk_without_memory_is_refused),
		CASE(test_disk_without_memory_for_its_name_is_refused),
		CASE(test_option_without_memory_is_enomem),
		CASE(test_block_device_has_the_size_that_it_reports),
		CASE(test_block_device_below_a_sector_is_refused),
		CASE(test_block_device_without_a_medium_is_refused),
		CASE(test_image_that_another_program_has_is_refused),
		CASE(test_image_that_another_program_writes_is_not_read),
		CASE(test_image_can_be_read_by_two),
		CASE(test_image_stays_locked_while_it_is_a_disk),
		CASE(test_image_to_be_written_needs_a_lock),
		CASE(test_image_to_be_read_needs_no_lock),
		CASE(test_disk_without_a_slot_is_refused),
		CASE(test_failed_write_is_reported_with_the_image),
		CASE(test_write_without_space_is_reported_with_advice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
