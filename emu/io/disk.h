#ifndef CSS_EMU_IO_DISK_H
#define CSS_EMU_IO_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct err;

/*
 * The switch's disk: one folder of the host, one owner at a time (flock).
 * Layout: startup-config; the folders that users have rights on: script/, log/,
 * root/ (installed software), archive/, release/ (configurations), core/, mibs/;
 * ssl/ (0700), profile/, passive/ (the standby SCM's disk); and private files identity, secret (0600), state
 * ("running" or "clean").
 * A NULL folder gives a scratch disk that keeps nothing (replay).
 */
struct disk;

#define DISK_FILE_MAX (8u << 20) /* larger files are refused when read */

/* Creates the folder (0700) and its parts when missing.  -1/NULL and err:
 * not a folder, not writable, held by process N: use --disk. */
struct disk *disk_open(const char *dir, struct err *err);
/* Marks the disk clean and gives the lock back. */
void disk_close(struct disk *d);
const char *disk_dir(const struct disk *d); /* NULL: scratch */
bool disk_was_dirty(const struct disk *d);  /* the last owner did not close */

/* 32 bytes made at first use: identity is stable and public (serial numbers
 * come from it), secret never leaves the program. */
const uint8_t *disk_identity(const struct disk *d);
const uint8_t *disk_secret(const struct disk *d);

/* Names are relative: "startup-config", "ssl/mykey".  A name with "..", a
 * leading "/" or control characters is refused. */
/* Temporary file, fsync, rename, fsync of the folder: a kill at any time leaves
 * the old or the new file.  mode as for open(2). */
int disk_write(struct disk *d, const char *name, const void *data, size_t len,
	       unsigned mode, struct err *err);
/* *data owned by the caller, NUL behind it.  ERR_NOT_FOUND when missing. */
int disk_read(const struct disk *d, const char *name, char **data, size_t *len,
	      struct err *err);
int disk_append(struct disk *d, const char *name, const void *data, size_t len,
		struct err *err); /* for logs: no sync */
int disk_remove(struct disk *d, const char *name, struct err *err);
bool disk_exists(const struct disk *d, const char *name);
/* Moves a corrupt file beside itself: NAME.bad, then NAME.bad.1 ...; never
 * overwrites.  kept gets the new name. */
int disk_keep_bad(struct disk *d, const char *name, char *kept, size_t cap,
		  struct err *err);
/* What a name is; size and mtime are 0 of what is no file. */
enum disk_kind { DISK_NOTHING, DISK_FILE, DISK_FOLDER, DISK_OTHER };
struct disk_entry {
	enum disk_kind kind;
	uint64_t size;
	time_t mtime;
};
struct disk_entry disk_stat(const struct disk *d, const char *name);

/* A file of any size, opened for reading: a descriptor of the caller's and the
 * file's size now.  -1 and err; also for what is no file. */
int disk_open_file(const struct disk *d, const char *name, uint64_t *len,
		   struct err *err);

/* An empty one, opened for writing: a descriptor of the caller's; what was under
 * the name is gone.  It is seen while it is written, and not synced.  -1 and err. */
int disk_open_new(struct disk *d, const char *name, unsigned mode,
		  struct err *err);

/*
 * A file that comes piece by piece.  It is seen under its name only when it is
 * committed, whole and synced; what a kill leaves of a draft goes at the next
 * start.  Any thread, one at a time a draft.  Commit and abort free it.
 */
struct disk_draft;
struct disk_draft *disk_draft(struct disk *d, const char *name, unsigned mode,
			      struct err *err);
int disk_draft_add(struct disk_draft *f, const void *data, size_t len,
		   struct err *err);
int disk_draft_commit(struct disk_draft *f, struct err *err);
void disk_draft_abort(struct disk_draft *f); /* NULL is fine */

int disk_mkdir(struct disk *d, const char *name, unsigned mode,
	       struct err *err); /* one that is there already is fine */
/* A folder and all that is in it; links are removed, not followed. */
int disk_remove_folder(struct disk *d, const char *name, struct err *err);
/* Reads every file; how many could not be. */
unsigned disk_check_files(const struct disk *d);
/* Removes all files of the switch but identity, secret and boot record.  A kill
 * on the way is made good at the next start: the disk is empty then. */
int disk_format(struct disk *d, struct err *err);

/* Sorted names in a folder of the disk; an array that ends in NULL, owned by
 * the caller (free each and the array). */
char **disk_list(const struct disk *d, const char *folder);

/* Of the host file system: bytes in all and free; files and bytes of ours. */
struct disk_usage {
	uint64_t total, free, used;
	unsigned files, folders;
	uint32_t block;
};
void disk_usage(const struct disk *d, struct disk_usage *u);

#endif
