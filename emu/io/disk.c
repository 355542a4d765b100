#include "emu/io/disk_priv.h"
#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/io/rnd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * Every access goes through the folder's descriptor, so that the disk stays the
 * same one when the folder is moved.  The file `state` is the lock: its owner
 * holds flock(2) on it and has written "running PID" into it; a clean end writes
 * "clean" before the lock is given back.  It is the one file that is written in
 * place: a torn one reads as "not clean", which is true then.
 *
 * A file is written as DISK_TEMP and a number in its own folder, then renamed.
 * What a kill left of those is removed when the disk is opened next.
 */
#define BAD_MAX 1000

const struct disk_folder disk_folders[] = {
	{ "script", 0755 },  { "log", 0755 },	  { "root", 0755 },
	{ "archive", 0700 }, { "release", 0700 }, { "core", 0700 },
	{ "mibs", 0755 },    { "ssl", 0700 },	  { "profile", 0755 },
	{ "passive", 0700 }, { NULL, 0 },
};

static void close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

int disk_refuse(const struct disk *d, const char *name, const char *verb,
		int error, struct err *err)
{
	return err_set(err, error == ENOENT ? ERR_NOT_FOUND : ERR_IO, -1,
		       "cannot %s %s on the disk %s: %s", verb, name, d->dir,
		       strerror(error));
}

/* ---- names -------------------------------------------------------------- */

static bool part_is_fine(const char *part, size_t len)
{
	if (!len || (part[0] == '.' && len == 1) ||
	    (len == 2 && !memcmp(part, "..", 2)))
		return false;
	return !str_has_prefix(part, DISK_TEMP);
}

static bool name_is_fine(const char *name)
{
	if (strlen(name) > DISK_NAME)
		return false;
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	for (;;) {
		size_t len = strcspn(name, "/");

		if (!part_is_fine(name, len))
			return false;
		if (!name[len])
			return true;
		name += len + 1;
	}
}

static int check_name(const char *name, struct err *err)
{
	if (name_is_fine(name))
		return 0;
	return err_set(err, ERR_RANGE, -1,
		       "\"%.60s\" cannot name a file on the disk: use a "
		       "relative name without \"..\" or control characters",
		       name);
}

int disk_check(const struct disk *d, const char *name, struct err *err)
{
	if (d->dir)
		return check_name(name, err);
	return err_set(err, ERR_REFUSED, -1,
		       "%s is not kept: this switch runs without a disk; use "
		       "css11500 run --disk DIR",
		       name);
}

/* The folder part of a name as a descriptor, and the name in it. */
int disk_open_folder(const struct disk *d, const char *name, const char **base)
{
	const char *slash = strrchr(name, '/');
	char folder[DISK_NAME + 1] = ".";

	*base = slash ? slash + 1 : name;
	if (slash)
		memcpy(folder, name, (size_t)(slash - name) + 1);
	return openat(d->dir_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* ---- write -------------------------------------------------------------- */

bool disk_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return true;
}

static int write_temp(int folder, const char *temp, const void *data,
		      size_t len, mode_t mode)
{
	int fd = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			mode);
	int error = 0;

	if (fd < 0)
		return errno;
	if (!disk_write_all(fd, data, len) || fsync(fd))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	return error;
}

static int write_in(struct disk *d, int folder, const char *base,
		    const void *data, size_t len, mode_t mode)
{
	char temp[32];
	int error;

	(void)snprintf(temp, sizeof(temp), DISK_TEMP "%u",
		       atomic_fetch_add(&d->temps, 1));
	error = write_temp(folder, temp, data, len, mode);
	if (!error && renameat(folder, temp, folder, base))
		error = errno;
	if (!error && fsync(folder))
		return errno; /* the new file is there: nothing to remove */
	if (error && error != EEXIST)
		(void)unlinkat(folder, temp, 0);
	return error;
}

int disk_write(struct disk *d, const char *name, const void *data, size_t len,
	       unsigned mode, struct err *err)
{
	const char *base;
	int folder, error;

	if (disk_check(d, name, err))
		return -1;
	folder = disk_open_folder(d, name, &base);
	if (folder < 0)
		return disk_refuse(d, name, "write", errno, err);
	error = write_in(d, folder, base, data, len, (mode_t)mode);
	close_fd(folder);
	return error ? disk_refuse(d, name, "write", error, err) : 0;
}

