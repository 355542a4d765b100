#include "emu/io/loop.h"
#include "emu/base/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/*
 * One thread turns a loop.  Others reach it through an eventfd only, which is
 * written by loop_post() and loop_stop(): a turn that finds it readable takes
 * the posted work off the queue in one piece.
 *
 * A handler may remove any watch, its own included: what epoll has reported
 * for it in this turn is crossed out, so that no freed watch is called.  Timers
 * are a binary heap whose entries know their place, so that stopping one costs
 * as little as starting it.
 */
#define READY_MAX 256

struct post {
	struct post *next;
	void (*fn)(void *arg); /* NULL: taken back */
	void *arg;
};

struct posts {
	struct post *first;
	struct post **end;
};

/* The time is here too, so that sifting does not touch every timer. */
struct slot {
	uint64_t due_ms;
	struct timer *timer; /* borrowed */
};

struct loop {
	int epoll_fd;
	int wake_fd;
	atomic_bool stop;
	uint64_t now_ms;

	struct epoll_event ready[READY_MAX];
	int nready, at_ready;

	struct slot *heap; /* owned */
	size_t ntimer, timer_cap;

	pthread_mutex_t lock; /* of queue */
	struct posts queue;
	struct post *running; /* taken off the queue in this turn */

	void (*end_fn)(void *arg, uint64_t now_ms);
	void *end_arg;
};

uint64_t clock_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t clock_wall_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

uint64_t clock_ms(void)
{
	return clock_us() / 1000;
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

struct loop *loop_new(void)
{
	struct loop *l = xcalloc(1, sizeof(*l));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };

	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	must(l->epoll_fd >= 0, "css11500: epoll");
	l->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(l->wake_fd >= 0, "css11500: eventfd");
	ev.data.ptr = l; /* no watch has this address */
	must(!epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, l->wake_fd, &ev),
	     "css11500: epoll");
	(void)pthread_mutex_init(&l->lock, NULL);
	l->queue.end = &l->queue.first;
	l->now_ms = clock_ms();
	return l;
}

static void free_posts(struct post *p)
{
	while (p) {
		struct post *next = p->next;

		free(p);
		p = next;
	}
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	free_posts(l->queue.first);
	(void)close(l->epoll_fd);
	(void)close(l->wake_fd);
	(void)pthread_mutex_destroy(&l->lock);
	free(l->heap);
	free(l);
}

/* ---- descriptors -------------------------------------------------------- */

int loop_watch(struct loop *l, struct watch *w, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	return epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, w->fd, &ev);
}

int loop_rewatch(struct loop *l, struct watch *w, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	return epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, w->fd, &ev);
}

void loop_unwatch(struct loop *l, struct watch *w)
{
	(void)epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, w->fd, NULL);
	for (int i = l->at_ready; i < l->nready; i++)
		if (l->ready[i].data.ptr == w)
			l->ready[i].data.ptr = NULL;
}

/* True when another thread woke the loop. */
static bool run_ready(struct loop *l)
{
	bool woken = false;

	for (l->at_ready = 0; l->at_ready < l->nready; l->at_ready++) {
		const struct epoll_event *ev = &l->ready[l->at_ready];
		struct watch *w = ev->data.ptr;

		if (ev->data.ptr == l)
			woken = true;
		else if (w)
			w->fn(w->arg, ev->events, l->now_ms);
	}
	l->nready = 0;
	return woken;
}

/* ---- timers ------------------------------------------------------------- */

static void place(struct loop *l, struct slot s, size_t i)
{
	l->heap[i] = s;
	s.timer->at = i + 1;
}

static void sift_up(struct loop *l, struct slot s, size_t i)
{
	while (i) {
		size_t up = (i - 1) / 2;

		if (l->heap[up].due_ms <= s.due_ms)
			break;
		place(l, l->heap[up], i);
		i = up;
	}
	place(l, s, i);
}

static void sift_down(struct loop *l, struct slot s, size_t i)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= l->ntimer)
			break;
		if (child + 1 < l->ntimer &&
		    l->heap[child + 1].due_ms < l->heap[child].due_ms)
			child++;
		if (s.due_ms <= l->heap[child].due_ms)
			break;
		place(l, l->heap[child], i);
		i = child;
	}
	place(l, s, i);
}

/* s goes to place i, or up or down from there to where it belongs. */
static void sift(struct loop *l, struct slot s, size_t i)
{
	if (i && s.due_ms < l->heap[(i - 1) / 2].due_ms)
		sift_up(l, s, i);
	else
		sift_down(l, s, i);
}

