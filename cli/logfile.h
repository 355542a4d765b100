#ifndef CSS_CLI_LOGFILE_H
#define CSS_CLI_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>

struct disk;
struct err;
struct out;

#define LOGFILE_NAME "sys.log"	 /* the product's default */
#define LOGFILE_PREV ".prev"	 /* behind the name of one that was full */
#define LOGFILE_MAX  (50u << 20) /* limit of a unit with a hard disk */
#define LOGFILE_BOOT "boot.log"	 /* of the last power-on ... */
#define LOGFILE_BACK "boot.bak"	 /* ... and of the one before */
#define LOGFILE_PATH 4200	 /* bytes for logfile_path() */

/*
 * A log file of the disk's log folder.  What is written may wait in a buffer;
 * a file that would grow beyond LOGFILE_MAX becomes NAME.prev, in place of the
 * one before.  Control thread only.
 */
struct logfile;

struct logfile *logfile_new(struct disk *d);
/* Appends to log/NAME when more than `buffer` bytes have come together. */
void logfile_write(struct logfile *f, const char *name, size_t buffer,
		   const char *text, size_t len);
void logfile_flush(struct logfile *f);			/* what waits */
void logfile_drop(struct logfile *f, const char *name); /* forgets it */
void logfile_free(struct logfile *f);			/* flushes */

/* The path of a file of the log folder.  -1 and err: no such file. */
int logfile_path(const struct disk *d, const char *name, char *path, size_t cap,
		 struct err *err);
/* Appends the last `tail` lines (0: all) of the file to o, numbered if asked;
 * any thread. */
int logfile_read(const char *path, unsigned tail, bool line_numbers,
		 struct out *o, struct err *err);

#endif
