/* Versions of the software: names, what is installed, unpacking. */
#include "cli/software.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/env.h"
#include "emu/base/out.h"
#include "emu/base/str.h"
#include "emu/base/texts.h"
#include "emu/base/xalloc.h"
#include "emu/io/disk.h"

#define HEAD_MAX 256 /* the four lines of a container */
#define PATH_CAP 128 /* "root/NAME/version" */

static const struct software builtin = { .image = CSS_VERSION_IMAGE,
					 .dots = CSS_VERSION_DOTS };

const struct software *software_running(const struct env *env)
{
	return env->software ? env->software : &builtin;
}

const char *software_builtin(void)
{
	return builtin.image;
}

/* ---- names ---------------------------------------------------------------- */

/* Two letters, seven digits (major, minor, maintenance, build), perhaps an s. */
bool software_parse(const char *name, struct software *s)
{
	size_t digits = 0;
	const char *d = name + 2;

	if (!islower((unsigned char)name[0]) ||
	    !islower((unsigned char)name[1]))
		return false;
	digits = strspn(d, "0123456789");
	if (digits != 7 || (d[7] && strcmp(d + 7, "s") != 0))
		return false;
	*s = (struct software){ 0 };
	(void)str_copy(s->image, sizeof(s->image), name);
	(void)snprintf(s->dots, sizeof(s->dots), "%.2s.%.2s.%.1s.%.2s", d,
		       d + 2, d + 4, d + 5);
	return true;
}

static void folder_of(const char *name, char *path, size_t cap)
{
	(void)snprintf(path, cap, "root/%.64s", name);
}

static void file_of(const char *name, const char *file, char *path, size_t cap)
{
	(void)snprintf(path, cap, "root/%.64s/%s", name, file);
}

bool software_installed(const struct disk *d, const char *name)
{
	struct software s;
	char path[PATH_CAP];

	if (!software_parse(name, &s))
		return false;
	file_of(name, SOFTWARE_MANIFEST, path, sizeof(path));
	return disk_stat(d, path).kind == DISK_FILE;
}

char **software_list(const struct disk *d)
{
	char **names = disk_list(d, "root");
	size_t n = 0;

	for (size_t i = 0; names[i]; i++) {
		if (software_installed(d, names[i]))
			names[n++] = names[i];
		else
			free(names[i]);
	}
	names[n] = NULL;
	return names;
}

unsigned software_count(const struct disk *d)
{
	char **names = software_list(d);
	unsigned n = 0;

	for (; names[n]; n++)
		free(names[n]);
	free(names);
	return n;
}

void software_sweep(struct disk *d)
{
	char **names = disk_list(d, "root");
	struct software s;
	char path[PATH_CAP];

	for (char **n = names; *n; n++) {
		folder_of(*n, path, sizeof(path));
		if (software_parse(*n, &s) && !software_installed(d, *n) &&
		    disk_stat(d, path).kind == DISK_FOLDER)
			(void)disk_remove_folder(d, path, NULL);
		free(*n);
	}
	free(names);
}

/* ---- installing, removing ------------------------------------------------- */

static int manifest_write(struct disk *d, const char *name, struct err *err)
{
	char path[PATH_CAP], text[SOFTWARE_NAME_LEN + 2];

	file_of(name, SOFTWARE_MANIFEST, path, sizeof(path));
	(void)snprintf(text, sizeof(text), "%s\n", name);
	return disk_write(d, path, text, strlen(text), 0644, err);
}

int software_install(struct disk *d, const char *name, struct err *err)
{
	char path[PATH_CAP];

	folder_of(name, path, sizeof(path));
	if (disk_mkdir(d, path, 0755, err))
		return -1;
	return manifest_write(d, name, err);
}

int software_remove(struct disk *d, const char *name, struct err *err)
{
	char path[PATH_CAP];

	if (!software_installed(d, name))
		return err_set(err, ERR_NOT_FOUND, -1, T_NO_VERSION, name);
	file_of(name, SOFTWARE_MANIFEST, path, sizeof(path));
	if (disk_remove(d, path, err))
		return -1;
	folder_of(name, path, sizeof(path));
	return disk_remove_folder(d, path, err);
}

/* ---- unpacking ------------------------------------------------------------ */

struct unpack {
	struct disk *disk;
	struct software version;
	int from;
	struct disk_draft *to; /* NULL: committed, or given up */
	struct progress progress;
	atomic_bool stopped;
	int rc;
	struct err err;
};

