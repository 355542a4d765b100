#ifndef CSS_EMU_IO_DISK_PRIV_H
#define CSS_EMU_IO_DISK_PRIV_H

#include <dirent.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "emu/io/disk.h"

/* Inside of the disk: disk.c (whole files, opening, the lock), disk_tree.c
 * (files of any size, folders, formatting). */
#define DISK_SECRET 32
#define DISK_TEMP   ".tmp-"
#define DISK_NAME   512		 /* a path inside the disk */
#define DISK_DEPTH  8		 /* folders in folders */
#define DISK_FORMAT "formatting" /* a format is not finished */

struct disk {
	char *dir; /* owned; NULL: scratch */
	int dir_fd;
	int lock_fd; /* of `state` */
	bool was_dirty;
	uint8_t identity[DISK_SECRET];
	uint8_t secret[DISK_SECRET];
	atomic_uint temps; /* temporary files named so far */
};

/* The folders of a disk; NULL ends it. */
struct disk_folder {
	const char *name;
	mode_t mode;
};
extern const struct disk_folder disk_folders[];

/* err gets "cannot VERB NAME ..."; -1 */
int disk_refuse(const struct disk *d, const char *name, const char *verb,
		int error, struct err *err);
/* -1 and err: a name that no file can have, or a scratch disk */
int disk_check(const struct disk *d, const char *name, struct err *err);
/* The folder part of a name as a descriptor, and the name in it. */
int disk_open_folder(const struct disk *d, const char *name, const char **base);
bool disk_write_all(int fd, const void *data, size_t len);
DIR *disk_open_list(int at, const char *folder);
/* Goes on with a format that a kill has cut short; 0 or errno. */
int disk_format_finish(struct disk *d);

#endif
