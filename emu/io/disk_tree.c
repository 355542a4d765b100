/*
 * The disk's larger things: files of any size, folders, formatting
 *
 * A draft is a temporary file of its folder, as disk_write() makes one, that
 * stays open between the pieces.  A format is a marker file first; as long as
 * the marker is there the disk counts as empty, and whoever opens it goes on
 * removing.
 */
#include "emu/io/disk_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"

#define TEMP_TRIES 100

/* ---- looking -------------------------------------------------------------- */

struct disk_entry disk_stat(const struct disk *d, const char *name)
{
	struct disk_entry e = { .kind = DISK_NOTHING };
	struct stat st;

	if (!d->dir || disk_check(d, name, NULL) ||
	    fstatat(d->dir_fd, name, &st, 0))
		return e;
	e.kind = S_ISREG(st.st_mode)   ? DISK_FILE
		 : S_ISDIR(st.st_mode) ? DISK_FOLDER
				       : DISK_OTHER;
	if (e.kind == DISK_FILE) {
		e.size = (uint64_t)st.st_size;
		e.mtime = st.st_mtime;
	}
	return e;
}

int disk_open_file(const struct disk *d, const char *name, uint64_t *len,
		   struct err *err)
{
	struct stat st;
	int fd, error = 0;

	if (disk_check(d, name, err))
		return -1;
	fd = openat(d->dir_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return disk_refuse(d, name, "read", errno, err);
	if (fstat(fd, &st))
		error = errno;
	else if (!S_ISREG(st.st_mode))
		error = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	if (error) {
		(void)close(fd);
		return disk_refuse(d, name, "read", error, err);
	}
	*len = (uint64_t)st.st_size;
	return fd;
}

int disk_open_new(struct disk *d, const char *name, unsigned mode,
		  struct err *err)
{
	int fd;