/* The bytes in front of the image, 0: it is no container. */
static size_t head_parse(const char *head, struct software *s, uint32_t *bytes)
{
	char name[SOFTWARE_NAME_LEN + 1];
	unsigned long n = 0;
	int len = 0;

	if (sscanf(head, "CSS-ADI 1\nversion %31[a-z0-9]\nbytes %lu%n", name,
		   &n, &len) != 2 ||
	    n > UINT32_MAX || strncmp(head + len, "\n\n", 2) != 0 ||
	    !software_parse(name, s))
		return 0;
	*bytes = (uint32_t)n;
	return (size_t)len + 2;
}

static int head_read(struct unpack *u, const char *file, uint64_t len,
		     struct err *err)
{
	char head[HEAD_MAX + 1] = "";
	uint32_t bytes = 0;
	ssize_t got = read(u->from, head, HEAD_MAX);
	size_t skip = got > 0 ? head_parse(head, &u->version, &bytes) : 0;

	if (!skip)
		return err_set(err, ERR_REFUSED, -1, T_NO_IMAGE, file);
	if (len - skip != bytes)
		return err_set(err, ERR_REFUSED, -1, T_IMAGE_CUT, file,
			       str_thousands(len - skip), str_thousands(bytes));
	if (lseek(u->from, (off_t)skip, SEEK_SET) < 0)
		return err_set(err, ERR_IO, -1, T_NO_IMAGE, file);
	u->progress.total = bytes;
	return 0;
}

static int room_for(const struct unpack *u, struct err *err)
{
	if (software_installed(u->disk, u->version.image))
		return err_set(err, ERR_EXISTS, -1, T_VERSION_THERE,
			       u->version.image);
	if (software_count(u->disk) >= SOFTWARE_LIMIT)
		return err_set(err, ERR_REFUSED, -1, T_VERSION_LIMIT,
			       SOFTWARE_LIMIT);
	return 0;
}

static int draft_open(struct unpack *u, struct err *err)
{
	char path[PATH_CAP];

	folder_of(u->version.image, path, sizeof(path));
	if (disk_mkdir(u->disk, path, 0755, err))
		return -1;
	file_of(u->version.image, SOFTWARE_IMAGE, path, sizeof(path));
	u->to = disk_draft(u->disk, path, 0644, err);
	return u->to ? 0 : -1;
}

static void unpack_free(struct unpack *u)
{
	disk_draft_abort(u->to);
	if (u->from >= 0)
		(void)close(u->from);
	free(u);
}

struct unpack *unpack_begin(struct disk *d, const char *file, struct err *err)
{
	struct unpack *u = xcalloc(1, sizeof(*u));
	char path[PATH_CAP];
	uint64_t len = 0;

	u->disk = d;
	u->progress.verb = T_UNPACKING;
	(void)snprintf(path, sizeof(path), "root/%.64s", file);
	u->from = disk_open_file(d, path, &len, err);
	if (u->from < 0 && err->code == ERR_NOT_FOUND)
		(void)err_set(err, ERR_NOT_FOUND, -1, T_NO_IMAGE_FILE, file,
			      file);
	if (u->from >= 0 && head_read(u, file, len, err) == 0 &&
	    room_for(u, err) == 0 && draft_open(u, err) == 0)
		return u;
	unpack_free(u);
	return NULL;
}

void unpack_work(void *arg)
{
	struct unpack *u = arg;
	char buf[65536];

	while (u->progress.done < u->progress.total && !u->rc) {
		ssize_t n = read(u->from, buf, sizeof(buf));

		if (u->stopped)
			u->rc = err_set(&u->err, ERR_REFUSED, -1,
					T_XFER_STOPPED);
		else if (n <= 0)
			u->rc = err_set(&u->err, ERR_IO, -1, T_IMAGE_READ);
		else
			u->rc = disk_draft_add(u->to, buf, (size_t)n, &u->err);
		if (!u->rc)
			u->progress.done += (size_t)n;
	}
	if (u->rc)
		return;
	u->rc = disk_draft_commit(u->to, &u->err);
	u->to = NULL;
}

int unpack_end(struct unpack *u, char name[SOFTWARE_NAME_LEN + 1],
	       struct err *err)
{
	char path[PATH_CAP];
	int rc = u->rc;

	if (rc)
		(void)err_set(err, u->err.code, -1, "%s", u->err.msg);
	else
		rc = manifest_write(u->disk, u->version.image, err);
	if (rc) { /* an image without its name is nothing */
		disk_draft_abort(u->to);
		u->to = NULL;
		folder_of(u->version.image, path, sizeof(path));
		(void)disk_remove_folder(u->disk, path, NULL);
	}
	if (name)
		(void)str_copy(name, SOFTWARE_NAME_LEN + 1, u->version.image);
	unpack_free(u);
	return rc;
}

void unpack_stop(void *arg)
{
	struct unpack *u = arg;

	u->stopped = true;
}

const struct progress *unpack_progress(const struct unpack *u)
{
	return &u->progress;
}
