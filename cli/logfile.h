#ifndef CSS_CLI_LOGFILE_H
#define CSS_CLI_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disk;
struct err;
struct loop;
struct out;

#define LOGFILE_NAME "sys.log"	    /* the product's default */
#define LOGFILE_PREV "sys.log.prev" /* what it is moved to when full */
#define LOGFILE_MAX  (10u << 20)    /* limit of a unit with a flash disk */

/*
 * The log on disk.  Lines go through a bounded queue: any thread may log, only
 * the control thread writes.  What does not fit is counted, and the count is
 * written when there is room again.  A scratch disk keeps no log: NULL then,
 * which logfile_stop() and logfile_flush() take.
 */
struct logfile;

struct logfile *logfile_start(struct disk *d, struct loop *l);
/* Writes what is queued; before a reading, and at the end. */
void logfile_flush(struct logfile *f);
/* Before the loop and the disk go. */
void logfile_stop(struct logfile *f);

/* Appends the last `tail` lines (0: all) of log/NAME to o, numbered if asked.
 * err: no such file, with those there are. */
int logfile_show(const struct disk *d, const char *name, unsigned tail,
		 bool line_numbers, struct out *o, struct err *err);

#endif
