/* SPDX-License-Identifier: MIT */
/*
 * bench_buffers KIND N: N times openat() of a 63-character path in memory of that KIND. A program
 * that watches the system call has to read the path; the kernel always can. Prints how often the
 * path was in that state.
 *
 *	present		in a page that is mapped
 *	absent		in a page of a shared file mapping that was dropped
 *	lazy		in a page of a shared file mapping that was never accessed
 *	swapped		in a page that is on the swap device
 *	crossing	across two pages, the second one dropped
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define PAGE	    4096
#define NR_PAGES    2
#define PATH_FORMAT "/tmp/bench/state-%046lu"
#define PATH_SIZE   64
#define FILE_NAME   "/tmp/bench-buffers"
#define HEAD	    20 /* bytes of a crossing path in its first page */

/* A kind of memory; make() prepares it and returns the address of the path. */
struct kind {
	const char *name;
	char *(*make)(char *area, int fd, const char *path);
};

static char *map(int fd)
{
	char *area = mmap(NULL, NR_PAGES * PAGE, PROT_READ | PROT_WRITE,
			  fd < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd, 0);

	if (area == MAP_FAILED)
		bench_die("mmap");
	return area;
}

static bool is_mapped(int pagemap, char *page)
{
	uint64_t entry = 0;

	if (pread(pagemap, &entry, sizeof(entry), (off_t)((uintptr_t)page / PAGE * 8)) != 8)
		bench_die("pagemap");
	return entry >> 63;
}

static void put_into_file(int fd, off_t at, const char *path)
{
	if (pwrite(fd, path, PATH_SIZE, at) != PATH_SIZE)
		bench_die(FILE_NAME);
}

static char *make_present(char *area, int fd, const char *path)
{
	(void)fd;
	return memcpy(area, path, PATH_SIZE);
}

static char *make_absent(char *area, int fd, const char *path)
{
	put_into_file(fd, 0, path);
	*(volatile char *)area;
	madvise(area, PAGE, MADV_DONTNEED);
	return area;
}

static char *make_lazy(char *area, int fd, const char *path)
{
	put_into_file(fd, 0, path);
	return area;
}

static char *make_swapped(char *area, int fd, const char *path)
{
	(void)fd;
	memcpy(area, path, PATH_SIZE);
	madvise(area, PAGE, MADV_PAGEOUT);
	return area;
}

static char *make_crossing(char *area, int fd, const char *path)
{
	put_into_file(fd, PAGE - HEAD, path);
	*(volatile char *)area;
	/* fault-around has mapped both pages */
	madvise(area + PAGE, PAGE, MADV_DONTNEED);
	return area + PAGE - HEAD;
}

static const struct kind kinds[] = {
	{ "present", make_present }, { "absent", make_absent },	    { "lazy", make_lazy },
	{ "swapped", make_swapped }, { "crossing", make_crossing },
};

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static bool is_anonymous(const struct kind *kind)
{
	return kind->make == make_present || kind->make == make_swapped;
}

/*
 * Return: the last page of the path was absent before the system call; for present, it was mapped.
 */
static bool one_call(const struct kind *kind, int fd, int pagemap, unsigned long number)
{
	char path[PATH_SIZE];
	char *area = map(is_anonymous(kind) ? -1 : fd), *at;
	bool mapped;

	snprintf(path, sizeof(path), PATH_FORMAT, number);
	at = kind->make(area, fd, path);
	mapped = is_mapped(pagemap, at + PATH_SIZE - 1);
	if (syscall(SYS_openat, AT_FDCWD, at, O_RDONLY) >= 0 || errno != ENOENT)
		bench_die("bench_buffers: openat");
	munmap(area, NR_PAGES * PAGE);
	return mapped == (kind->make == make_present);
}

int main(int argc, char *argv[])
{
	const struct kind *kind = argc == 3 ? find_kind(argv[1]) : NULL;
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, in_state = 0;
	int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (!kind || n == 0) {
		fputs("usage: bench_buffers present|absent|lazy|swapped|crossing N\n", stderr);
		return 2;
	}
	if (fd < 0 || pagemap < 0 || ftruncate(fd, NR_PAGES * PAGE) < 0)
		bench_die(FILE_NAME);
	for (unsigned long i = 0; i < n; i++)
		in_state += one_call(kind, fd, pagemap, i);
	printf("%lu\n", in_state);
	return EXIT_SUCCESS;
}