int disk_append(struct disk *d, const char *name, const void *data, size_t len,
		struct err *err)
{
	int fd, error = 0;

	if (disk_check(d, name, err))
		return -1;
	fd = openat(d->dir_fd, name,
		    O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return disk_refuse(d, name, "append to", errno, err);
	if (!disk_write_all(fd, data, len))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	return error ? disk_refuse(d, name, "append to", error, err) : 0;
}

int disk_remove(struct disk *d, const char *name, struct err *err)
{
	const char *base;
	int folder, error = 0;

	if (disk_check(d, name, err))
		return -1;
	folder = disk_open_folder(d, name, &base);
	if (folder < 0)
		return disk_refuse(d, name, "remove", errno, err);
	if (unlinkat(folder, base, 0) || fsync(folder))
		error = errno;
	close_fd(folder);
	return error ? disk_refuse(d, name, "remove", error, err) : 0;
}

/* Like rename(2), but never onto a file that is there. */
static int rename_new(int folder, const char *from, const char *to)
{
	if (!renameat2(folder, from, folder, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	/* a file system without that flag: a second name, then one less */
	if (linkat(folder, from, folder, to, 0) || unlinkat(folder, from, 0))
		return errno;
	return 0;
}

static int keep_bad_in(int folder, const char *base, char *to, size_t cap)
{
	int error = EEXIST;

	for (int i = 0; i < BAD_MAX && error == EEXIST; i++) {
		int n = i ? snprintf(to, cap, "%s.bad.%d", base, i)
			  : snprintf(to, cap, "%s.bad", base);

		if (n < 0 || (size_t)n >= cap)
			return ENAMETOOLONG;
		error = rename_new(folder, base, to);
	}
	if (!error && fsync(folder))
		error = errno;
	return error;
}

int disk_keep_bad(struct disk *d, const char *name, char *kept, size_t cap,
		  struct err *err)
{
	char to[DISK_NAME + 16];
	const char *base;
	int folder, error;

	if (disk_check(d, name, err))
		return -1;
	folder = disk_open_folder(d, name, &base);
	if (folder < 0)
		return disk_refuse(d, name, "move", errno, err);
	error = keep_bad_in(folder, base, to, sizeof(to));
	close_fd(folder);
	if (error)
		return disk_refuse(d, name, "move", error, err);
	(void)snprintf(kept, cap, "%.*s%s", (int)(base - name), name, to);
	return 0;
}

/* ---- read --------------------------------------------------------------- */

static int read_all(int fd, char *buf, size_t len, size_t *got)
{
	*got = 0;
	while (*got < len) {
		ssize_t n = read(fd, buf + *got, len - *got);

		if (n < 0 && errno != EINTR)
			return errno;
		if (!n)
			break;
		if (n > 0)
			*got += (size_t)n;
	}
	return 0;
}

static int read_fd(const struct disk *d, int fd, const char *name, char **data,
		   size_t *len, struct err *err)
{
	struct stat st;
	size_t got;
	char *buf;
	int error;

	if (fstat(fd, &st))
		return disk_refuse(d, name, "read", errno, err);
	if (!S_ISREG(st.st_mode))
		return disk_refuse(d, name, "read",
				   S_ISDIR(st.st_mode) ? EISDIR : EINVAL, err);
	if (st.st_size > (off_t)DISK_FILE_MAX)
		return disk_refuse(d, name, "read", EFBIG, err);
	buf = xcalloc(1, (size_t)st.st_size + 1);
	error = read_all(fd, buf, (size_t)st.st_size, &got);
	if (error) {
		wipe(buf, got);
		free(buf);
		return disk_refuse(d, name, "read", error, err);
	}
	buf[got] = '\0';
	*data = buf;
	*len = got;
	return 0;
}

/* O_NONBLOCK: somebody's pipe under a file's name must not hold us up. */
static int open_for_reading(const struct disk *d, const char *name)
{
	return openat(d->dir_fd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

int disk_read(const struct disk *d, const char *name, char **data, size_t *len,
	      struct err *err)
{
	int fd, rc;

	if (check_name(name, err))
		return -1;
	if (!d->dir)
		return err_set(err, ERR_NOT_FOUND, -1,
			       "%s does not exist: this switch runs without a "
			       "disk",
			       name);
	fd = open_for_reading(d, name);
	if (fd < 0)
		return disk_refuse(d, name, "read", errno, err);
	rc = read_fd(d, fd, name, data, len, err);
	close_fd(fd);
	return rc;
}

bool disk_exists(const struct disk *d, const char *name)
{
	return d->dir && name_is_fine(name) &&
	       !faccessat(d->dir_fd, name, F_OK, 0);
}

DIR *disk_open_list(int at, const char *folder)
{
	int fd = openat(at, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		close_fd(fd);
	return dir;
}

static bool is_dots(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **disk_list(const struct disk *d, const char *folder)
{
	char **names = xcalloc(1, sizeof(*names));
	const struct dirent *e;
	size_t n = 0;
	DIR *dir;

	if (!d->dir || (strcmp(folder, ".") != 0 && !name_is_fine(folder)))
		return names;
	dir = disk_open_list(d->dir_fd, folder);
	while (dir && (e = readdir(dir))) {
		if (is_dots(e->d_name) || str_has_prefix(e->d_name, DISK_TEMP))
			continue;
		names = xrealloc(names, (n + 2) * sizeof(*names));
		names[n++] = xstrdup(e->d_name);
		names[n] = NULL;
	}
	if (dir)
		(void)closedir(dir);
	qsort(names, n, sizeof(*names), by_name);
	return names;
}

static void count_folder(int at, const char *folder, int depth,
			 struct disk_usage *u)
{
	DIR *dir = disk_open_list(at, folder);
	const struct dirent *e;
	struct stat st;

	while (dir && (e = readdir(dir))) {
		if (is_dots(e->d_name) ||
		    fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (S_ISDIR(st.st_mode)) {
			u->folders++;
			if (depth < DISK_DEPTH)
				count_folder(dirfd(dir), e->d_name, depth + 1,
					     u);
		} else if (S_ISREG(st.st_mode)) {
			u->files++;
			u->used += (uint64_t)st.st_size;
		}
	}
	if (dir)
		(void)closedir(dir);
}

void disk_usage(const struct disk *d, struct disk_usage *u)
{
	struct statvfs fs;

	*u = (struct disk_usage){ 0 };
	if (!d->dir)
		return;
	if (!fstatvfs(d->dir_fd, &fs)) {
		u->block = (uint32_t)fs.f_frsize;
		u->total = (uint64_t)fs.f_blocks * fs.f_frsize;
		u->free = (uint64_t)fs.f_bavail * fs.f_frsize;
	}
	count_folder(d->dir_fd, ".", 0, u);
}

/* ---- open and close ----------------------------------------------------- */

/* Like mkdir -p, 0700: the default place is below two folders that a new
 * account does not have yet. */
static int make_path(const char *dir)
{
	char *path = xstrdup(dir);
	int error = 0;

	for (char *p = path + 1; *path && *p && !error; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) && errno != EEXIST)
			error = errno;
		*p = '/';
	}
	if (!error && mkdir(path, 0700) && errno != EEXIST)
		error = errno;
	free(path);
	return error;
}

static int open_dir(struct disk *d, struct err *err)
{
	int error = make_path(d->dir);

	if (!error) {
		d->dir_fd = open(d->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		error = d->dir_fd < 0 ? errno : 0;
	}
	if (!error && faccessat(d->dir_fd, ".", W_OK | X_OK, 0))
		error = errno;
	if (!error)
		return 0;
	return err_set(err, ERR_IO, -1,
		       "cannot use %s as the disk: %s; give another folder "
		       "with --disk",
		       d->dir, strerror(error));
}

static size_t read_state(int fd, char *text, size_t cap)
{
	ssize_t n = pread(fd, text, cap - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

static int held(const struct disk *d, struct err *err)
{
	char text[64];
	uint32_t pid;

	(void)read_state(d->lock_fd, text, sizeof(text));
	text[strcspn(text, "\n")] = '\0';
	if (!str_has_prefix(text, "running ") ||
	    !str_to_u32(text + strlen("running "), 1, UINT32_MAX, &pid))
		return err_set(err, ERR_REFUSED, -1,
			       "the disk %s is in use by another css11500; "
			       "give another folder with --disk",
			       d->dir);
	return err_set(err, ERR_REFUSED, -1,
		       "the disk %s is in use by process %u; stop that "
		       "css11500, or give another folder with --disk",
		       d->dir, pid);
}

static bool write_state(int fd, const char *text)
{
	size_t len = strlen(text);

	return pwrite(fd, text, len, 0) == (ssize_t)len &&
	       !ftruncate(fd, (off_t)len) && !fsync(fd);
}

static int take_lock(struct disk *d, struct err *err)
{
	char text[64];
	size_t len;

	d->lock_fd =
		openat(d->dir_fd, "state", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (d->lock_fd < 0)
		return disk_refuse(d, "state", "open", errno, err);
	if (flock(d->lock_fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK
			       ? held(d, err)
			       : disk_refuse(d, "state", "lock", errno, err);
	len = read_state(d->lock_fd, text, sizeof(text));
	d->was_dirty = len && strcmp(text, "clean\n") != 0;
	(void)snprintf(text, sizeof(text), "running %ld\n", (long)getpid());
	if (!write_state(d->lock_fd, text))
		return disk_refuse(d, "state", "write", errno, err);
	return 0;
}

static int make_folders(const struct disk *d, struct err *err)
{
	for (const struct disk_folder *f = disk_folders; f->name; f++)
		if (mkdirat(d->dir_fd, f->name, f->mode) && errno != EEXIST)
			return disk_refuse(d, f->name, "make", errno, err);
	return 0;
}

static void clean_temps(const struct disk *d, const char *folder)
{
	DIR *dir = disk_open_list(d->dir_fd, folder);
	const struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (str_has_prefix(e->d_name, DISK_TEMP))
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		(void)closedir(dir);
}

/* One of the two random files; a damaged one is kept beside, never lost. */
static int load_random(struct disk *d, const char *name, uint8_t *bytes,
		       mode_t mode, struct err *err)
{
	char *data = NULL, kept[DISK_NAME + 16];
	size_t len = 0;
	struct err why = { 0 };
	int rc = disk_read(d, name, &data, &len, &why);

	if (rc && why.code != ERR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	if (!rc) {
		bool whole = len == DISK_SECRET;

		if (whole)
			memcpy(bytes, data, DISK_SECRET);
		wipe(data, len);
		free(data);
		if (whole)
			return 0;
		if (disk_keep_bad(d, name, kept, sizeof(kept), err))
			return -1;
		log_write(LOG_SYSSOFT, LOG_ERROR_3,
			  "Disk file %s is damaged, kept as %s; a new one is "
			  "made",
			  name, kept);
	}
	rnd_bytes(bytes, DISK_SECRET);
	return disk_write(d, name, bytes, DISK_SECRET, mode, err);
}

static int open_parts(struct disk *d, struct err *err)
{
	int error;

	if (open_dir(d, err) || take_lock(d, err) || make_folders(d, err))
		return -1;
	clean_temps(d, ".");
	for (const struct disk_folder *f = disk_folders; f->name; f++)
		clean_temps(d, f->name);
	error = disk_format_finish(d);
	if (error)
		return disk_refuse(d, DISK_FORMAT, "finish", error, err);
	if (load_random(d, "identity", d->identity, 0644, err))
		return -1;
	return load_random(d, "secret", d->secret, 0600, err);
}

static void free_disk(struct disk *d)
{
	close_fd(d->lock_fd);
	close_fd(d->dir_fd);
	wipe(d->secret, sizeof(d->secret));
	free(d->dir);
	free(d);
}

struct disk *disk_open(const char *dir, struct err *err)
{
	struct disk *d = xcalloc(1, sizeof(*d));
	struct err mine;

	d->dir_fd = -1;
	d->lock_fd = -1;
	if (!dir) { /* the same every time, so that a replay is too */
		memset(d->identity, 0x11, sizeof(d->identity));
		memset(d->secret, 0x50, sizeof(d->secret));
		return d;
	}
	d->dir = xstrdup(dir);
	if (!open_parts(d, err ? err : &mine))
		return d;
	free_disk(d);
	return NULL;
}

void disk_close(struct disk *d)
{
	if (!d)
		return;
	if (d->dir && !write_state(d->lock_fd, "clean\n"))
		log_write(LOG_SYSSOFT, LOG_ERROR_3,
			  "cannot mark the disk %s clean: %s", d->dir,
			  strerror(errno));
	free_disk(d);
}

const char *disk_dir(const struct disk *d)
{
	return d->dir;
}

bool disk_was_dirty(const struct disk *d)
{
	return d->was_dirty;
}

const uint8_t *disk_identity(const struct disk *d)
{
	return d->identity;
}

const uint8_t *disk_secret(const struct disk *d)
{
	return d->secret;
}