	if (disk_check(d, name, err))
		return -1;
	/* never into what a link names, nor what others have open */
	if (unlinkat(d->dir_fd, name, 0) && errno != ENOENT)
		return disk_refuse(d, name, "replace", errno, err);
	fd = openat(d->dir_fd, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    (mode_t)mode);
	return fd < 0 ? disk_refuse(d, name, "write", errno, err) : fd;
}

/* ---- drafts --------------------------------------------------------------- */

struct disk_draft {
	const struct disk *disk;
	char name[DISK_NAME + 1];
	char temp[32];
	int folder, fd;
};

/* A name that a kill has left in a folder of a folder is passed over. */
static int temp_open(struct disk *d, struct disk_draft *f, mode_t mode)
{
	int fd = -1;

	for (int i = 0; i < TEMP_TRIES && fd < 0; i++) {
		(void)snprintf(f->temp, sizeof(f->temp), DISK_TEMP "%u",
			       atomic_fetch_add(&d->temps, 1));
		fd = openat(f->folder, f->temp,
			    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

struct disk_draft *disk_draft(struct disk *d, const char *name, unsigned mode,
			      struct err *err)
{
	struct disk_draft *f = NULL;
	const char *base;

	if (disk_check(d, name, err))
		return NULL;
	f = xcalloc(1, sizeof(*f));
	f->disk = d;
	(void)str_copy(f->name, sizeof(f->name), name);
	f->folder = disk_open_folder(d, name, &base);
	f->fd = f->folder < 0 ? -1 : temp_open(d, f, (mode_t)mode);
	if (f->fd >= 0)
		return f;
	(void)disk_refuse(d, name, "write", errno, err);
	if (f->folder >= 0)
		(void)close(f->folder);
	free(f);
	return NULL;
}

int disk_draft_add(struct disk_draft *f, const void *data, size_t len,
		   struct err *err)
{
	if (disk_write_all(f->fd, data, len))
		return 0;
	return disk_refuse(f->disk, f->name, "write", errno, err);
}

static void draft_close(struct disk_draft *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	(void)close(f->folder);
	free(f);
}

int disk_draft_commit(struct disk_draft *f, struct err *err)
{
	const char *slash = strrchr(f->name, '/');
	const char *base = slash ? slash + 1 : f->name;
	int error = 0;

	if (fsync(f->fd))
		error = errno;
	if (close(f->fd) && !error)
		error = errno;
	f->fd = -1;
	if (!error && renameat(f->folder, f->temp, f->folder, base))
		error = errno;
	if (error) {
		(void)disk_refuse(f->disk, f->name, "write", error, err);
		disk_draft_abort(f);
		return -1;
	}
	(void)fsync(f->folder);
	draft_close(f);
	return 0;
}

void disk_draft_abort(struct disk_draft *f)
{
	if (!f)
		return;
	(void)unlinkat(f->folder, f->temp, 0);
	draft_close(f);
}

/* ---- folders -------------------------------------------------------------- */

int disk_mkdir(struct disk *d, const char *name, unsigned mode, struct err *err)
{
	const char *base;
	int folder, error = 0;

	if (disk_check(d, name, err))
		return -1;
	folder = disk_open_folder(d, name, &base);
	if (folder < 0)
		return disk_refuse(d, name, "make", errno, err);
	if (mkdirat(folder, base, (mode_t)mode)) {
		if (errno != EEXIST || disk_stat(d, name).kind != DISK_FOLDER)
			error = errno;
	} else if (fsync(folder)) {
		error = errno;
	}
	(void)close(folder);
	return error ? disk_refuse(d, name, "make", error, err) : 0;
}

/* Everything in a folder; 0 or the first error, the rest is removed anyhow. */
static int empty_folder(int at, const char *name, int depth)
{
	int fd = openat(at, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	int error = dir ? 0 : errno;

	while (dir && (e = readdir(dir))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (!unlinkat(dirfd(dir), e->d_name, 0))
			continue;
		if ((errno == EISDIR || errno == EPERM) && depth < DISK_DEPTH &&
		    !empty_folder(dirfd(dir), e->d_name, depth + 1) &&
		    !unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR))
			continue;
		error = error ? error : errno;
	}
	if (dir)
		(void)closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
	return error;
}

int disk_remove_folder(struct disk *d, const char *name, struct err *err)
{
	const char *base;
	int folder, error;

	if (disk_check(d, name, err))
		return -1;
	folder = disk_open_folder(d, name, &base);
	if (folder < 0)
		return disk_refuse(d, name, "remove", errno, err);
	error = empty_folder(folder, base, 1);
	if (!error && (unlinkat(folder, base, AT_REMOVEDIR) || fsync(folder)))
		error = errno;
	(void)close(folder);
	return error ? disk_refuse(d, name, "remove", error, err) : 0;
}

/* ---- checking ------------------------------------------------------------- */

static bool reads_to_end(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char buf[65536];
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		;
	if (fd >= 0)
		(void)close(fd);
	return n == 0;
}

static unsigned check_folder(int at, const char *name, int depth)
{
	DIR *dir = disk_open_list(at, name);
	unsigned bad = dir ? 0 : 1;
	const struct dirent *e;
	struct stat st;

	while (dir && (e = readdir(dir))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (S_ISDIR(st.st_mode) && depth < DISK_DEPTH)
			bad += check_folder(dirfd(dir), e->d_name, depth + 1);
		else if (S_ISREG(st.st_mode))
			bad += !reads_to_end(dirfd(dir), e->d_name);
	}
	if (dir)
		(void)closedir(dir);
	return bad;
}

unsigned disk_check_files(const struct disk *d)
{
	return d->dir ? check_folder(d->dir_fd, ".", 0) : 0;
}

/* ---- formatting ----------------------------------------------------------- */

/* What belongs to the switch's files outside of the folders. */
static bool is_formatted(const char *name)
{
	return str_has_prefix(name, "startup-config") ||
	       !strcmp(name, "ssh_known_hosts");
}

static int empty_disk(struct disk *d)
{
	DIR *dir = disk_open_list(d->dir_fd, ".");
	const struct dirent *e;
	int error = dir ? 0 : errno;

	while (dir && (e = readdir(dir)))
		if (is_formatted(e->d_name) &&
		    unlinkat(d->dir_fd, e->d_name, 0) && !error)
			error = errno;
	if (dir)
		(void)closedir(dir);
	for (const struct disk_folder *f = disk_folders; f->name; f++) {
		int why = empty_folder(d->dir_fd, f->name, 1);

		error = error ? error : why;
	}
	return error;
}

int disk_format_finish(struct disk *d)
{
	int error;

	if (faccessat(d->dir_fd, DISK_FORMAT, F_OK, 0))
		return 0;
	error = empty_disk(d);
	if (!error && (fsync(d->dir_fd) || unlinkat(d->dir_fd, DISK_FORMAT, 0)))
		error = errno;
	return error;
}

int disk_format(struct disk *d, struct err *err)
{
	int error;

	if (disk_write(d, DISK_FORMAT, "", 0, 0600, err))
		return -1;
	error = disk_format_finish(d);
	return error ? disk_refuse(d, ".", "format", error, err) : 0;
}
