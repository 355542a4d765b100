#include "emu/io/job.h"
#include "emu/base/xalloc.h"
#include "emu/io/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>

/*
 * Helper threads are made when there is more work than idle threads, up to
 * THREAD_MAX, and live until jobs_free().  A finished job moves to the done
 * list, and the loop is asked to look at that list.
 */
#define THREAD_MAX 8

struct job {
	STAILQ_ENTRY(job) link;
	void (*work)(void *arg);
	void (*done)(void *arg);
	void *arg;
};
STAILQ_HEAD(job_list, job);

struct jobs {
	struct loop *loop; /* borrowed */
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job_list waiting, finished;
	unsigned nwaiting, idle, nthread;
	bool quit;
	pthread_t thread[THREAD_MAX];
};

struct jobs *jobs_new(struct loop *l)
{
	struct jobs *j = xcalloc(1, sizeof(*j));

	j->loop = l;
	STAILQ_INIT(&j->waiting);
	STAILQ_INIT(&j->finished);
	(void)pthread_mutex_init(&j->lock, NULL);
	(void)pthread_cond_init(&j->more, NULL);
	return j;
}

static struct job *take_finished(struct jobs *j)
{
	struct job *job;

	(void)pthread_mutex_lock(&j->lock);
	job = STAILQ_FIRST(&j->finished);
	if (job)
		STAILQ_REMOVE_HEAD(&j->finished, link);
	(void)pthread_mutex_unlock(&j->lock);
	return job;
}

static void deliver(void *arg)
{
	struct jobs *j = arg;
	struct job *job;

	while ((job = take_finished(j))) {
		job->done(job->arg);
		free(job);
	}
}

/* With the lock held: the next job, NULL when there will be none. */
static struct job *next_job(struct jobs *j)
{
	struct job *job;

	j->idle++;
	while (STAILQ_EMPTY(&j->waiting) && !j->quit)
		(void)pthread_cond_wait(&j->more, &j->lock);
	j->idle--;
	job = STAILQ_FIRST(&j->waiting);
	if (job) {
		STAILQ_REMOVE_HEAD(&j->waiting, link);
		j->nwaiting--;
	}
	return job;
}

static void *helper(void *arg)
{
	struct jobs *j = arg;
	struct job *job;

	(void)pthread_mutex_lock(&j->lock);
	while ((job = next_job(j))) {
		(void)pthread_mutex_unlock(&j->lock);
		job->work(job->arg);
		(void)pthread_mutex_lock(&j->lock);
		STAILQ_INSERT_TAIL(&j->finished, job, link);
		loop_post(j->loop, deliver, j);
	}
	(void)pthread_mutex_unlock(&j->lock);
	return NULL;
}

/* Signals are for the control thread: a helper starts with all blocked. */
static bool add_thread(struct jobs *j)
{
	sigset_t all, before;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&j->thread[j->nthread], NULL, helper, j);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!rc)
		j->nthread++;
	return !rc;
}

/* When not even one thread can be had the work is done here and now: late is
 * better than never. */
static bool start_locked(struct jobs *j, struct job *job)
{
	if (j->idle <= j->nwaiting && j->nthread < THREAD_MAX &&
	    !add_thread(j) && !j->nthread)
		return false;
	STAILQ_INSERT_TAIL(&j->waiting, job, link);
	j->nwaiting++;
	(void)pthread_cond_signal(&j->more);
	return true;
}

void jobs_start(struct jobs *j, void (*work)(void *arg),
		void (*done)(void *arg), void *arg)
{
	struct job *job = xcalloc(1, sizeof(*job));
	bool started;

	*job = (struct job){ .work = work, .done = done, .arg = arg };
	(void)pthread_mutex_lock(&j->lock);
	started = start_locked(j, job);
	(void)pthread_mutex_unlock(&j->lock);
	if (started)
		return;
	work(arg);
	(void)pthread_mutex_lock(&j->lock);
	STAILQ_INSERT_TAIL(&j->finished, job, link);
	(void)pthread_mutex_unlock(&j->lock);
	loop_post(j->loop, deliver, j);
}

void jobs_free(struct jobs *j)
{
	if (!j)
		return;
	(void)pthread_mutex_lock(&j->lock);
	j->quit = true;
	(void)pthread_cond_broadcast(&j->more);
	(void)pthread_mutex_unlock(&j->lock);
	for (unsigned i = 0; i < j->nthread; i++)
		(void)pthread_join(j->thread[i], NULL);
	loop_unpost(j->loop, j);
	deliver(j);
	(void)pthread_cond_destroy(&j->more);
	(void)pthread_mutex_destroy(&j->lock);
	free(j);
}
