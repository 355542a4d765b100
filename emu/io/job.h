#ifndef CSS_EMU_IO_JOB_H
#define CSS_EMU_IO_JOB_H

struct loop;

/*
 * Slow work off the control thread (key generation, transfers, look-ups):
 * work(arg) runs on a helper thread with copies only, then done(arg) runs on
 * the loop's thread.  At most 8 run at once, further ones wait their turn.
 */
struct jobs;

struct jobs *jobs_new(struct loop *l);
void jobs_start(struct jobs *j, void (*work)(void *arg),
		void (*done)(void *arg), void *arg);
/* Waits for all work, begun or not: done() is called once for each, here. */
void jobs_free(struct jobs *j);

#endif
