#ifndef CSS_CLI_SCHED_H
#define CSS_CLI_SCHED_H

struct env;
struct sched;

/*
 * The command scheduler: once in each minute of the switch's own clock the
 * records that are due (emu/conf/sched.h) run, each in a session of its own with
 * SuperUser rights that asks nothing.  What it prints goes to the record's file
 * in the log folder.  Minutes that the clock jumps over are not made up for, and
 * a record that still runs is not started again; both as cron does.
 */
struct sched *sched_start(const struct env *env); /* env is borrowed */
void sched_stop(struct sched *s); /* what runs is given up; NULL is fine */

#endif
