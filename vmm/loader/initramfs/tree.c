/* SPDX-License-Identifier: MIT */
#include "loader/initramfs/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <search.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/bytes.h"
#include "base/io.h"

#define PAGE	    4096u
#define INODE_BYTES 1024u /* inode and directory entry of a tmpfs file; an upper estimate */
#define CHUNK	    MIB(1)

/* a file with several names, and the inode number of its entries in the archive */
struct linked {
	struct linked *next;
	dev_t dev;
	ino_t ino;
	uint32_t inode;
};

struct tree_walk {
	struct cpio *cpio; /* NULL: only add up sizes */
	const char *prefix;
	struct linked *links; /* all of them, owned */
	void *links_tree;     /* tsearch(3) over the same */
	uint8_t *chunk;
	uint64_t bytes;
	struct load_error *why;
};

static int compare_links(const void *a, const void *b)
{
	const struct linked *x = a, *y = b;

	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return 0;
}

static int no_memory(struct tree_walk *walk)
{
	return load_error_fail(walk->why, -ENOMEM, "not enough host memory to pack the directory");
}

/*
 * Return: 1 this file was seen before under another name; 0 not seen before; -ENOMEM. *@ret_inode
 * is its inode number in the archive.
 */
static int find_link(struct tree_walk *walk, const struct stat *st, uint32_t *ret_inode)
{
	struct linked key = { .dev = st->st_dev, .ino = st->st_ino }, *own;
	struct linked **found = tfind(&key, &walk->links_tree, compare_links);

	if (found) {
		*ret_inode = (*found)->inode;
		return 1;
	}
	own = malloc(sizeof(*own));
	if (!own)
		return no_memory(walk);
	*own = key;
	own->inode = walk->cpio ? cpio_new_inode(walk->cpio) : 0;
	own->next = walk->links;
	walk->links = own;
	if (!tsearch(own, &walk->links_tree, compare_links))
		return no_memory(walk);
	*ret_inode = own->inode;
	return 0;
}

static int copy_data(struct tree_walk *walk, const char *path, uint64_t size)
{
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	uint64_t done = 0;

	if (fd < 0)
		return load_error_fail(walk->why, -errno, "cannot read %s: %s", path,
				       strerror(errno));
	while (done < size) {
		size_t want = size - done < CHUNK ? size - done : CHUNK;
		ssize_t n = io_pread_full(fd, walk->chunk, want, (off_t)done);

		if (n < 0)
			return load_error_fail(walk->why, (int)n, "cannot read %s: %s", path,
					       strerror((int)-n));
		if ((size_t)n < want)
			return load_error_fail(walk->why, -EIO, "%s shrank while it was read",
					       path);
		if (cpio_write(walk->cpio, walk->chunk, want) < 0)
			return no_memory(walk);
		done += want;
	}
	return 0;
}

static int read_target(struct tree_walk *walk, const char *path, char **ret_target)
{
	auto_free char *target = malloc(PAGE + 1);
	ssize_t n;

	if (!target)
		return no_memory(walk);
	n = readlink(path, target, PAGE);
	if (n < 0)
		return load_error_fail(walk->why, -errno, "cannot read %s: %s", path,
				       strerror(errno));
	target[n] = '\0';
	*ret_target = take_ptr(target);
	return 0;
}

/* path relative to the directory; "" for the directory itself */
static const char *relative(const FTSENT *file)
{
	const FTSENT *root = file;
	const char *name;

	while (root->fts_level > FTS_ROOTLEVEL)
		root = root->fts_parent;
	name = file->fts_path + root->fts_pathlen;
	while (*name == '/')
		name++;
	return name;
}

static int pack_entry(struct tree_walk *walk, const FTSENT *file, struct cpio_entry *entry)
{
	int err;

	err = cpio_add(walk->cpio, entry);
	if (err == -ENOMEM)
		return no_memory(walk);
	if (err < 0)
		return load_error_fail(walk->why, err, "%s cannot be packed", file->fts_path);
	return entry->size ? copy_data(walk, file->fts_accpath, entry->size) : 0;
}