void loop_timer(struct loop *l, struct timer *t, uint64_t due_ms)
{
	struct slot s = { due_ms, t };

	t->due_ms = due_ms;
	if (t->at) {
		sift(l, s, t->at - 1);
		return;
	}
	if (l->ntimer == l->timer_cap) {
		l->timer_cap = l->timer_cap ? 2 * l->timer_cap : 64;
		l->heap = xrealloc(l->heap, l->timer_cap * sizeof(*l->heap));
	}
	sift_up(l, s, l->ntimer++);
}

void loop_timer_stop(struct loop *l, struct timer *t)
{
	size_t i = t->at - 1;
	struct slot last;

	if (!t->at)
		return;
	assert(i < l->ntimer && l->heap[i].timer == t);
	t->at = 0;
	last = l->heap[--l->ntimer];
	if (last.timer != t)
		sift(l, last, i);
}

/* No more than there were at first: a timer that starts itself again for now
 * must not keep the turn from its end. */
static void run_timers(struct loop *l)
{
	for (size_t n = l->ntimer; n && l->ntimer; n--) {
		struct timer *t = l->heap[0].timer;

		if (l->heap[0].due_ms > l->now_ms)
			return;
		loop_timer_stop(l, t);
		t->fn(t->arg, l->now_ms);
	}
}

/* ---- work from other threads -------------------------------------------- */

/* The counter can only be full when the loop is awake anyway. */
static void wake(struct loop *l)
{
	uint64_t one = 1;
	int keep = errno;
	ssize_t n = write(l->wake_fd, &one, sizeof(one));

	(void)n;
	errno = keep;
}

void loop_post(struct loop *l, void (*fn)(void *arg), void *arg)
{
	struct post *p = xcalloc(1, sizeof(*p));

	p->fn = fn;
	p->arg = arg;
	(void)pthread_mutex_lock(&l->lock);
	*l->queue.end = p;
	l->queue.end = &p->next;
	(void)pthread_mutex_unlock(&l->lock);
	wake(l);
}

static void cross_out(struct post *p, const void *arg)
{
	for (; p; p = p->next)
		if (p->arg == arg)
			p->fn = NULL;
}

void loop_unpost(struct loop *l, const void *arg)
{
	(void)pthread_mutex_lock(&l->lock);
	cross_out(l->queue.first, arg);
	(void)pthread_mutex_unlock(&l->lock);
	cross_out(l->running, arg);
}

static void run_posts(struct loop *l)
{
	uint64_t count;
	ssize_t n = read(l->wake_fd, &count, sizeof(count));

	(void)n; /* what it says does not matter, that it was read does */
	(void)pthread_mutex_lock(&l->lock);
	l->running = l->queue.first;
	l->queue = (struct posts){ .first = NULL };
	l->queue.end = &l->queue.first;
	(void)pthread_mutex_unlock(&l->lock);
	while (l->running) {
		struct post *p = l->running;

		if (p->fn)
			p->fn(p->arg);
		l->running = p->next;
		free(p);
	}
}

/* ---- turns -------------------------------------------------------------- */

void loop_end_of_turn(struct loop *l, void (*fn)(void *arg, uint64_t now_ms),
		      void *arg)
{
	l->end_fn = fn;
	l->end_arg = arg;
}

uint64_t loop_now(const struct loop *l)
{
	return l->now_ms;
}

/* How long a turn may sleep: to the next timer, at most timeout_ms. */
static int sleep_ms(const struct loop *l, int timeout_ms)
{
	uint64_t now, left;

	if (!l->ntimer || !timeout_ms)
		return timeout_ms;
	now = clock_ms();
	left = l->heap[0].due_ms > now ? l->heap[0].due_ms - now : 0;
	if (timeout_ms >= 0 && left > (uint64_t)timeout_ms)
		return timeout_ms;
	return left > INT_MAX ? INT_MAX : (int)left;
}

void loop_turn(struct loop *l, int timeout_ms)
{
	int n = epoll_wait(l->epoll_fd, l->ready, READY_MAX,
			   sleep_ms(l, timeout_ms));

	must(n >= 0 || errno == EINTR, "css11500: epoll");
	l->nready = n > 0 ? n : 0;
	l->now_ms = clock_ms();
	if (run_ready(l))
		run_posts(l);
	run_timers(l);
	if (l->end_fn)
		l->end_fn(l->end_arg, l->now_ms);
}

void loop_run(struct loop *l)
{
	while (!atomic_exchange(&l->stop, false))
		loop_turn(l, -1);
}

void loop_stop(struct loop *l)
{
	atomic_store(&l->stop, true);
	wake(l);
}
