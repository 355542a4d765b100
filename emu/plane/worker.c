#include "emu/plane/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "emu/base/err.h"
#include "emu/base/log.h"
#include "emu/base/str.h"
#include "emu/base/xalloc.h"
#include "emu/flow/policy.h"
#include "emu/io/loop.h"
#include "emu/plane/announced.h"
#include "emu/plane/channel.h"
#include "emu/plane/farewell.h"
#include "emu/plane/plane.h"
#include "emu/plane/relay.h"
#include "emu/plane/stream.h"
#include "emu/plane/talk.h"
#include "emu/plane/udp.h"

/*
 * One turn: wait, note the time, take a newly published policy, handle what is
 * ready, go on with flows that have more to do, read the mail, expire timers,
 * free what ended.  Mail comes behind the events, so that nothing is freed that
 * epoll has just reported.
 */

#define EVENTS		512
#define ACCEPT_BATCH	64
#define ACCEPT_PAUSE_MS 100 /* when no descriptor is left */
#define FULL_TOLD_MS	10000
#define LOG_A_SECOND	20

/* ---- resources of flows ------------------------------------------------------ */

struct held_policy *worker_policy(struct worker *w)
{
	w->policy->flows++;
	return w->policy;
}

struct held_policy *worker_policy_more(struct held_policy *h)
{
	h->flows++;
	return h;
}

static void held_free(struct held_policy *h)
{
	LIST_REMOVE(h, link);
	policy_unref(h->p);
	free(h);
}

void worker_policy_put(struct worker *w, struct held_policy *h)
{
	if (!--h->flows && h != w->policy)
		held_free(h);
}

void *worker_block(struct worker *w)
{
	struct block *b = w->free_block;

	if (!b)
		return malloc(BLOCK_LEN);
	w->free_block = b->next;
	w->blocks_kept--;
	return b;
}

void worker_block_put(struct worker *w, void *block)
{
	struct block *b = block;

	if (w->blocks_kept == BLOCKS_KEPT) {
		free(block);
		return;
	}
	b->next = w->free_block;
	w->free_block = b;
	w->blocks_kept++;
}

bool worker_pipe(struct worker *w, struct pipe_pair *p)
{
	int fd[2];

	if (w->npipe) {
		*p = w->pipe[--w->npipe];
		return true;
	}
	if (pipe2(fd, O_NONBLOCK | O_CLOEXEC))
		return false;
	/* refused when this user has many pipes: then it stays small */
	(void)fcntl(fd[1], F_SETPIPE_SZ, 1 << 20);
	*p = (struct pipe_pair){ .in = fd[1], .out = fd[0] };
	return true;
}

void worker_pipe_put(struct worker *w, struct pipe_pair p)
{
	if (w->npipe < PIPES_KEPT) {
		w->pipe[w->npipe++] = p;
		return;
	}
	(void)close(p.in);
	(void)close(p.out);
}

uint32_t worker_dice(struct worker *w)
{
	w->dice ^= w->dice << 13;
	w->dice ^= w->dice >> 17;
	w->dice ^= w->dice << 5;
	return w->dice;
}

bool worker_may_log(struct worker *w)
{
	uint64_t second = w->now_ms / 1000;

	if (second != w->log_second) {
		if (w->log_dropped)
			log_write(LOG_FLOWMGR, LOG_NOTICE_5,
				  "%u more messages about flows not logged",
				  w->log_dropped);
		w->log_second = second;
		w->log_left = LOG_A_SECOND;
		w->log_dropped = 0;
	}
	if (w->log_left) {
		w->log_left--;
		return true;
	}
	w->log_dropped++;
	return false;
}

/* ---- accepting ----------------------------------------------------------------- */

static void point_watch(struct worker *w, struct point *p, int op,
			uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = p };

	(void)epoll_ctl(w->ep, op, p->fd, &ev);
}

static void points_watch(struct worker *w, uint32_t events)
{
	struct point *p;

	LIST_FOREACH(p, &w->points, link)
		if (p->proto == IPPROTO_TCP)
			point_watch(w, p, EPOLL_CTL_MOD, events);
}

static void accept_pause(struct worker *w)
{
	if (!w->full_told_ms || w->now_ms - w->full_told_ms >= FULL_TOLD_MS) {
		w->full_told_ms = w->now_ms;
		log_write(LOG_FLOWMGR, LOG_ERROR_3,
			  "no descriptors are left for new connections; raise "
			  "the limit with ulimit -n");
	}
	points_watch(w, 0);
	w->accept_again_ms = w->now_ms + ACCEPT_PAUSE_MS;
}

