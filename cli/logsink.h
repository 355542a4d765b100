#ifndef CSS_CLI_LOGSINK_H
#define CSS_CLI_LOGSINK_H

struct env;
struct logsink;
struct out;

/*
 * Where lines of the log go: to the disk, to syslog hosts, to sessions and to
 * mailboxes, as emu/conf/logging.h says.  Any thread may log; lines go through a
 * bounded queue to the control thread, which delivers them and never waits.
 * What does not fit is dropped and counted.
 *
 * env is borrowed and read anew for each line: its parts may come later, but
 * the disk and the loop must be there.
 */
struct logsink *logsink_start(const struct env *env);
/* Delivers what is queued, and writes what waits for the disk. */
void logsink_flush(struct logsink *s);
/* Forgets what waits for a log file that is deleted. */
void logsink_drop(struct logsink *s, const char *name);
/* No mail from now on; what is under way is given up.  Before the jobs go. */
void logsink_hush(struct logsink *s);
/* Before configuration, loop and disk go. */
void logsink_stop(struct logsink *s);

/* Lines since power-on are also the boot log, which is written by
 * logsink_booted(); text of the boot is a line of it, but not of the log. */
void logsink_boot_text(struct logsink *s, const char *text);
void logsink_booted(struct logsink *s);

/* How many messages each kind of destination got: show log-state. */
void logsink_show(const struct logsink *s, struct out *o);

#endif