static int pack(struct tree_walk *walk, const FTSENT *file, bool seen, uint32_t inode)
{
	const struct stat *st = file->fts_statp;
	auto_free char *name = NULL, *target = NULL;
	const char *below = relative(file);
	struct cpio_entry entry = {
		.mode = st->st_mode,
		.mtime = st->st_mtime,
		.rdev = S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode) ? st->st_rdev : 0,
		.size = S_ISREG(st->st_mode) && !seen ? (uint64_t)st->st_size : 0,
		.nr_links = inode ? (unsigned int)st->st_nlink : 1,
		.inode = inode,
	};

	if (asprintf(&name, "%s%s%s", walk->prefix, *below ? "/" : "", below) < 0) {
		name = NULL;
		return no_memory(walk);
	}
	if (S_ISLNK(st->st_mode)) {
		int err = read_target(walk, file->fts_accpath, &target);

		if (err < 0)
			return err;
	}
	entry.name = name;
	entry.target = target;
	return pack_entry(walk, file, &entry);
}

static int visit(struct tree_walk *walk, const FTSENT *file)
{
	const struct stat *st = file->fts_statp;
	uint32_t inode = 0;
	int seen = 0;

	if (S_ISSOCK(st->st_mode))
		return 0;
	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1) {
		seen = find_link(walk, st, &inode);
		if (seen < 0)
			return seen;
	}
	walk->bytes += INODE_BYTES;
	if (S_ISREG(st->st_mode) && !seen)
		walk->bytes += align_up((uint64_t)st->st_size, PAGE);
	return walk->cpio ? pack(walk, file, seen, inode) : 0;
}

static int visit_any(struct tree_walk *walk, const FTSENT *file)
{
	switch (file->fts_info) {
	case FTS_DP:
		return 0;
	case FTS_DNR:
	case FTS_NS:
	case FTS_ERR:
		return load_error_fail(walk->why, -file->fts_errno, "cannot read %s: %s",
				       file->fts_path, strerror(file->fts_errno));
	case FTS_DC:
		return load_error_fail(walk->why, -ELOOP, "%s contains itself", file->fts_path);
	default:
		return visit(walk, file);
	}
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int walk_dir(struct tree_walk *walk, const char *dir)
{
	auto_free char *path = strdup(dir);
	char *const paths[] = { path, NULL };
	FTSENT *file;
	FTS *fts;
	int err = 0;

	if (!path)
		return no_memory(walk);
	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, by_name);
	if (!fts)
		return load_error_fail(walk->why, -errno, "cannot read %s: %s", dir,
				       strerror(errno));
	while (err == 0 && (errno = 0, file = fts_read(fts)))
		err = visit_any(walk, file);
	if (err == 0 && errno != 0)
		err = load_error_fail(walk->why, -errno, "cannot read %s: %s", dir,
				      strerror(errno));
	fts_close(fts);
	return err;
}

static void keep(void *node)
{
	(void)node;
}

static void forget_links(struct tree_walk *walk)
{
	tdestroy(walk->links_tree, keep);
	walk->links_tree = NULL;
	while (walk->links) {
		struct linked *next = walk->links->next;

		free(walk->links);
		walk->links = next;
	}
}

static int run(struct tree_walk *walk, const char *dir)
{
	struct stat st;
	int err;

	if (stat(dir, &st) < 0)
		return load_error_fail(walk->why, -errno, "%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return load_error_fail(walk->why, -ENOTDIR, "%s is not a directory", dir);
	err = walk_dir(walk, dir);
	forget_links(walk);
	return err;
}

int tree_size(const char *dir, uint64_t *ret_bytes, struct load_error *why)
{
	struct tree_walk walk = { .why = why };
	int err = run(&walk, dir);

	if (err < 0)
		return err;
	*ret_bytes = walk.bytes;
	return 0;
}

int tree_pack(struct cpio *cpio, const char *dir, const char *prefix, struct load_error *why)
{
	auto_free uint8_t *chunk = malloc(CHUNK);
	struct tree_walk walk = { .cpio = cpio, .prefix = prefix, .chunk = chunk, .why = why };

	if (!chunk)
		return no_memory(&walk);
	return run(&walk, dir);
}