static bool is_out_of_resources(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	       error == ENOMEM;
}

/* Level-triggered: what is left in the queue is announced again. */
static void point_accept(struct worker *w, struct point *at)
{
	unsigned n = 0;

	while (n < at->batch) {
		struct sockaddr_in peer;
		socklen_t len = sizeof(peer);
		int fd;

		if (w->nflows >= w->max_flows && !crowd_make_room(w)) {
			accept_pause(w);
			at->batch = 1;
			return;
		}
		fd = accept4(at->fd, (struct sockaddr *)&peer, &len,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == ECONNABORTED || errno == EINTR)
				continue;
			if (is_out_of_resources(errno))
				accept_pause(w);
			at->batch = n ? n : 1;
			return;
		}
		n++;
		flow_accepted(w, at, fd, &peer);
	}
	at->batch = n < ACCEPT_BATCH / 2 ? 2 * n : ACCEPT_BATCH;
}

static void point_ready(struct worker *w, struct point *at)
{
	if (!w->policy)
		return;
	if (at->proto == IPPROTO_UDP)
		udp_read(w, at);
	else if (!w->accept_again_ms)
		point_accept(w, at);
}

static void point_close(struct worker *w, struct point *p)
{
	udp_close_point(w, p);
	point_watch(w, p, EPOLL_CTL_DEL, 0);
	(void)close(p->fd);
	LIST_REMOVE(p, link);
	free(p);
}

/* ---- mail ------------------------------------------------------------------------ */

void snapshot_unref(struct snapshot *s)
{
	unsigned left;

	pthread_mutex_lock(&s->lock);
	left = --s->refs;
	pthread_mutex_unlock(&s->lock);
	if (left)
		return;
	pthread_cond_destroy(&s->done);
	pthread_mutex_destroy(&s->lock);
	free(s->line);
	free(s);
}

static void snapshot_take(struct worker *w, struct snapshot *s)
{
	struct flow *f;

	pthread_mutex_lock(&s->lock);
	LIST_FOREACH(f, &w->flows, link) {
		if (s->n + 2 > s->max)
			break;
		s->n += flow_lines(f, s->line + s->n, s->max - s->n);
		s->n += channel_lines(f, s->line + s->n, s->max - s->n);
	}
	s->n += udp_lines(w, s->line + s->n, s->max - s->n);
	s->waiting--;
	pthread_cond_signal(&s->done);
	pthread_mutex_unlock(&s->lock);
	snapshot_unref(s);
}

static void reset_flows(struct worker *w,
			bool (*uses)(const struct flow *f, unsigned number),
			unsigned number, enum flow_end why)
{
	struct flow *f = LIST_FIRST(&w->flows);

	while (f) {
		struct flow *next = LIST_NEXT(f, link);

		if (uses(f, number))
			flow_close(f, why);
		f = next;
	}
}

static void mail_read(struct worker *w, const struct mail *m)
{
	switch (m->kind) {
	case MAIL_LISTEN:
		m->point->batch = 1;
		LIST_INSERT_HEAD(&w->points, m->point, link);
		point_watch(w, m->point, EPOLL_CTL_ADD,
			    w->accept_again_ms && m->point->proto == IPPROTO_TCP
				    ? 0
				    : EPOLLIN);
		break;
	case MAIL_UNLISTEN:
		point_close(w, m->point);
		break;
	case MAIL_RESET_SLOT:
		reset_flows(w, flow_uses_slot, m->number, END_CARD_GONE);
		break;
	case MAIL_RESET_SERVICE:
		reset_flows(w, flow_uses_service, m->number, END_SERVICE_RESET);
		break;
	case MAIL_SNAPSHOT:
		snapshot_take(w, m->snapshot);
		break;
	case MAIL_STOP:
		w->stop = true;
		break;
	}
}

static void mail_all(struct worker *w)
{
	struct mail_list in = STAILQ_HEAD_INITIALIZER(in);
	struct mail *m;

	pthread_mutex_lock(&w->mail_lock);
	STAILQ_CONCAT(&in, &w->mail);
	pthread_mutex_unlock(&w->mail_lock);
	while ((m = STAILQ_FIRST(&in))) {
		STAILQ_REMOVE_HEAD(&in, link);
		mail_read(w, m);
		free(m);
	}
}

static void bell_ring(struct worker *w)
{
	uint64_t one = 1;

	if (!w->packets)
		(void)!write(w->bell, &one, sizeof(one));
}

void worker_mail(struct worker *w, const struct mail *m)
{
	struct mail *copy = xmemdup(m, sizeof(*m));

	pthread_mutex_lock(&w->mail_lock);
	STAILQ_INSERT_TAIL(&w->mail, copy, link);
	pthread_mutex_unlock(&w->mail_lock);
	bell_ring(w);
}

/* ---- policy ------------------------------------------------------------------------ */

void worker_publish(struct worker *w, struct policy *p)
{
	policy_unref(atomic_exchange_explicit(&w->next_policy, policy_ref(p),
					      memory_order_acq_rel));
	bell_ring(w);
}

static void policy_take(struct worker *w)
{
	struct held_policy *old = w->policy, *h;
	struct policy *p;

	if (!atomic_load_explicit(&w->next_policy, memory_order_relaxed))
		return;
	p = atomic_exchange_explicit(&w->next_policy, NULL,
				     memory_order_acq_rel);
	h = xcalloc(1, sizeof(*h));
	h->p = p;
	LIST_INSERT_HEAD(&w->held, h, link);
	w->policy = h;
	if (old && !old->flows)
		held_free(old);
}

/* ---- the thread ---------------------------------------------------------------------- */

static void ready(struct worker *w, const struct epoll_event *ev)
{
	enum source *source = ev->data.ptr;
	uint64_t rings;

	switch (*source) {
	case SOURCE_MAIL:
		(void)!read(w->bell, &rings, sizeof(rings));
		w->has_mail = true;
		break;
	case SOURCE_POINT:
		point_ready(w, ev->data.ptr);
		break;
	case SOURCE_UDP:
		udp_event(w, ev->data.ptr);
		break;
	case SOURCE_AWAITED:
		awaited_event(w, ev->data.ptr);
		break;
	case SOURCE_STREAM:
		stream_event(w, ev->data.ptr);
		break;
	case SOURCE_LEG:
		flow_event(ev->data.ptr, ev->events);
		break;
	}
}

/* Those that were waiting at the start; who has still more waits once more. */
static void run_again(struct worker *w)
{
	struct flow_queue now = TAILQ_HEAD_INITIALIZER(now);
	struct flow *f;

	TAILQ_CONCAT(&now, &w->again, more);
	while ((f = TAILQ_FIRST(&now))) {
		TAILQ_REMOVE(&now, f, more);
		f->queued = false;
		flow_run(f);
	}
}

static int wait_ms(const struct worker *w)
{
	int wait = wheel_wait_ms(w), held = delay_wait_ms(w);

	if (!TAILQ_EMPTY(&w->again))
		return 0;
	if (held >= 0 && (wait < 0 || held < wait))
		wait = held;
	if (w->accept_again_ms && (wait < 0 || wait > ACCEPT_PAUSE_MS))
		return ACCEPT_PAUSE_MS;
	return wait;
}

static void turn(struct worker *w)
{
	struct epoll_event ev[EVENTS];
	int n = epoll_wait(w->ep, ev, EVENTS, wait_ms(w));

	w->now_ms = clock_ms();
	w->wall_s = (uint64_t)time(NULL);
	policy_take(w);
	for (int i = 0; i < n; i++)
		ready(w, &ev[i]);
	run_again(w);
	if (w->accept_again_ms && w->now_ms >= w->accept_again_ms) {
		w->accept_again_ms = 0;
		points_watch(w, EPOLLIN);
	}
	if (w->has_mail) {
		w->has_mail = false;
		mail_all(w);
	}
	delay_turn(w);
	wheel_turn(w);
	flow_bury(w);
	udp_bury(w);
	awaited_bury(w);
	stream_bury(w);
}

static void policies_put(struct worker *w)
{
	w->policy = NULL;
	while (!LIST_EMPTY(&w->held)) /* NOLINTNEXTLINE */
		held_free(LIST_FIRST(&w->held));
}

static void close_all(struct worker *w)
{
	while (!LIST_EMPTY(&w->flows))
		flow_close(LIST_FIRST(&w->flows), END_STOPPED);
	farewell_all(w);
	flow_bury(w);
	awaited_bury(w);
	stream_bury(w);
	udp_close_all(w);
	/* the analyzer does not see that closing takes them off the list */
	while (!LIST_EMPTY(&w->points)) /* NOLINTNEXTLINE */
		point_close(w, LIST_FIRST(&w->points));
	policies_put(w);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;

	w->now_ms = clock_ms();
	w->wheel_tick = w->now_ms / WHEEL_TICK_MS;
	while (!w->stop)
		turn(w);
	close_all(w);
	return NULL;
}

/* Signals belong to the control thread. */
static int thread_start(struct worker *w)
{
	sigset_t all, old;
	char name[16];
	int error;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&w->thread, NULL, worker_main, w);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error)
		return error;
	(void)snprintf(name, sizeof(name), "worker-%u", w->number);
	(void)pthread_setname_np(w->thread, name);
	return 0;
}

static int worker_open(struct worker *w)
{
	struct epoll_event ev = { .events = EPOLLIN,
				  .data.ptr = &w->bell_source };

	w->ep = epoll_create1(EPOLL_CLOEXEC);
	w->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (w->ep < 0 || w->bell < 0 ||
	    epoll_ctl(w->ep, EPOLL_CTL_ADD, w->bell, &ev))
		return errno;
	return thread_start(w);
}

static void worker_dispose(struct worker *w)
{
	while (w->free_talk) {
		struct talk *t = w->free_talk;

		w->free_talk = t->next;
		free(t);
	}
	pthread_mutex_destroy(&w->ring.lock);
	free(w->ring.why);
	hotlist_fini(&w->hot);
	while (w->free_flow) {
		struct block *b = w->free_flow;

		w->free_flow = b->next;
		free(b);
	}
	while (w->free_block) {
		struct block *b = w->free_block;

		w->free_block = b->next;
		free(b);
	}
	while (w->npipe--) {
		(void)close(w->pipe[w->npipe].in);
		(void)close(w->pipe[w->npipe].out);
	}
	policy_unref(
		atomic_load_explicit(&w->next_policy, memory_order_relaxed));
	if (w->ep >= 0)
		(void)close(w->ep);
	if (w->bell >= 0)
		(void)close(w->bell);
	pthread_mutex_destroy(&w->mail_lock);
	udp_table_free(w->udp);
	free(w->c);
	free(w);
}

static struct worker *worker_make(const struct hostmap *map,
				  struct shared *shared, struct frames *frames,
				 struct inner *inner)
{
	struct worker *w = xcalloc(1, sizeof(*w));

	w->map = map;
	w->shared = shared;
	w->frames = frames;
	w->inner = inner;
	w->c = xcalloc(1, sizeof(*w->c));
	w->ring.why = xcalloc(WHY_KEEP, sizeof(*w->ring.why));
	pthread_mutex_init(&w->ring.lock, NULL);
	hotlist_init(&w->hot);
	w->ep = w->bell = -1;
	w->bell_source = SOURCE_MAIL;
	atomic_init(&w->next_policy, NULL);
	pthread_mutex_init(&w->mail_lock, NULL);
	STAILQ_INIT(&w->mail);
	TAILQ_INIT(&w->again);
	TAILQ_INIT(&w->delayed);
	TAILQ_INIT(&w->shaking);
	return w;
}

struct worker *worker_new(unsigned number, unsigned max_flows,
			  const struct hostmap *map, struct shared *shared,
			  struct frames *frames, struct inner *inner,
			  struct err *err)
{
	struct worker *w = worker_make(map, shared, frames, inner);
	int error;

	w->number = number;
	w->max_flows = max_flows;
	w->udp = udp_table_new();
	w->dice = (uint32_t)clock_ms() * 2654435761u + number + 1;
	error = worker_open(w);
	if (!error)
		return w;
	err_set(err, ERR_IO, -1, "cannot start data-plane worker %u: %s",
		number, strerror(error));
	worker_dispose(w);
	return NULL;
}

/* Its dice fall the same in every run, so that a replay of packets does. */
struct worker *worker_new_packet(const struct hostmap *map,
				 struct shared *shared, struct frames *frames,
				 struct inner *inner)
{
	struct worker *w = worker_make(map, shared, frames, inner);

	w->packets = true;
	w->dice = 1;
	return w;
}

void worker_packet_turn(struct worker *w, uint64_t now_ms, uint64_t wall_s)
{
	w->now_ms = now_ms;
	w->wall_s = wall_s;
	policy_take(w);
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	if (!w->packets) {
		worker_mail(w, &(struct mail){ .kind = MAIL_STOP });
		(void)pthread_join(w->thread, NULL);
		mail_all(w); /* a point that was sent behind the stop */
		close_all(w);
	}
	policies_put(w);
	worker_dispose(w);
}
